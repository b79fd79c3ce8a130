"""The remediation of one campaign: plan, apply, verify, roll back, hand over, watch.

One class, as its actions share the books, the last reading and the asking again of what they leave.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from recert.aws.executor import Calls
from recert.campaigns.authority import record_refusal, require_applier
from recert.campaigns.remedies import (
    Actor,
    Analyst,
    EntryType,
    Removal,
    Store,
    ask_again,
    asked_again,
    current,
    packaged,
    reading,
    removals,
    staged,
    watched,
)
from recert.clock import Clock, from_rfc3339, to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.remediation.books import Account, Books, Standing, record_body
from recert.remediation.carry_out import Carrier, Done, Pause
from recert.remediation.lock import alone
from recert.remediation.model import Change, Outcome, State
from recert.remediation.plan import Planner
from recert.remediation.report import Report
from recert.remediation.resume import resumed, state_of
from recert.remediation.sheet import CHANGED, Plan, outcome_of
from recert.remediation.verify import Later, Verifier
from recert.text import plural

Read = Callable[[], object]
BRAKE = 100
"""So many items one run may take unless it names their number."""


class Remediation:
    """Carries out what one campaign revoked; `pause` waits between looks at what was written."""

    def __init__(
        self, store: Store, clock: Clock, actor: Actor, campaign: str, *, pause: Pause
    ) -> None:
        self.store = store
        self.clock = clock
        self.actor = actor
        self.campaign = campaign
        self._pause = pause
        self._books = Books(store, clock, actor, campaign)

    # -- looking ------------------------------------------------------------------------------

    def plan(self, items: Collection[str] = ()) -> Report:
        """Return what would be done with the signed revocations; writes nothing at all."""
        plan, account = self._plan(items)
        snapshot, _ = current(self.store)
        return Report(
            campaign=self.campaign,
            action="plan",
            items=plan.items,
            changes=plan.changes,
            dry_run=True,
            source=self.store.source,
            snapshot=snapshot,
            requests=account.requests,
        )

    def _removals(self, items: Collection[str], *, rescinded: bool = False) -> tuple[Removal, ...]:
        with self.store.read() as session:
            found = removals(session, self.campaign, rescinded=rescinded)
        unknown = sorted(set(items) - {one.item for one in found})
        if unknown:
            raise UsageError(
                f"{unknown[0]} is no signed revocation of {self.campaign}.",
                "Decide `--revoke` or `--reduce-to`, and sign it.",
            )
        return tuple(one for one in found if not items or one.item in items)

    def _plan(self, items: Collection[str]) -> tuple[Plan, Account]:
        chosen = self._removals(items)
        account = self._books.read()
        snapshot, estate = current(self.store)
        planner = Planner(Analyst(estate, packaged()), snapshot)
        return resumed(chosen, account, planner, self._later()), account

    def _later(self) -> Later:
        """Return what tells whether the last reading came after an entry of the ledger.

        By its instant; a recording may be of any time, so that in a replay the order counts in which
        things were recorded.
        """
        snapshot, estate = current(self.store)
        if self.store.source == "replay":
            with self.store.read() as session:
                found = reading(session, snapshot)
            entry = found[0] if found is not None else 0
            return lambda seq, _at: entry > seq
        return lambda _seq, at: estate.taken_at > from_rfc3339(at)

    # -- changing -----------------------------------------------------------------------------

    def _require_applier(self, action: str) -> None:
        try:
            require_applier(self.store, self.actor)
        except RefusedError as error:
            record_refusal(self, action, self.campaign, error)
            raise

    def apply(
        self,
        calls: Calls,
        items: Collection[str] = (),
        *,
        shared: bool = False,
        limit: int = BRAKE,
    ) -> Report:
        """Make the planned changes, one write for each policy, each told before and after.

        `shared` also changes what others rely on. One change that fails never stops the others. A
        run that was interrupted is gone on with. Raises RefusedError where another run is under
        way, and where more than `limit` items would be taken.
        """
        self._require_applier("apply")
        with alone(self.store.location):
            plan, _ = self._plan(items)
            ready = [one for one in plan.changes if one.may_be_made(shared=shared)]
            count = sum(len(one.items) for one in ready)
            if count > limit:
                raise RefusedError(
                    f"This would take {plural(count, 'grant')} away at once, more than {limit}.",
                    f"Name items, or allow it with --limit {count}.",
                    rule="limit",
                )
            self._note_rest(plan)
            carrier = Carrier(calls, self._books, self._pause)
            done: dict[str, Done] = {}
            for change in ready:
                self._books.claim(change)
                done[change.id] = carrier.apply(change)
            successor, again = self._review_again(plan)
            plan = replace(plan, items=tuple(again.get(one.item, one) for one in plan.items))
        return self._report("apply", plan, done, successor)

    def _note_rest(self, plan: Plan) -> None:
        """Record what cannot be applied, where the ledger does not say so yet."""
        known = self._books.read().standing
        for one in plan.items:
            if one.state in (State.NOT_SUPPORTED, State.FAILED, State.HANDED_OVER):
                told = known.get(one.item)
                if told is None or (told.state, told.detail) != (one.state, one.detail):
                    link = told.change if told is not None else None
                    self._books.record(one.item, one.state, one.detail, link)

    def _review_again(self, plan: Plan) -> tuple[str | None, dict[str, Outcome]]:
        """Ask again about what changed since the review; that ends it in this campaign.

        Return the campaign that asks, and the items that ended so.
        """
        changed = {
            one.item: one
            for one in plan.items
            if one.state is State.FAILED and one.detail.endswith(CHANGED)
        }
        if not changed:
            return None, {}
        reason = "It changed between the review and its removal."
        asking = self._asking(changed, reason)
        ended = {}
        for item, campaign in asking.items():
            detail = f"It changed since it was reviewed; {campaign} asks about it as it is now."
            self._books.record(item, State.EXCEPTED, detail, successor=campaign)
            moved = changed[item].moved(State.EXCEPTED, detail)
            ended[item] = replace(moved, successor=campaign)
        return next(iter(asking.values()), None), ended

    def _asking(self, items: Collection[str], reason: str) -> dict[str, str]:
        """Let items be asked again where they are not yet; return which campaign asks about each."""
        self._successor(items, reason)
        _, estate = current(self.store)
        with self.store.read() as session:
            again = [one for one in removals(session, self.campaign) if one.item in items]
            return asked_again(session, self.campaign, again, estate=estate)

    def _successor(self, items: Collection[str], reason: str) -> str | None:
        snapshot, estate = current(self.store)
        with self.store.write(self.actor, clock=self.clock) as tx:
            again = [
                one
                for one in removals(tx.session, self.campaign, rescinded=True)
                if one.item in items
            ]
            return ask_again(
                tx, self.campaign, again, snapshot=snapshot, estate=estate, reason=reason
            )

    def _report(
        self, action: str, plan: Plan, done: Mapping[str, Done], successor: str | None
    ) -> Report:
        account = self._books.read()
        items = []
        for one in plan.items:
            made = done.get(one.change or "")
            items.append(one.moved(made.state, made.detail) if made else one)
        snapshot, _ = current(self.store)
        return Report(
            campaign=self.campaign,
            action=action,
            items=tuple(items),
            changes=plan.changes,
            source=self.store.source,
            snapshot=snapshot,
            requests=account.requests,
            successor=successor,
        )

    def rollback(
        self, calls: Calls, items: Collection[str] = (), *, read: Read | None = None
    ) -> Report:
        """Bring back what was applied; the revocations are planned again, and asked again.

        A change is taken back whole, with every item that it carried out. `read` takes a reading
        and keeps it: what is asked again is what it finds; without it, what the last one found.
        """
        self._require_applier("rollback")
        with alone(self.store.location):
            chosen = {one.item for one in self._removals(items, rescinded=True)}
            account = self._books.read()
            current_of = {item: one.change for item, one in account.standing.items()}
            todo = [
                change
                for change in reversed(tuple(account.changes.values()))
                if any(current_of.get(item) == change.id for item in change.items)
                and chosen.intersection(change.items)
                and (change.id in account.made or _claimed(account, change))
            ]
            carrier = Carrier(calls, self._books, self._pause)
            done: dict[str, Done] = {}
            for change in todo:
                self._books.rolling_back(change, "change")
                made = done[change.id] = carrier.restore(change, account.kept.get(change.id))
                if made.state is State.PLANNED:
                    self._books.rolling_back(change, "done", made.detail)
            back = {
                item
                for change in todo
                if done[change.id].state is State.PLANNED
                for item in change.items
            }
            touched = {item for change in todo for item in change.items}
        if back and read is not None:
            read()
        asking = self._asking(back, "Its removal was rolled back.") if back else {}
        successor = next(iter(asking.values()), None)
        return self._rolled(chosen | touched, account, done, todo, successor)

    def _rolled(
        self,
        items: Collection[str],
        account: Account,
        done: Mapping[str, Done],
        todo: Sequence[Change],
        successor: str | None,
    ) -> Report:
        found = []
        for removal in self._removals(items, rescinded=True):
            known = account.standing.get(removal.item)
            made = done.get((known.change if known else None) or "")
            state = made.state if made else state_of(known)
            detail = made.detail if made else "Nothing was applied for it."
            shown = replace(
                outcome_of(removal, state, detail), change=known.change if known else None
            )
            found.append(shown)
        return Report(
            campaign=self.campaign,
            action="rollback",
            items=tuple(found),
            changes=tuple(todo),
            source=self.store.source,
            requests=self._books.read().requests,
            successor=successor,
        )

    # -- proving ------------------------------------------------------------------------------

    def verify(self, items: Collection[str] = ()) -> Report:
        """Judge every revocation by the last reading of the store, and record what it shows."""
        chosen = self._removals(items)
        snapshot, estate = current(self.store)
        analyst = Analyst(estate, packaged())
        before = staged(self.store, self.campaign)
        verifier = Verifier(analyst, before, self._removals(()), self._later())
        account = self._books.read()
        found = verifier.verify(chosen, account)
        moved = [one for one in found if _moved(one, account.standing.get(one.item))]
        if moved:
            self._record(found, moved, snapshot)
        back = {one.item for one in moved if one.state is State.REAPPEARED}
        successor = self._successor(back, "What was revoked is there again.") if back else None
        return Report(
            campaign=self.campaign,
            action="verify",
            items=found,
            source=self.store.source,
            snapshot=snapshot,
            requests=account.requests,
            successor=successor,
        )

    def _record(self, found: Sequence[Outcome], moved: Sequence[Outcome], snapshot: str) -> None:
        _, estate = current(self.store)
        body = {
            "snapshot": snapshot,
            "taken_at": to_rfc3339(estate.taken_at),
            "items": [{"item": one.item, "state": one.state.value} for one in found],
        }
        with self.store.write(self.actor, clock=self.clock) as tx:
            tx.append(EntryType.APPLY_VERIFIED, body, campaign=self.campaign)
            for one in moved:
                told = record_body(
                    one.item, one.state, one.detail, one.change, one.still_allowed_by
                )
                tx.append(EntryType.REMEDIATION_RECORDED, told, campaign=self.campaign)

    # -- handing over -------------------------------------------------------------------------

    def handed_over(self, plan: Report, reference: str) -> Report:
        """Record that whoever writes has what was planned; `reference` says where."""
        waiting = (State.PLANNED, State.HANDED_OVER, State.NOT_SUPPORTED)
        detail = f"Handed over: {reference}; a later reading verifies it."
        made = self._books.read().made
        found = []
        with self.store.write(self.actor, clock=self.clock) as tx:
            for one in plan.items:
                if one.state not in waiting:
                    found.append(one)
                    continue
                moved = one.moved(State.HANDED_OVER, detail)
                link = one.change if one.change in made else None
                told = record_body(one.item, State.HANDED_OVER, detail, link, one.still_allowed_by)
                tx.append(EntryType.REMEDIATION_RECORDED, told, campaign=self.campaign)
                found.append(moved)
        return replace(plan, action="hand-over", items=tuple(found), dry_run=False)


def require_writable(store: Store) -> None:
    """Refuse a store of recordings, behind which there is no AWS to write to; raises RefusedError."""
    if store.source == "replay":
        raise RefusedError(
            "This store holds a recording: there is nothing to write to.",
            "Use `hand-over`, then `recert sync --from` a later recording and `verify --stored`.",
            rule="replay",
        )


def watch(store: Store, clock: Clock, actor: Actor, *, pause: Pause) -> tuple[Report, ...]:
    """Judge what was revoked earlier by the last reading; return the campaigns in which it is back."""
    with store.read() as session:
        campaigns = watched(session)
    found = []
    for campaign in campaigns:
        report = Remediation(store, clock, actor, campaign, pause=pause).verify()
        if any(one.state is State.REAPPEARED for one in report.items):
            found.append(report)
    return tuple(found)


def _moved(one: Outcome, known: Standing | None) -> bool:
    after = State.VERIFIED if one.state is State.STILL_ALLOWED else one.state
    return after is not state_of(known)


def _claimed(account: Account, change: Change) -> bool:
    return any(
        (known := account.standing.get(item)) is not None and known.state is State.CLAIMED
        for item in change.items
    )


__all__ = ["BRAKE", "Remediation", "Report", "watch"]
