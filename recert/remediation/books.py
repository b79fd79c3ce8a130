"""What the ledger says of remediation, and how it is told.

apply.planned         `phase: change`: a change with both documents, before any call
                      `phase: call`: the next call, before it is made
apply.executed        what came of that call: request id, or the error
apply.rolled_back     `phase: change`, then `phase: done`
apply.verified        what a later reading found, item by item
remediation.recorded  where an item stands from now on
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recert.aws.executor import Call
from recert.campaigns.remedies import Actor, EntryType, Store, Told, Transaction, begin, told
from recert.clock import Clock
from recert.remediation.model import Allowed, Change, State, change_of

_MAKES_ROOM = frozenset({"DeletePolicyVersion", "RemovePermission"})
"""Calls whose archived text is another than the one that the change replaces."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The ledger's last word on an item."""

    state: State
    detail: str
    at: str
    seq: int
    change: str | None = None
    still_allowed_by: tuple[Allowed, ...] = ()
    successor: str | None = None


@dataclass(slots=True)
class Account:
    """What the ledger says of one campaign's remediation."""

    standing: dict[str, Standing] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    made: dict[str, Told] = field(default_factory=dict)
    """The entry by which each change was last found in place."""
    requests: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """The text that each change put another in the place of, as AWS kept it."""


def account_of(entries: Iterable[Told]) -> Account:
    """Read the entries of a campaign, oldest first."""
    found = Account()
    for entry in entries:
        body = entry.body
        if entry.type == EntryType.REMEDIATION_RECORDED:
            found.standing[body["item"]] = _standing(entry, found.standing.get(body["item"]))
        elif entry.type == EntryType.APPLY_PLANNED and body.get("phase") == "change":
            found.changes[body["change"]] = change_of(body)
        elif entry.type == EntryType.APPLY_PLANNED and body.get("archived") is not None:
            if body["operation"] not in _MAKES_ROOM:
                found.kept.setdefault(body["change"], body["archived"])
        elif entry.type == EntryType.APPLY_EXECUTED and body.get("request_id"):
            found.requests.setdefault(body["change"], []).append(body["request_id"])
        if entry.type == EntryType.APPLY_EXECUTED and body.get("in_place"):
            found.made[body["change"]] = entry
        if entry.type == EntryType.APPLY_ROLLED_BACK and body.get("phase") == "done":
            found.made.pop(body["change"], None)
            found.kept.pop(body["change"], None)
    return found


def _standing(entry: Told, before: Standing | None) -> Standing:
    """Read where an item stands; the change that carried it out stays known, whoever writes of it."""
    body = entry.body
    return Standing(
        state=State(body["state"]),
        detail=str(body.get("detail") or ""),
        at=entry.at,
        seq=entry.seq,
        change=body.get("change") or (before.change if before is not None else None),
        still_allowed_by=tuple(
            Allowed(one["grant"], one["policy"], one["action"], tuple(one["actions"]))
            for one in body.get("still_allowed_by") or ()
        ),
        successor=body.get("successor"),
    )


class Books:
    """Writes the ledger of one campaign, None outside of any; each call is one transaction."""

    def __init__(self, store: Store, clock: Clock, actor: Actor, campaign: str | None) -> None:
        self.store = store
        self.clock = clock
        self.actor = actor
        self.campaign = campaign

    def read(self) -> Account:
        """Return what the ledger says now."""
        with self.store.read() as session:
            return account_of(told(session, self.campaign))

    def claim(self, change: Change) -> None:
        """Say that a change is about to be made, with all that is needed to go on with it."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            if self.campaign is not None:
                begin(tx, self.campaign)
            self._tell(tx, EntryType.APPLY_PLANNED, {"phase": "change", **change.body()})
            for item in change.items:
                self._record(tx, item, State.CLAIMED, "It is being applied.", change)

    def calling(self, change: str, call: Call, params: Mapping[str, Any]) -> None:
        """Say which call is made next, with the text that it destroys."""
        body = {
            "phase": "call",
            "change": change,
            "service": call.service,
            "operation": call.operation,
            "params": dict(params),
        }
        if call.archived is not None:
            body["archived"] = call.archived
        with self.store.write(self.actor, clock=self.clock) as tx:
            self._tell(tx, EntryType.APPLY_PLANNED, body)

    def called(
        self,
        change: str,
        operation: str,
        outcome: str,
        *,
        request_id: str | None = None,
        code: str | None = None,
    ) -> None:
        """Say what came of a call: `done`, `refused`, or `unknown` where nobody answered."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            body = {
                "change": change,
                "operation": operation,
                "outcome": outcome,
                "request_id": request_id,
                "code": code,
            }
            self._tell(tx, EntryType.APPLY_EXECUTED, body)

    def settle(self, change: Change, state: State, detail: str, *, in_place: bool) -> None:
        """Say where the items of a change stand, and whether it was read back in place.

        What was not there any more counts when a reading of everything says so, and waits until then.
        """
        kept = State.PLANNED if state is State.GONE else state
        with self.store.write(self.actor, clock=self.clock) as tx:
            if in_place:
                body = {
                    "change": change.id,
                    "operation": None,
                    "outcome": "in_place",
                    "request_id": None,
                    "code": None,
                    "in_place": True,
                }
                self._tell(tx, EntryType.APPLY_EXECUTED, body)
            for item in change.items:
                self._record(tx, item, kept, detail, change)

    def rolling_back(self, change: Change, phase: str, detail: str = "") -> None:
        """Say that a change is taken back: `change` before the calls, `done` after them."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            body = {"phase": phase, "change": change.id, "items": list(change.items)}
            self._tell(tx, EntryType.APPLY_ROLLED_BACK, body)
            if phase == "done":
                for item in change.items:
                    self._record(tx, item, State.PLANNED, detail, change)

    def record(
        self,
        item: str,
        state: State,
        detail: str,
        change: str | None = None,
        *,
        successor: str | None = None,
    ) -> None:
        """Say where one item stands; `successor` is the campaign that asks about it again."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            body = record_body(item, state, detail, change, successor=successor)
            self._tell(tx, EntryType.REMEDIATION_RECORDED, body)

    def _record(
        self, tx: Transaction, item: str, state: State, detail: str, change: Change | None
    ) -> None:
        still = change.still_allowed_by.get(item, ()) if change else ()
        self._tell(
            tx,
            EntryType.REMEDIATION_RECORDED,
            record_body(item, state, detail, change.id if change else None, still),
        )

    def _tell(self, tx: Transaction, kind: EntryType, body: Mapping[str, Any]) -> None:
        tx.append(kind, body, campaign=self.campaign)


def record_body(
    item: str,
    state: State,
    detail: str,
    change: str | None = None,
    still: Iterable[Allowed] = (),
    *,
    successor: str | None = None,
) -> dict[str, Any]:
    """Return the body of `remediation.recorded`.

    What is verified is so whatever else still allows it; that stands beside the state.
    """
    kept = State.VERIFIED if state is State.STILL_ALLOWED else state
    return {
        "item": item,
        "state": kept.value,
        "detail": detail,
        "change": change,
        "still_allowed_by": [one.as_json() for one in still],
        "successor": successor,
    }
