"""Handing a reviewer's items out: a file that is a store of its own, with their evidence and no more.

Its first entries say what it is a part of. The ledger that it comes from keeps the hash of the last
of them, so that what comes back is known to have begun as what went out.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from recert.campaigns.canonical_text import digest_of, text_of
from recert.campaigns.custody import owns
from recert.campaigns.decisions import campaign_row
from recert.campaigns.documents import policy_document
from recert.campaigns.item_pages import reviewers_named
from recert.campaigns.people import Directory, Person, directory, put
from recert.campaigns.reads import rows
from recert.campaigns.views import Caller
from recert.clock import Clock, from_rfc3339, to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.lifecycle import Estate
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.handed import HANDED, Handed
from recert.store.ledger import Actor
from recert.store.settings import demanded_in
from recert.store.store import Store
from recert.store.tables import CampaignRow, ItemRow, KeyRow, Meta
from recert.store.transaction import Transaction, head_of

GIVEN = timedelta(days=14)
"""How long a file may be returned where the deadline of its campaign says nothing later."""
_MOST = 20_000
_ITEM = tuple(ItemRow.__table__.columns.keys())  # type: ignore[attr-defined]  # SQLModel makes it


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A file that was made: `opening` is where its own ledger stands, `SIZE:HASH`."""

    id: str
    campaign: str
    reviewer: str
    items: int
    file: Path
    ledger: str
    opening: str
    expires_at: str
    signature: str


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What goes into a file, read at one instant."""

    handed: Handed
    campaign: dict[str, Any]
    items: list[dict[str, Any]]
    persons: tuple[Person, ...]
    keys: tuple[dict[str, Any], ...]


def hand_off(
    store: Store,
    caller: Caller,
    campaign: str,
    *,
    reviewer: str,
    target: Path,
    estate: Estate | None,
    clock: Clock,
    actor: Actor,
    expires: datetime | None = None,
    need_key: bool = False,
) -> HandedOff:
    """Write a reviewer's pending items with their evidence into a new file.

    `estate` is the reading that the campaign was staged on. The campaign's owner may, and the
    reviewer themselves. Where the reviewer has an enrolled key, what comes back has to be signed
    with it. Raises RefusedError with the rule, UsageError where the file exists.
    """
    if target.is_symlink() or target.exists():
        raise UsageError(f"{target} exists already.", "Name a new file.")
    with store.read() as session:
        until = _expiry(campaign_row(session, campaign), clock.now(), expires)
        person = _may(session, caller, campaign, reviewer)
        parcel = _pack(session, store, campaign, person, until)
    if need_key:
        _require_some_key(parcel)
        if parcel.handed.signature == "none":
            parcel = replace(parcel, handed=replace(parcel.handed, signature="ssh"))
    try:
        ledger, opening = _write(target, parcel, estate, clock, actor)
        with store.write(actor, clock=clock) as tx:
            body = _made(tx, parcel, ledger, opening)
            tx.append(EntryType.HANDOFF_MADE, body, campaign=campaign)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    handed = parcel.handed
    return HandedOff(
        id=handed.id,
        campaign=campaign,
        reviewer=handed.reviewer,
        items=len(parcel.items),
        file=target,
        ledger=ledger,
        opening=opening,
        expires_at=handed.expires_at,
        signature=handed.signature,
    )


def _pack(session: Session, store: Store, campaign: str, person: str, until: datetime) -> _Parcel:
    row = campaign_row(session, campaign)
    people = directory(session)
    keys = _keys(session, person)
    found = store.meta("kind"), store.synthetic, _recording(store)
    head = head_of(session)
    handed = Handed(
        id=f"h-{uuid.uuid4().hex[:12]}",
        ledger=store.store_id,
        campaign=campaign,
        reviewer=person,
        size=head.size,
        head=head.hash,
        root=head.root,
        expires_at=to_rfc3339(until),
        signature=_demanded(session, person, keys=bool(keys)),
        kind=found[0],
        synthetic=found[1],
        recording=found[2],
    )
    columns = {name: getattr(row, name) for name in CampaignRow.__table__.columns.keys()}  # type: ignore[attr-defined]  # noqa: SIM118 - as above
    columns.update(predecessor=None, snapshot=None)
    return _Parcel(
        handed, columns, _items(session, campaign, person), _persons(people, row, person), keys
    )


def _may(session: Session, caller: Caller, campaign: str, reviewer: str) -> str:
    """Return the reviewer whose items a caller may hand out; raises RefusedError."""
    row = campaign_row(session, campaign)
    if row.state != "active":
        raise RefusedError(
            f"The campaign {campaign} is {row.state}; nothing of it is handed out.",
            "Items are handed out while it is active.",
            rule="campaign_not_active",
        )
    return _reviewer(directory(session), row, caller, reviewer)


def _recording(store: Store) -> str | None:
    found = store.latest_snapshot()
    return found[1].source.recording_digest if found else None


def _reviewer(people: Directory, row: CampaignRow, caller: Caller, reviewer: str) -> str:
    person = people.find(reviewer)
    if person is not None and not person.active:
        raise RefusedError(
            f"{person.id} is no longer active.",
            "Hand their items to somebody else with `recert campaign reassign`.",
            rule="inactive",
        )
    name = person.id if person else reviewer.strip()
    if not owns(people, row, caller) and not people.same(name, caller.id):
        raise RefusedError(
            f"The campaign {row.id} belongs to {row.owner or 'nobody'}.",
            "Its owner hands items out, or the reviewer takes their own with them.",
            rule="not_owner",
        )
    return name


def _items(session: Session, campaign: str, reviewer: str) -> list[dict[str, Any]]:
    names = reviewers_named(session, campaign, reviewer)
    statement = (
        select(*(getattr(ItemRow, name) for name in _ITEM))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
        .where(col(ItemRow.reviewer).in_(names))
        .order_by(col(ItemRow.rank), col(ItemRow.id))
        .limit(_MOST + 1)
    )
    found = [dict(zip(_ITEM, line, strict=True)) for line in rows(session, statement)]
    if not found:
        raise RefusedError(
            f"Nothing in {campaign} waits for a decision of {reviewer}.",
            f"`recert campaign preview {campaign}` tells who is asked.",
            rule="nothing_to_hand_off",
        )
    if len(found) > _MOST:
        raise RefusedError(
            f"{reviewer} has more than {_MOST:,} items in {campaign}, too many for one file.",
            "Hand some of them to others first.",
            rule="oversized",
        )
    return [{**one, "current": None, "signoff": None} for one in found]


def _keys(session: Session, person: str) -> tuple[dict[str, Any], ...]:
    statement = select(KeyRow).where(KeyRow.person == person).order_by(col(KeyRow.enrolled_at))
    found = [entries.columns(row) for row in session.exec(statement)]
    return tuple(one for one in found if one["revoked_at"] is None)


def _demanded(session: Session, person: str, *, keys: bool) -> str:
    """Return what a sign-off in a file needs: what the store asks for, and a key where there is one."""
    wanted = demanded_in(session)
    if not keys and wanted != "none":
        raise RefusedError(
            f"This store asks for signatures with a key, and {person} has none enrolled.",
            "Enrol theirs first with `recert people enrol PERSON KEY.pub`.",
            rule="key",
        )
    return "ssh" if keys and wanted == "none" else wanted


def _require_some_key(parcel: _Parcel) -> None:
    if not parcel.keys:
        raise RefusedError(
            f"{parcel.handed.reviewer} has no key, and so none could sign what comes back.",
            "Enrol one first with `recert people enrol`.",
            rule="key",
        )


def _persons(people: Directory, row: CampaignRow, reviewer: str) -> tuple[Person, ...]:
    """Return who has to be known for the rules to hold: whoever may judge or approve, and the owner."""
    wanted = [
        one
        for one in people.persons
        if one.active and (one.judges or people.same(one.id, row.owner) or one.id == reviewer)
    ]
    return tuple(replace(one, sts=(), email=None, backup=None, manager=None) for one in wanted)


def _expiry(row: CampaignRow, now: datetime, expires: datetime | None) -> datetime:
    if expires is not None:
        if expires <= now:
            raise UsageError(f"{to_rfc3339(expires)} is not in the future.", "Give a later date.")
        return expires
    due = from_rfc3339(row.due_at) if row.due_at else now
    return max(due, now + GIVEN)


def _write(
    target: Path, parcel: _Parcel, estate: Estate | None, clock: Clock, actor: Actor
) -> tuple[str, str]:
    """Make the file; return the id of its ledger and where that stands."""
    handed = parcel.handed
    made = Store.open(target, clock=clock, create=True)
    try:
        with made.write(actor, clock=clock) as tx:
            for person in parcel.persons:
                put(tx, person)
            for enrolled in parcel.keys:
                tx.session.add(known := KeyRow(**enrolled))
                tx.append(EntryType.KEY_ENROLLED, entries.key_enrolled(known))
            body = {"handed": handed.as_json(), **documents(estate, parcel.items)}
            tx.append(EntryType.HANDOFF_OPENED, body, campaign=handed.campaign)
            row = CampaignRow(**parcel.campaign)
            tx.session.add(row)
            tx.session.flush()
            tx.append(EntryType.CAMPAIGN_OPENED, entries.campaign_opened(row), campaign=row.id)
            found = [ItemRow(**item) for item in parcel.items]
            told = entries.items_assigned(found)
            tx.append(EntryType.ITEMS_ASSIGNED, told, campaign=row.id)
            tx.session.connection().execute(insert(ItemRow), parcel.items)
            for key, value in _facts(handed).items():
                tx.session.add(Meta(key=key, value=value))
            tx.session.flush()
        return made.store_id, str(made.head())
    finally:
        made.close()


def _facts(handed: Handed) -> dict[str, str]:
    facts = {HANDED: handed.text()}
    if handed.kind is not None:
        facts.update(kind=handed.kind, synthetic="true" if handed.synthetic else "false")
    return facts


def documents(estate: Estate | None, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the policy documents behind items, each once: `documents` by digest, `document_of` by item."""
    texts: dict[str, Any] = {}
    of_item: dict[str, str] = {}
    for item in items:
        grant = parse_strict(item["body"]).get("grant")
        document = policy_document(estate, grant) if estate is not None and grant else None
        if document is None:
            continue
        name = digest_of(document)
        texts[name] = text_of(document)
        of_item[item["id"]] = name
    return {"documents": texts, "document_of": of_item}


def _made(tx: Transaction, parcel: _Parcel, ledger: str, opening: str) -> dict[str, Any]:
    """Return what the ledger says of a file; raises RefusedError where the campaign moved meanwhile."""
    handed = parcel.handed
    if campaign_row(tx.session, handed.campaign).state != "active":
        raise RefusedError(
            f"The campaign {handed.campaign} is not active any more.", rule="campaign_not_active"
        )
    size, _, hashed = opening.partition(":")
    return {
        "handed": handed.as_json(),
        "file_ledger": ledger,
        "opening": {"size": int(size), "head": hashed},
        "items": [
            {"item": item["id"], "basis_digest": item["basis_digest"]} for item in parcel.items
        ],
    }
