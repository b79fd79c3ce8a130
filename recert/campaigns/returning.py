"""Taking back what a reviewer decided and signed in a file that was handed to them.

The file is accepted once, whole or not at all as far as it goes: it has to be the one that went out,
grown by the reviewer's own decisions and sign-offs and by nothing else. What an item rests on may
have changed meanwhile; such an item stays in review here, and the sign-off says that it was withheld.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from recert.campaigns.attention import LOOP, WINDOW, Habit
from recert.campaigns.decisions import campaign_row, followed
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.people import directory
from recert.campaigns.return_checks import (
    VerifySignature,
    require_clock,
    require_growth,
    require_ours,
    require_reviewer,
    require_statement,
    signature,
)
from recert.campaigns.rules import Ruling
from recert.campaigns.signing import record_signoff
from recert.campaigns.stages import require_another
from recert.campaigns.views import Caller, DecisionRequest, Strength, Verdict
from recert.clock import Clock, from_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.entries import JSON_COLUMNS
from recert.store.entry_types import EntryType
from recert.store.foreign import ForeignLedger, copied, read_foreign, refused
from recert.store.handed import Handed
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import DecisionRow, ItemRow, SignoffRow
from recert.store.transaction import Transaction

_COLUMNS = tuple(DecisionRow.__table__.columns.keys())  # type: ignore[attr-defined]  # SQLModel makes it


@dataclass(frozen=True, slots=True)
class Withheld:
    """A decision that was signed and not taken in, with the rule and the reason."""

    item: str
    decision: str
    verdict: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What a file brought; `signatures` are the kinds of its sign-offs that counted."""

    id: str
    campaign: str
    reviewer: str
    accepted: tuple[str, ...]
    withheld: tuple[Withheld, ...]
    unsigned: int
    signatures: tuple[str, ...]
    campaign_state: str
    self_reported: bool = True
    """What a file tells of the attention that its items got was measured by whoever held it."""


@dataclass
class _Taking:
    """One file while it is taken in."""

    tx: Transaction
    handed: Handed
    file: ForeignLedger
    accepted: list[str] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    @cached_property
    def headless(self) -> tuple[datetime, ...]:
        """Return when the headless decisions of the file were made, by its own clock."""
        found = (one.body for one in self.file.projection.decisions.values())
        return tuple(from_rfc3339(body["decided_at"]) for body in found if body["headless"])


def accept(
    store: Store, path: Path, *, clock: Clock, actor: Actor, verify: VerifySignature
) -> Returned:
    """Take a returned file in; raises RefusedError with the check that it fails."""
    with copied(path) as copy:
        file = read_foreign(copy)
    with store.write(actor, clock=clock) as tx:
        handed = require_ours(tx, file)
        taking = _Taking(tx, handed, file)
        require_growth(tx, file, handed)
        require_reviewer(tx, file, handed)
        for signoff in file.projection.signoffs.values():
            _take(taking, signoff, verify)
        return _end(taking)


def _take(taking: _Taking, signoff: Mapping[str, Any], verify: VerifySignature) -> None:
    """Take one sign-off in with the decisions that it covers."""
    kind, key = signature(taking.tx, taking.handed, signoff, verify)
    decisions = taking.file.projection.decisions
    pairs = {str(pair["item"]): str(pair["decision"]) for pair in signoff["decisions"]}
    bodies = {item: decisions[decision].body for item, decision in pairs.items()}
    require_statement(taking.tx, taking.handed, signoff, pairs, bodies)
    taken: dict[str, str] = {}
    left: list[Withheld] = []
    for item, body in bodies.items():
        row, refusal = _judge(taking, item, body)
        if refusal is None and row is not None:
            _record(taking, row, body, strength="ssh" if key else "os")
            taken[item] = body["id"]
        elif refusal is not None:
            left.append(Withheld(item, body["id"], body["verdict"], refusal.rule, refusal.what))
    taking.tx.session.flush()
    if taken:
        signed = SignoffRow(
            **{name: signoff[name] for name in _SIGNOFF if name not in ("strength", "entry")},
            strength="ssh" if key else "os",
            entry=0,
        )
        more = {
            "handoff": taking.handed.id,
            "withheld": [
                {
                    "item": one.item,
                    "decision": one.decision,
                    "verdict": one.verdict,
                    "why": one.rule,
                }
                for one in left
            ],
        }
        record_signoff(taking.tx, signed, taken, more)
    taking.accepted += taken
    taking.withheld += left
    taking.signatures.append(kind)


_SIGNOFF = tuple(SignoffRow.__table__.columns.keys())  # type: ignore[attr-defined]  # as above


def _judge(
    taking: _Taking, item: str, body: Mapping[str, Any]
) -> tuple[ItemRow | None, RefusedError | None]:
    """Return the item of a decision, or the rule by which it is not taken in."""
    tx = taking.tx
    row = tx.session.get(ItemRow, item)
    if row is None or row.campaign != taking.handed.campaign:
        raise refused("items", f"The item {item} is none of this campaign.")
    require_clock(tx, str(body["decided_at"]))
    try:
        _rule(taking, row, body)
    except RefusedError as error:
        return row, error
    except (KeyError, TypeError, ValueError) as error:
        raise refused("decisions", f"The decision {body.get('id')!r} cannot be read.") from error
    return row, None


