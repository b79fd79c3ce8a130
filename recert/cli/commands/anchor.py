"""`recert anchor`: note the head of the ledger where whoever holds the store cannot change it."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from recert.cli.context import current
from recert.cli.lazy import RecertGroup

if TYPE_CHECKING:
    from recert.store.ledger import Head
    from recert.store.store import Store

_FILE = click.Path(path_type=Path, dir_okay=False)
_PROFILE = click.option("--profile", metavar="P", help="A profile of the AWS configuration.")


@click.group(cls=RecertGroup)
def anchor() -> None:
    """Note the head of the ledger outside the store."""


@anchor.command("head")
@click.option("--for", "whom", required=True, metavar="PERSON", help="Who keeps it.")
@click.option("--to", "target", type=_FILE, metavar="FILE", help="A new file for the checkpoint.")
@click.option(
    "--key", type=_FILE, metavar="FILE", help="Your SSH key, which signs it into FILE.sig."
)
def head_(whom: str, target: Path | None, key: Path | None) -> None:
    """Give the head to a second person, as a line and as a checkpoint.

    The head is the number and hash of the ledger's last entry. Whoever keeps it can tell later, with
    `recert verify --head`, whether anything before it was changed.

    \b
    recert anchor head --for priya.nair --to head.checkpoint
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.cli.anchoring import write_checkpoint  # noqa: PLC0415 - tables are slow to import

    store = run.store
    head = store.head()
    written = write_checkpoint(run, store, head, target, key) if target is not None else []
    to = {"person": whom, "files": [path.name for path in written]}
    _record(store, "head", head, to)


@anchor.command("user-agent")
@_PROFILE
def user_agent(profile: str | None) -> None:
    """Leave the head in CloudTrail: one call to STS carries it in its user agent."""
    run = current()
    from recert.aws.anchors import tell  # noqa: PLC0415 - boto3 is slow to import
    from recert.evidence import anchors  # noqa: PLC0415 - tables are slow to import

    store = run.store
    head = store.head()
    text = anchors.user_agent(store.store_id, head)
    told = tell(text, profile=profile)
    to = {**asdict(told), "event": "sts:GetCallerIdentity", "user_agent": text}
    _record(store, anchors.USER_AGENT, head, to)


@anchor.command("s3")
@click.argument("bucket")
@click.option("--prefix", default="recert/", show_default=True, metavar="P", help="Where in it.")
@click.option(
    "--days",
    type=click.IntRange(1, 36500),
    default=2555,
    show_default=True,
    metavar="N",
    help="How long nobody may change or remove it.",
)
@click.option(
    "--mode",
    type=click.Choice(("COMPLIANCE", "GOVERNANCE")),
    default="COMPLIANCE",
    show_default=True,
    help="Whether not even the account's root may, or who has the right to bypass.",
)
@_PROFILE
def s3(
    bucket: str,
    *,
    prefix: str,
    days: int,
    mode: Literal["COMPLIANCE", "GOVERNANCE"],
    profile: str | None,
) -> None:
    """Put the checkpoint into S3 under Object Lock."""
    run = current()
    from recert.aws.anchors import lock  # noqa: PLC0415 - boto3 is slow to import
    from recert.evidence import anchors  # noqa: PLC0415 - tables are slow to import
    from recert.evidence.checkpoint import checkpoint  # noqa: PLC0415 - as above

    store = run.store
    head = store.head()
    locked = lock(
        bucket.removeprefix("s3://").rstrip("/"),
        f"{prefix}{store.store_id}/{head.size:012d}.checkpoint",
        checkpoint(store.store_id, head),
        until=run.clock.now().replace(microsecond=0) + timedelta(days=days),
        mode=mode,
        profile=profile,
    )
    _record(store, anchors.S3, head, asdict(locked))


@anchor.command("timestamp")
@click.argument("url")
@click.option(
    "--tsa", type=_FILE, metavar="PEM", help="The authority's root certificates, to verify with."
)
def timestamp(url: str, tsa: Path | None) -> None:
    """Have the checkpoint stamped by an authority of RFC 3161."""
    run = current()
    from recert.clock import to_rfc3339  # noqa: PLC0415 - tables are slow to import
    from recert.evidence import anchors  # noqa: PLC0415 - as above
    from recert.evidence import timestamp as stamps  # noqa: PLC0415 - as above
    from recert.evidence.checkpoint import checkpoint  # noqa: PLC0415 - as above

    trusted = stamps.roots(tsa) if tsa is not None else ()
    store = run.store
    head = store.head()
    data = checkpoint(store.store_id, head)
    token = stamps.ask(url, data)
    if trusted:
        stamps.require_signed(token, data, trusted)
    to = {
        "url": url,
        "stamped_at": to_rfc3339(token.at),
        "policy": token.policy,
        "serial": token.serial,
        "verified": bool(trusted),
    }
    _record(store, anchors.RFC3161, head, to, token.content)


@anchor.command("list")
def list_() -> None:
    """List every anchor of the store's ledger."""
    run = current()
    from recert.cli.anchoring import every  # noqa: PLC0415 - tables are slow to import

    found = every(run.store)
    if run.out.as_json:
        run.out.document({"anchors": found})
        return
    run.out.table(
        ("entry", "at", "kind", "head", "where"),
        (
            (one["entry"], one["at"], one["kind"], f"{one['size']}:{one['hash']}", _where(one))
            for one in found
        ),
    )


@anchor.command("check")
@_PROFILE
def check(profile: str | None) -> int:
    """Look every anchor in S3 up again, and compare it with the ledger."""
    run = current()
    from recert.cli.anchoring import look_up  # noqa: PLC0415 - boto3 and tables are slow to import

    found = look_up(run.store, profile)
    if run.out.as_json:
        run.out.document({"anchors": found, "ok": all(one["ok"] for one in found)})
    else:
        for one in found:
            run.out.line(f"{'ok ' if one['ok'] else 'NO '} {one['where']}: {one['detail']}")
        if not found:
            run.out.note("No anchor of this store stands in S3.")
    return 0 if all(one["ok"] for one in found) else 1


def _where(one: dict[str, Any]) -> str:
    to = one["to"]
    if one["kind"] == "s3":
        return f"s3://{to.get('bucket')}/{to.get('key')} until {to.get('retain_until')}"
    named = ("person", "url", "request_id")
    return str(next((to[name] for name in named if to.get(name)), "unknown"))


def _record(
    store: "Store", kind: str, head: "Head", to: dict[str, Any], proof: bytes | None = None
) -> None:
    run = current()
    from recert.evidence import anchors  # noqa: PLC0415 - tables are slow to import

    entry = anchors.record(store, kind, head, actor=run.actor(store), to=to, proof=proof)
    if run.out.as_json:
        run.out.document(
            {"kind": kind, "entry": entry, "head": str(head), "root": head.root, "to": to}
        )
        return
    run.out.line(str(head))
    run.out.note(
        f"Anchored ({kind}), entry {entry}. Verify with `recert verify PATH --head {head}`."
    )
