"""A small campaign, written into a store as the campaigns room writes it: row and entry together."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from recert.clock import FixedClock, to_rfc3339
from recert.estate.estate import Coverage, Estate, Gap, Source
from recert.store import entries
from recert.store.glance import glance
from recert.store.ledger import Actor
from recert.store.statements import close_statement, signoff_statement
from recert.store.store import Store
from recert.store.tables import CampaignRow, DecisionRow, EventRow, ItemRow, PersonRow, SignoffRow

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
STORE_ID = "6f1c1d1e-0000-4000-8000-000000000001"
AGENT = "arn:aws:bedrock:us-east-1:111122223333:agent/AGENT00001"
ANNA = Actor("anna@example.com", "os", host="desk")
OWEN = Actor("owen@example.com", "os", host="desk")


def estate(
    at: datetime = START, *, kind: str = "replay", synthetic: bool = False, gaps: int = 0
) -> Estate:
    digest = "ab" * 32 if kind == "replay" else None
    caller = "arn:aws:sts::111122223333:assumed-role/reader/s" if kind == "live" else None
    missing = tuple(
        Gap(
            account="111122223333",
            region="us-east-1",
            service="iam",
            operation=f"ListThings{number}",
            error="AccessDenied",
            effect="things are unknown",
        )
        for number in range(gaps)
    )
    return Estate(
        taken_at=at,
        source=Source(kind=kind, caller_arn=caller, recording_digest=digest, synthetic=synthetic),
        coverage=Coverage(gaps=missing),
    )


@dataclass
class World:
    path: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    campaign: str = "c-2026-0001"
    decided: int = 0

    def __post_init__(self) -> None:
        self.store = Store.open(self.path, clock=self.clock, store_id=STORE_ID)

    def tick(self, seconds: float = 1) -> str:
        self.clock.instant += timedelta(seconds=seconds)
        return to_rfc3339(self.clock.instant)

    def open(self, items: int = 3, *, estate: Estate | None = None, campaign: str = "") -> str:
        self.campaign = campaign or self.campaign
        reading = estate or globals()["estate"](self.clock.instant)
        with self.store.write(OWEN) as tx:
            snapshot = self.store.save_snapshot(tx, reading, 7)
            self._person(tx)
            event = EventRow(
                id=f"e-{self.campaign}",
                snapshot=snapshot,
                agent=AGENT,
                kind="action_group.added",
                severity="high",
                live=True,
                subject="refunds",
                before="null",
                after='{"name":"refunds"}',
                detected_at=self.tick(),
            )
            tx.append("events.recorded", entries.events_recorded(snapshot, [event]))
            row = CampaignRow(
                id=self.campaign,
                name="Refund agent, repurposed",
                state="preparing",
                trigger=json.dumps({"kind": "event", "events": [event.id]}),
                scope=json.dumps([AGENT]),
                owner=OWEN.id,
                opened_at=self.tick(),
                due_at=to_rfc3339(self.clock.instant + timedelta(days=14)),
                snapshot=snapshot,
                catalogue="1",
            )
            tx.session.add(row)
            tx.session.flush()
            event.campaign = row.id
            tx.session.add(event)
            self._say(tx, "campaign.opened", entries.campaign_opened(row, [event.id]))
            rows = [self._item(number) for number in range(items)]
            tx.session.add_all(rows)
            self._say(tx, "items.assigned", entries.items_assigned(rows))
            self._move(tx, row, "staged")
            self._move(tx, row, "active")
        return self.campaign

    def _person(self, tx: Any, who: Actor = ANNA) -> None:
        if tx.session.get(PersonRow, who.id) is None:
            name = who.id.partition("@")[0].title()
            person = PersonRow(id=who.id, name=name, added_at=self.tick())
            tx.session.add(person)
            tx.append("person.set", entries.person_set(person))

    def _item(self, number: int) -> ItemRow:
        body = {"grant": {"action": f"s3:Get{number}", "resources": ["*"]}}
        return ItemRow(
            id=f"{self.campaign}-i{number:04d}",
            campaign=self.campaign,
            kind="permission",
            agent=AGENT,
            reviewer=ANNA.id,
            title=f"s3:Get{number} on bucket",
            subject=f"grant-{number}",
            service="s3",
            level="Read",
            rank=number,
            recommendation="look",
            reason="unexplained",
            basis_digest=f"{number:064x}",
            shown_digest=f"{number + 1:064x}",
            body=json.dumps(body),
            **glance("permission", body),
        )

    def _say(self, tx: Any, type: str, body: dict[str, Any]) -> Any:  # noqa: A002 - the name in the ledger
        return tx.append(type, body, campaign=self.campaign)

    def _move(self, tx: Any, row: CampaignRow, state: str, reason: str = "") -> None:
        before, row.state = row.state, state
        if state == "active":
            row.launched_at = self.tick()
        if state in ("closed", "cancelled"):
            row.ended_at, row.end_reason = self.tick(), reason
        tx.session.add(row)
        self._say(tx, f"campaign.{state}", entries.campaign_moved(row, before, reason))
        tx.session.flush()

    def move(self, *states: str, reason: str = "") -> None:
        with self.store.write(OWEN) as tx:
            for state in states:
                self._move(tx, tx.session.get_one(CampaignRow, self.campaign), state, reason)

    def decide(
        self, number: int, verdict: str = "attest", rationale: str = "needed", by: Actor = ANNA
    ) -> str:
        with self.store.write(by) as tx:
            return self._decide(tx, number, verdict, rationale, by)

    def _decide(self, tx: Any, number: int, verdict: str, rationale: str, by: Actor) -> str:
        self.decided += 1
        name = f"d-{self.campaign}-{self.decided:05d}"
        item = tx.session.get_one(ItemRow, f"{self.campaign}-i{number:04d}")
        decision = DecisionRow(
            id=name,
            item=item.id,
            campaign=self.campaign,
            verdict=verdict,
            rationale=rationale,
            reduce_to=json.dumps(["s3:GetObject"] if verdict == "reduce" else []),
            decided_by=by.id,
            strength=by.strength,
            decided_at=self.tick(),
            basis_digest=item.basis_digest,
            shown_digest=item.shown_digest,
            headless=True,
            basis_named=False,
            client_id=f"client-{name}",
            supersedes=item.current,
            entry=0,
        )
        entry = self._say(tx, "decision.recorded", entries.decision_recorded(decision, item))
        decision.entry = entry.seq
        if item.current is not None:
            tx.session.get_one(DecisionRow, item.current).state = "superseded"
        tx.session.add(decision)
        item.state, item.current = "decided", decision.id
        return name

    def undo(self, name: str) -> None:
        with self.store.write(ANNA) as tx:
            decision = tx.session.get_one(DecisionRow, name)
            item = tx.session.get_one(ItemRow, decision.item)
            before = (
                tx.session.get_one(DecisionRow, decision.supersedes)
                if decision.supersedes
                else None
            )
            self.tick()
            self._say(tx, "decision.undone", entries.decision_undone(decision, before))
            decision.state = "undone"
            if before is not None:
                before.state = "current"
            item.current = before.id if before else None
            item.state = "decided" if before else "pending"

    def exclude(self, number: int, reason: str = "out of scope") -> None:
        with self.store.write(OWEN) as tx:
            item = tx.session.get_one(ItemRow, f"{self.campaign}-i{number:04d}")
            item.state, item.excluded_by = "excluded", "rule-1"
            self.tick()
            self._say(tx, "item.excluded", entries.item_changed(item, reason))

    def sign(self, by: Actor = ANNA, *, signer: Any = None) -> str:
        with self.store.write(by) as tx:
            items = tx.session.exec(
                select(ItemRow)
                .where(ItemRow.campaign == self.campaign)
                .where(ItemRow.state == "decided")
                .where(ItemRow.reviewer == by.id)
                .order_by(col(ItemRow.rank))
            ).all()
            pairs = {item.id: str(item.current) for item in items}
            counts: dict[str, int] = {}
            for name in pairs.values():
                verdict = tx.session.get_one(DecisionRow, name).verdict
                counts[verdict] = counts.get(verdict, 0) + 1
            head = tx.head()
            at = self.tick()
            name = f"so-{head.size}"
            strength = "ssh" if signer is not None else by.strength
            key = signer.key if signer is not None else None
            row = SignoffRow(
                id=name,
                campaign=self.campaign,
                signer=by.id,
                strength=strength,
                statement=signoff_statement(
                    ledger=self.store.store_id,
                    campaign=self.campaign,
                    size=head.size,
                    head=head.hash,
                    root=head.root,
                    signer={"id": by.id, "name": "Anna", "strength": strength, "key": key},
                    at=at,
                    counts=counts,
                    decisions=pairs,
                    meaning="I reviewed these permissions and decided as listed.",
                ),
                signed_at=at,
                size=head.size,
                head=head.hash,
                entry=0,
            )
            if signer is not None:
                signed = signer.sign(row.statement, "signoff.v1@recert")
                row.signature, row.key, row.armor = signed.kind, signed.key, signed.armor
            row.entry = self._say(tx, "signoff", entries.signoff(row, pairs)).seq
            tx.session.add(row)
            for item in items:
                item.state, item.signoff = "signed_off", name
        return name

    def remove(self, number: int) -> None:
        """Carry the revocation of an item out: planned, applied, and no longer found by a later reading."""
        item, change = f"{self.campaign}-i{number:04d}", f"r-{number}"
        before, after = '{"Statement":["a","b"]}', '{"Statement":["a"]}'
        planned = {
            "phase": "change", "change": change, "items": [item], "operation": "put_inline",
            "target": {"kind": "inline", "name": "P", "role_arn": "arn:aws:iam::1:role/r"},
            "before": before, "after": after, "before_sha256": "b" * 64, "after_sha256": "a" * 64,
        }  # fmt: skip
        called = {
            "change": change,
            "operation": "PutRolePolicy",
            "outcome": "done",
            "request_id": "q-1",
        }
        with self.store.write(OWEN) as tx:
            self._say(tx, "apply.planned", planned)
            self._say(tx, "apply.executed", called)
            self.tick()
            self._stand(tx, item, change, "applied")
            self.tick()
            reading = self.store.save_snapshot(tx, estate(self.clock.instant), 7)
            told = {"snapshot": reading, "items": [{"item": item, "state": "verified"}]}
            self._say(tx, "apply.verified", told)
            self._stand(tx, item, change, "verified", snapshot=reading)

    def _stand(self, tx: Any, item: str, change: str, state: str, **more: Any) -> None:
        body = {"item": item, "state": state, "detail": "", "change": change, **more}
        self._say(tx, "remediation.recorded", body)

    def close(self, *, signer: Any = None) -> None:
        """Close the campaign; with a key, its owner states the memo and signs it."""
        self.move("reviewed", "remediating", "verified")
        if signer is None:
            self.move("closed")
            return
        with self.store.write(OWEN) as tx:
            row = tx.session.get_one(CampaignRow, self.campaign)
            head, at = tx.head(), self.tick()
            statement = close_statement(
                ledger=self.store.store_id,
                campaign=row.id,
                head={"size": head.size, "head": head.hash, "root": head.root},
                signer={"id": OWEN.id, "name": "Owen", "strength": "ssh", "key": signer.key},
                at=at,
                counts=self._counts(tx),
                memo=[{"name": "population", "text": "All of it.", "holds": True}],
                meaning="I close this review.",
            )
            signed = signer.sign(statement, "close.v1@recert")
            closing = {
                "signer": OWEN.id, "name": "Owen", "strength": "ssh", "signature": signed.kind,
                "statement": statement, "key": signed.key, "armor": signed.armor, "signed_at": at,
                "size": head.size, "head": head.hash,
            }  # fmt: skip
            before, row.state, row.ended_at = row.state, "closed", at
            tx.session.add(row)
            body = entries.campaign_moved(row, before, "", closing=closing)
            self._say(tx, "campaign.closed", body)

    def _counts(self, tx: Any) -> dict[str, int]:
        wanted = select(DecisionRow).where(DecisionRow.campaign == self.campaign)
        made = [row.verdict for row in tx.session.exec(wanted) if row.state == "current"]
        items = tx.session.exec(select(ItemRow).where(ItemRow.campaign == self.campaign)).all()
        out = sum(item.state in ("excluded", "superseded") for item in items)
        told = {**{name: made.count(name) for name in made}, "items": len(items), "excluded": out}
        return {name: count for name, count in told.items() if count}

    def whole(self, items: int = 3, *, signer: Any = None) -> "World":
        """Walk a campaign to its close: everything attested and signed."""
        self.open(items)
        with self.store.write(ANNA) as tx:
            for number in range(items):
                self._decide(tx, number, "attest", "needed", ANNA)
        self.sign(signer=signer)
        self.close()
        return self