def _rule(taking: _Taking, row: ItemRow, body: Mapping[str, Any]) -> None:
    """Hold a decision against the rules as they are here and now."""
    if row.state == "decided":
        raise RefusedError(
            f"The item {row.id} was decided here meanwhile.", rule="decided_meanwhile"
        )
    ruling = _ruling(taking, row, body)
    ruling.check_request()
    ruling.check_item(row)
    require_another(taking.tx.session, ruling.people, row, taking.handed.reviewer)
    if body["bulk"] > 1 and not ruling.request.rationale:
        raise RefusedError("A decision on many items needs a rationale.", rule="rationale")


def _ruling(taking: _Taking, row: ItemRow, body: Mapping[str, Any]) -> Ruling:
    tx, reviewer = taking.tx, taking.handed.reviewer
    people = directory(tx.session)
    return Ruling(
        _request(taking, body),
        Caller(reviewer, reviewer, Strength.OS, known=people.find(reviewer) is not None),
        people,
        campaign_row(tx.session, row.campaign),
        tx.clock.now(),
        _habit(taking, body),
    )


def _request(taking: _Taking, body: Mapping[str, Any]) -> DecisionRequest:
    verdict = Verdict(body["verdict"])
    until = from_rfc3339(body["until"]) if body["until"] else None
    return DecisionRequest(
        campaign=taking.handed.campaign,
        items=(body["item"],),
        verdict=verdict,
        rationale=str(body["rationale"]),
        until=until if verdict is Verdict.ATTEST_UNTIL else None,
        expires=until if verdict is Verdict.EXCEPTION else None,
        reduce_to=tuple(str(action) for action in body["reduce_to"]),
        reduce_resources=tuple(str(one) for one in body.get("reduce_resources", ())),
        control=body["control"],
        approver=body["approver"],
        seen={body["item"]: body["basis_digest"]},
        headless=bool(body["headless"]),
    )


def _habit(taking: _Taking, body: Mapping[str, Any]) -> Habit:
    """Return how many headless decisions of the file came just before, by its own clock."""
    if not body["headless"]:
        return Habit()
    at = from_rfc3339(body["decided_at"])
    burst = sum(at - WINDOW < one < at for one in taking.headless)
    return Habit(burst=burst if burst >= LOOP else 0)


def _record(taking: _Taking, item: ItemRow, body: Mapping[str, Any], *, strength: str) -> None:
    tx, handed = taking.tx, taking.handed
    values = {name: body[name] for name in _COLUMNS if name in body and name != "entry"}
    for name in JSON_COLUMNS & values.keys():
        values[name] = entries.json_text(values[name])
    values.update(
        strength=strength,
        client_id=f"{handed.id}/{item.id}",
        supersedes=item.current,
        state="current",
        entry=0,
        stage=item.stage,
        consequence=None,
    )
    decision = DecisionRow(**values)
    ruling = _ruling(taking, item, body)
    found = ruling.check_item(item)
    said = {
        **entries.decision_recorded(decision, item),
        "independence": found.as_json(),
        "approver_known": ruling.people.find(decision.approver) is not None,
        "recommendation": item.recommendation,
        "followed": followed(item.recommendation, Verdict(decision.verdict)),
        "attention": _attention(body),
        "handoff": handed.id,
    }
    decision.entry = tx.append(EntryType.DECISION_RECORDED, said, campaign=item.campaign).seq
    tx.session.add(decision)
    item.state, item.current = "decided", decision.id
    item.version += 1


def _attention(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file says of the attention of a decision, marked as its own word."""
    found = body.get("attention")
    measured = found if isinstance(found, dict) else {}
    told = {
        name: value
        for name in ("dwell_ms", "run", "burst", "bulk")
        if type(value := measured.get(name)) is int and 0 <= value < 2**31
    }
    opened = measured.get("opened")
    return {
        "dwell_ms": None,
        "run": 1,
        "burst": 1,
        "bulk": body["bulk"],
        **told,
        "opened": opened if isinstance(opened, bool) else None,
        "self_reported": True,
    }


def _end(taking: _Taking) -> Returned:
    tx, handed = taking.tx, taking.handed
    signed = {
        str(pair["item"])
        for signoff in taking.file.projection.signoffs.values()
        for pair in signoff["decisions"]
    }
    decided = sum(one.state == "decided" for one in taking.file.projection.items.values())
    body = {
        "id": handed.id,
        "reviewer": handed.reviewer,
        "accepted": sorted(taking.accepted),
        "withheld": [
            {"item": one.item, "decision": one.decision, "verdict": one.verdict, "rule": one.rule}
            for one in taking.withheld
        ],
        "signed": len(signed),
        "unsigned": decided,
        "file_head": {"size": taking.file.head.size, "head": taking.file.head.hash},
        "signoffs": [
            {name: signoff[name] for name in ("id", "statement", "signature", "key", "armor")}
            for signoff in taking.file.projection.signoffs.values()
        ],
    }
    tx.append(EntryType.HANDOFF_RETURNED, body, campaign=handed.campaign)
    state = finish_if_settled(tx, handed.campaign)
    return Returned(
        id=handed.id,
        campaign=handed.campaign,
        reviewer=handed.reviewer,
        accepted=tuple(sorted(taking.accepted)),
        withheld=tuple(taking.withheld),
        unsigned=decided,
        signatures=tuple(taking.signatures),
        campaign_state=state,
    )
