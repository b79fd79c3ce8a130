"""Readings in the store: packed, bound to one kind of source, never going back in time."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, select

from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import RefusedError, StoreError
from recert.estate import canonical
from recert.estate.estate import Estate, Source
from recert.store.tables import Meta, SnapshotRow

_LARGEST = 2**30
"""Bytes of an unpacked reading; more is no reading but an attack."""


def content(row: SnapshotRow) -> bytes:
    """Return the JSON text of a reading's estate; raises StoreError where its bytes are damaged."""
    try:
        worker = zlib.decompressobj()
        text = worker.decompress(row.estate, _LARGEST)
    except zlib.error as error:
        raise _damaged(row) from error
    if worker.unconsumed_tail or worker.unused_data or not worker.eof:
        raise _damaged(row)
    return text


def content_sha256(row: SnapshotRow) -> str:
    """Return the SHA-256 of the JSON text of a reading: the same for every version of recert."""
    return hashlib.sha256(content(row)).hexdigest()


def unpack(row: SnapshotRow) -> Estate:
    """Return the estate of a reading; raises StoreError where it is no estate."""
    try:
        return Estate.model_validate_json(content(row))
    except ValueError as error:
        raise _damaged(row) from error


def _damaged(row: SnapshotRow) -> StoreError:
    return StoreError(
        f"The reading {row.id} in the store is damaged.",
        "Bring back a backup with `recert db restore`.",
    )


def snapshot_id(estate: Estate) -> str:
    """Return the id of a reading: the same content, instant and source have the same one."""
    found = [
        to_rfc3339(estate.taken_at),
        estate.source.model_dump(mode="json"),
        estate.content_digest,
    ]
    return f"s-{canonical.digest(found)[:16]}"


def row_of(estate: Estate, api_calls: int) -> SnapshotRow:
    """Return the row of a reading; `entry` is set when the ledger has told of it."""
    return SnapshotRow(
        id=snapshot_id(estate),
        taken_at=to_rfc3339(estate.taken_at),
        source=canonical.canonical(estate.source.model_dump(mode="json")).decode(),
        digest=estate.content_digest,
        agents=len(estate.agents),
        roles=len(estate.roles),
        gaps=len(estate.coverage.gaps),
        api_calls=api_calls,
        entry=0,
        estate=zlib.compress(estate.model_dump_json().encode("utf-8"), 6),
    )


def entry_body(
    estate: Estate, row: SnapshotRow, call_log: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return what the ledger says of a reading: its source, its calls, and all that it could not read."""
    return {
        "snapshot": row.id,
        "taken_at": row.taken_at,
        "source": estate.source.model_dump(mode="json"),
        "digest": row.digest,
        "content_sha256": content_sha256(row),
        "schema_version": estate.schema_version,
        "agents": row.agents,
        "roles": row.roles,
        "api_calls": row.api_calls,
        "calls": [dict(line) for line in call_log],
        "visits": [visit.model_dump(mode="json") for visit in estate.visits],
        "gaps": [gap.model_dump(mode="json") for gap in estate.coverage.gaps],
        "limits": list(estate.coverage.limits),
    }


def require_source(session: Session, source: Source) -> None:
    """Bind the store to the kind of its first reading; raises RefusedError for another one.

    A live store takes live readings, a replay store replays; made-up data goes into a store that
    was made up from the start, which stays so.
    """
    kind = session.get(Meta, "kind")
    if kind is None:
        session.add(Meta(key="kind", value=source.kind))
        session.add(Meta(key="synthetic", value="true" if source.synthetic else "false"))
        session.flush()
        return
    require_kind(kind.value, source.kind)
    synthetic = session.get(Meta, "synthetic")
    if source.synthetic and (synthetic is None or synthetic.value != "true"):
        raise RefusedError(
            "This store holds readings of real accounts and takes no synthetic one.",
            "Name another store with --store.",
            rule="source_kind",
        )


def require_kind(held: str | None, wanted: str) -> None:
    """Raise RefusedError where a store holds another kind of readings than is wanted; None takes each."""
    if held is not None and held != wanted:
        raise RefusedError(
            f"This store holds {_name(held)} and takes no {_name(wanted)}.",
            "Name another store with --store.",
            rule="source_kind",
        )


def _name(kind: str) -> str:
    return "live readings" if kind == "live" else "replayed recordings"


def latest(session: Session) -> SnapshotRow | None:
    """Return the row of the latest reading."""
    last = select(func.max(SnapshotRow.entry)).scalar_subquery()
    return session.exec(select(SnapshotRow).where(SnapshotRow.entry == last)).first()


def require_later(session: Session, row: SnapshotRow) -> None:
    """Refuse a reading that is older than the latest one."""
    last = latest(session)
    if last is not None and from_rfc3339(row.taken_at) < from_rfc3339(last.taken_at):
        raise RefusedError(
            f"The reading of {row.taken_at} is older than the latest one in the store, of {last.taken_at}.",
            "Readings go forward in time. If two ran at once, nothing is lost: run `recert sync` again. "
            "Of a recording, name a later instant with --at, or another store.",
            rule="reading_time",
        )
