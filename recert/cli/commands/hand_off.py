"""`recert hand-off` and `recert return`: a review by somebody who does not have this store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Day
from recert.text import plural

if TYPE_CHECKING:
    from recert.campaigns.returning import Returned

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("hand-off", cls=RecertCommand)
@click.argument("campaign")
@click.option("--reviewer", required=True, metavar="PERSON", help="Whose items go out.")
@click.option("--to", "target", type=_FILE, required=True, metavar="FILE", help="The new file.")
@click.option(
    "--expires",
    type=Day(),
    metavar="DATE",
    help="Until when it may be returned, else the deadline, and at least two weeks.",
)
@click.option(
    "--need-key", is_flag=True, help="Take it back only when signed with a key of theirs."
)
def hand_off(
    campaign: str, *, reviewer: str, target: Path, expires: datetime | None, need_key: bool
) -> None:
    """Write a reviewer's items into a file that their own recert opens.

    \b
    recert hand-off c-7f3k --reviewer maria.sanchez --to maria.recert
    recert --store maria.recert          there: opens, decides and signs it
    recert return maria.recert           here: takes it in, once
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    if run.store.synthetic:
        _with_demo_key(run, reviewer)
    from recert.clock import from_rfc3339  # noqa: PLC0415 - behind the store

    made = service.hand_off(chosen, reviewer, target, expires=expires, need_key=need_key)
    if run.out.as_json:
        run.out.document(made)
        return
    run.out.line(
        f"{made.file} holds {plural(made.items, 'item')} of {made.campaign} for {made.reviewer}, "
        f"to be returned by {from_rfc3339(made.expires_at):%Y-%m-%d %H:%M} UTC."
    )
    key = " --key KEY" if made.signature != "none" else ""
    run.out.note(
        f"They open it with `recert --store FILE`, sign with `recert --store FILE sign "
        f"{made.campaign}{key}`, and send it back; then `recert return FILE`."
    )


def _with_demo_key(run: Run, reviewer: str) -> None:
    """Let a person of the demo sign elsewhere as they would here, with a key that is worth nothing."""
    from recert.campaigns.people import everybody  # noqa: PLC0415 - tables are slow to import
    from recert.cli.signing import demo_signer  # noqa: PLC0415 - as above

    if any(reviewer == one.id for one in everybody(run.store)):
        demo_signer(run.store, reviewer)


@click.command("return", cls=RecertCommand)
@click.argument("file", type=_FILE, metavar="FILE")
def take_back(file: Path) -> int:
    """Take in what a reviewer decided and signed in such a file.

    FILE is what `recert hand-off` wrote. It is taken in once. Exit 3 when some of it could not be.
    """
    run = current()
    from recert.evidence.ssh_keygen import read_signature  # noqa: PLC0415 - only keys need it

    found = run.campaigns(acting=True).take_back(file, verify=read_signature)
    if run.out.as_json:
        run.out.document(found)
    else:
        _say(run.out.line, found)
    if not found.accepted:
        return ExitCode.NO
    return ExitCode.INCOMPLETE if found.withheld else ExitCode.DONE


def _say(line: Callable[[str], None], found: Returned) -> None:
    line(
        f"{found.reviewer} returned {plural(len(found.accepted), 'signed decision')} of {found.campaign}; "
        f"signature: {', '.join(found.signatures)}; the campaign is {found.campaign_state}."
    )
    for one in found.withheld:
        line(f"{one.item}: {one.verdict} not taken in ({one.rule}): {one.why}")
    if found.withheld:
        line(f"{plural(len(found.withheld), 'item stays', 'items stay')} in review here.")
    if found.unsigned:
        line(f"Not signed in the file, so left out: {plural(found.unsigned, 'decision')}.")
