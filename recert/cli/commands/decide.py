"""`recert decide` and `recert undo`: verdicts without the terminal UI."""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.cli.types import Day, Words
from recert.errors import AmbiguousNameError, UsageError

if TYPE_CHECKING:
    from recert.campaigns.service import Campaigns

_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Choice:
    """The verdict that the options name, with what it needs."""

    verdict: str
    until: datetime | None = None
    reduce_to: tuple[str, ...] = ()
    reduce_resources: tuple[str, ...] = ()
    control: str | None = None
    approver: str | None = None
    expires: datetime | None = None


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, metavar="ITEM...")
@click.option(
    "--matching",
    metavar="TEXT",
    help="Instead of ITEM…: your open items in whose line these words stand.",
)
@click.option("--attest", is_flag=True, help="The agent needs this.")
@click.option("--until", type=Day(), metavar="DATE", help="The agent needs this until a day.")
@click.option(
    "--reduce-to",
    type=Words(),
    multiple=True,
    metavar="ACTION,…",
    help="The agent needs these actions only; an ARN among them is a resource.",
)
@click.option(
    "--reduce-to-resource",
    multiple=True,
    metavar="ARN",
    help="The agent needs it on this resource only; several times for several, each taken whole.",
)
@click.option("--revoke", is_flag=True, help="The agent does not need this.")
@click.option("--exception", is_flag=True, help="It stays against the rule, under a control.")
@click.option("--abstain", is_flag=True, help="Somebody else has to decide.")
@click.option("--control", metavar="TEXT", help="What keeps the exception in check.")
@click.option("--approver", metavar="PERSON", help="Who approves the exception.")
@click.option("--expires", type=Day(), metavar="DATE", help="When the exception ends.")
@click.option("--rationale", default="", metavar="TEXT", help="Why.")
@click.option(
    "--seen",
    type=Words(),
    multiple=True,
    metavar="DIGEST…",
    help="The basis digests that the decision rests on, in the order of the items.",
)
@click.option(
    "--from",
    "seen_in",
    metavar="FILE",
    help="What `recert items --json` printed when you looked (- is stdin).",
)
def decide(campaign: str, items: tuple[str, ...], **options: Any) -> None:
    """Decide items whose reviewer you are.

    \b
    recert decide c-7f3k i-91ab --attest --rationale "Answers payroll questions"
    recert decide c-7f3k i-91ab --reduce-to s3:GetObject,s3:ListBucket --rationale "Reads only"
    recert decide c-7f3k i-91ab --reduce-to-resource "arn:aws:s3:::files/hr/*" --rationale "HR only"
    """  # noqa: D301 - \b keeps click from filling the examples
    wanted, seen = _split(items, options["seen"], matching=options["matching"])
    choice = _choice(options)
    if seen and options["seen_in"]:
        raise click.UsageError("Give --seen or --from, not both.")
    run = current()
    from recert.campaigns.views import DecisionRequest, Verdict  # noqa: PLC0415 - behind the store

    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    if options["matching"]:
        ids = _matching(service, chosen, options["matching"])
    else:
        ids = tuple(dict.fromkeys(service.find_item(chosen, item) for item in wanted))
    known = _from_file(options["seen_in"]) if options["seen_in"] else _in_order(ids, seen)
    decided = service.decide(
        DecisionRequest(
            campaign=chosen,
            items=ids,
            verdict=Verdict(choice.verdict),
            rationale=options["rationale"].strip(),
            until=choice.until,
            reduce_to=choice.reduce_to,
            reduce_resources=choice.reduce_resources,
            control=choice.control,
            approver=choice.approver,
            expires=choice.expires,
            seen={item: known[item] for item in ids if item in known},
            headless=True,
            client_id=uuid.uuid4().hex,
            chosen_by=options["matching"] or "",
        )
    )
    if run.out.as_json:
        from recert.campaigns.contract import decision_json  # noqa: PLC0415 - as above

        found = [
            {"item": item, **decision_json(decision)}
            for item, decision in zip(ids, decided, strict=True)
        ]
        run.out.document({"campaign": chosen, "decisions": found})
        return
    titles = {view.line.id: view.line.title for view in service.views(chosen, ids)}
    for item, decision in zip(ids, decided, strict=True):
        run.out.line(f"{item}: {decision.verdict.value}  {titles[item]}")
        for one in decision.breaks:
            who = f", whose reviewer is {one['reviewer']}" if one["reviewer"] else ""
            run.out.note(f"{item}: the role is shared, so {one['agent']} loses it, too{who}.")
    run.out.note(f"Sign them with `recert sign {chosen}`; until then `recert undo {chosen}` helps.")


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option("--rationale", default="", metavar="TEXT", help="Why it is taken back.")
@click.option("--confirm", is_flag=True, help="Confirm it as the second person.")
@click.option("--withdraw", is_flag=True, help="Take the request back.")
def rescind(
    campaign: str, items: tuple[str, ...], rationale: str, confirm: bool, withdraw: bool
) -> None:
    """Take signed decisions back: you ask for it, a second person confirms it.

    \b
    recert rescind c-7f3k i-91ab --rationale "Attested the wrong one"
    recert rescind c-7f3k i-91ab --confirm
    """  # noqa: D301 - \b keeps click from filling the examples
    if confirm + withdraw + bool(rationale.strip()) != 1:
        raise click.UsageError("Give one of --rationale, --confirm, --withdraw.")
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    ids = tuple(dict.fromkeys(service.find_item(chosen, item) for item in items))
    if confirm:
        made = service.confirm_rescission(chosen, ids)
    elif withdraw:
        made = service.withdraw_rescission(chosen, ids)
    else:
        made = service.rescind(chosen, ids, rationale)
    if run.out.as_json:
        run.out.document(made)
        return
    for one in made.rescissions:
        run.out.line(f"{one['item']}: {one['state']}")
    if made.successor:
        run.out.note(f"They are asked again in {made.successor}.")
    if made.applied:
        run.out.note(
            f"{len(made.applied)} of them had been carried out; bring them back with "
            f"`recert remediate {chosen} rollback`."
        )
    if not (confirm or withdraw):
        run.out.note(f"A second person confirms it: `recert rescind {chosen} ITEM… --confirm`.")


