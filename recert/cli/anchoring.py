"""Anchors for the command line: a checkpoint's files, the list of a store, and looking S3 up again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recert.aws.anchors import fetch
from recert.cli.context import Run
from recert.errors import AwsError, UsageError
from recert.evidence import anchors
from recert.evidence.checkpoint import checkpoint
from recert.evidence.pack import stored_ledger
from recert.store.ledger import Head
from recert.store.signing import CHECKPOINT
from recert.store.store import Store


def write_checkpoint(
    run: Run, store: Store, head: Head, target: Path, key: Path | None
) -> list[Path]:
    """Write the checkpoint into a new file and, with a key, its signature beside it.

    Raises UsageError where one of them exists; then neither is left.
    """
    content = checkpoint(store.store_id, head)
    wanted = [(target, content)]
    signer = run.signer(key)
    if signer is not None:
        armor = signer.sign(content.decode("ascii"), CHECKPOINT).armor
        wanted.append((target.with_name(f"{target.name}.sig"), armor.encode("ascii")))
    made: list[Path] = []
    try:
        for path, data in wanted:
            with os.fdopen(
                os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
            ) as file:
                made.append(path)
                file.write(data)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise UsageError(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}.",
            "Name a new file.",
        ) from error
    return made


@dataclass(frozen=True, slots=True)
class Carried:
    """A head that the calls of a reading carry in their user agent."""

    head: Head
    text: str


def to_carry(run: Run, *, asked: bool) -> Carried | None:
    """Return the head that a reading of AWS shall carry: where it is asked for, or `[evidence] user_agent`.

    None where there is no store yet, so no head. Raises UsageError for a setting that is none.
    """
    wanted = run.settings.table("evidence").get("user_agent", False)
    if not isinstance(wanted, bool):
        raise UsageError("[evidence] user_agent must be true or false.", "Mend the line.")
    if not (asked or wanted) or not run.store_exists:
        return None
    store = run.store
    head = store.head()
    return Carried(head, anchors.user_agent(store.store_id, head))


def carried_by(run: Run, store: Store, carried: Carried, taken: Mapping[str, Any]) -> None:
    """Record that the calls of a reading carried a head."""
    to = {
        "event": "every call of the reading",
        "reading": taken["snapshot"],
        "calls": taken["api_calls"],
        "user_agent": carried.text,
    }
    anchors.record(store, anchors.USER_AGENT, carried.head, actor=run.actor(store), to=to)


def every(store: Store) -> list[dict[str, Any]]:
    """Return every anchor of a store's ledger, the first first."""
    with store.read() as session:
        return stored_ledger(session).projection.anchors


def look_up(store: Store, profile: str | None) -> list[dict[str, Any]]:
    """Return for each anchor in S3 whether what stands there is still the ledger's checkpoint."""
    with store.read() as session:
        ledger = stored_ledger(session)
    found = []
    for one in ledger.projection.anchors:
        if one["kind"] != anchors.S3:
            continue
        to = one["to"]
        here = Head(one["size"], ledger.hashes[one["size"] - 1], ledger.root_at(one["size"]))
        where = f"s3://{to['bucket']}/{to['key']}"
        try:
            content, mode, until = fetch(to["bucket"], to["key"], to["version_id"], profile=profile)
        except AwsError as error:
            found.append({"entry": one["entry"], "where": where, "ok": False, "detail": error.what})
            continue
        ok = content == checkpoint(store.store_id, here)
        detail = f"{mode} until {until}" if ok else "it is not the checkpoint of this ledger"
        found.append({"entry": one["entry"], "where": where, "ok": ok, "detail": detail})
    return found