@click.command(cls=RecertCommand)
@click.argument("campaign", required=False)
def undo(campaign: str | None) -> None:
    """Take back your last decision that is not signed.

    One on many items is taken back as a whole. CAMPAIGN can be left out where only one has such
    decisions of yours.
    """
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign) if campaign else _only_unsigned(service)
    items = list(service.undo(chosen))
    if run.out.as_json:
        run.out.document({"campaign": chosen, "items": items})
        return
    for item in items:
        run.out.line(f"{item}: taken back")
    if not items:
        run.out.note("There is nothing to take back.")


def _only_unsigned(service: Campaigns) -> str:
    """Return the campaign in which the caller has unsigned decisions; several are refused."""
    found = [view.id for view in service.campaigns() if view.mine_unsigned]
    if not found:
        raise UsageError("You have no unsigned decision.", "There is nothing to take back.")
    if len(found) > 1:
        raise AmbiguousNameError("undo", found)
    return found[0]


def _matching(service: Campaigns, campaign: str, text: str) -> tuple[str, ...]:
    """Return the caller's open items that a filter leaves; raises UsageError where there is none."""
    from recert.campaigns.views import ItemFilter  # noqa: PLC0415 - behind the store

    wanted = ItemFilter(reviewer=service.caller.id, text=text, undecided=True)
    found: list[str] = []
    after: str | None = None
    while True:
        page = service.items(campaign, wanted, after=after)
        found += [line.id for line in page.items]
        after = page.next
        if after is None:
            break
    if not found:
        raise UsageError(
            f"None of your open items in {campaign} matches {text!r}.",
            f"`recert items {campaign} --mine --open` lists them.",
        )
    return tuple(found)


def _split(
    items: Sequence[str], seen: Sequence[tuple[str, ...]], *, matching: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell items from digests: `--seen A B` leaves B among the arguments."""
    digests = [one for group in seen for one in group]
    digests += [item for item in items if _DIGEST.fullmatch(item)]
    wanted = tuple(item for item in items if not _DIGEST.fullmatch(item))
    if matching is not None and (wanted or digests or not matching.strip()):
        raise click.UsageError("--matching takes words, and stands instead of items and --seen.")
    if not wanted and matching is None:
        raise click.UsageError("Name at least one item.")
    return wanted, tuple(digests)


def _choice(options: Mapping[str, Any]) -> Choice:
    words = tuple(dict.fromkeys(action for group in options["reduce_to"] for action in group))
    reduce_to = tuple(word for word in words if not word.startswith("arn:"))
    resources = (
        *(word for word in words if word.startswith("arn:")),
        *options["reduce_to_resource"],
    )
    named = {
        "attest": options["attest"],
        "attest_until": options["until"] is not None,
        "reduce": bool(reduce_to or resources),
        "revoke": options["revoke"],
        "exception": options["exception"],
        "abstain": options["abstain"],
    }
    verdicts = [name for name, chosen in named.items() if chosen]
    if verdicts == ["attest", "attest_until"]:
        verdicts = ["attest_until"]
    if len(verdicts) != 1:
        raise click.UsageError(
            "Give one of --attest, --until, --reduce-to (or --reduce-to-resource), --revoke, "
            "--exception, --abstain."
        )
    control, approver, expires = (options[name] for name in ("control", "approver", "expires"))
    if options["exception"] and not (control and approver and expires):
        raise click.UsageError("An exception needs --control, --approver and --expires.")
    if not options["exception"] and (control or approver or expires):
        raise click.UsageError("--control, --approver and --expires belong to --exception.")
    return Choice(
        verdicts[0], options["until"], reduce_to, tuple(resources), control, approver, expires
    )


def _in_order(items: Sequence[str], seen: Sequence[str]) -> dict[str, str]:
    if not seen:
        return {}
    if len(seen) != len(items):
        raise click.UsageError("--seen names one digest for each item, in the same order.")
    return {item: digest.removeprefix("sha256:") for item, digest in zip(items, seen, strict=True)}


def _from_file(name: str) -> dict[str, str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name} holds no JSON: {error}.", "Give what `recert items --json` printed."
        ) from error
    items = found.get("items", found) if isinstance(found, dict) else found
    if isinstance(items, dict):
        pairs = list(items.items())
    elif isinstance(items, list):
        pairs = [
            (item.get("id"), item.get("basis_digest")) for item in items if isinstance(item, dict)
        ]
    else:
        pairs = [(None, None)]
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in pairs):
        raise UsageError(
            f"{name} does not say what was seen.", "Give what `recert items --json` printed."
        )
    return dict(pairs)
