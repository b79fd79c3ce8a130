"""`recert agents`, `recert agent`, `recert permissions`, `recert events`: what exists and may act."""

from typing import Any

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand, RecertGroup

_CARD = (
    "name",
    "arn",
    "kind",
    "owner",
    "purpose",
    "execution_role_arn",
    "live_versions",
    "shares_role_with",
    "risk_tier",
    "certified",
    "last_reviewed_at",
    "next_review_due",
    "fingerprint",
)


@click.command(cls=RecertCommand)
def agents() -> None:
    """List the agents of the last reading.

    With their owner, what is live, their risk, and whether a closed review has certified them.
    """
    run = current()
    found = list(run.campaigns().agents())
    if run.out.as_json:
        run.out.document({"agents": found})
        return
    run.out.table(
        ("agent", "kind", "account", "region", "owner", "live", "risk", "certified"),
        (
            (
                row["name"],
                row["kind"],
                row["account"],
                row["region"],
                row["owner"],
                row["live_versions"],
                row["risk_tier"],
                row["certified"],
            )
            for row in found
        ),
    )


@click.group(cls=RecertGroup)
def agent() -> None:
    """Show one agent, or state its owner and purpose."""


@agent.command()
@click.argument("agent")
def show(agent: str) -> None:
    """Show one agent."""
    run = current()
    row = _row(agent)
    if run.out.as_json:
        run.out.document(row)
        return
    for key in (*_CARD, "sentence"):
        value = row[key]
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        run.out.line(f"{key.replace('_', ' '):20}{'–' if shown in (None, '') else shown}")
    for finding in row["findings"]:
        run.out.line(f"{finding['severity']:20}{finding['detail']}")


@agent.command("set")
@click.argument("agent")
@click.option("--owner", metavar="PERSON", help="Who answers for it, written as in owner tags.")
@click.option("--purpose", metavar="TEXT", help="What it is for.")
def set_(agent: str, owner: str | None, purpose: str | None) -> None:
    """State owner or purpose of an agent; it wins over tags.

    \b
    recert agent set hr-assistant --owner maria.sanchez --purpose "Answers questions about time off"
    """  # noqa: D301 - \b keeps click from filling the examples
    if owner is None and purpose is None:
        raise click.UsageError("Give --owner, --purpose or both.")
    run = current()
    from recert.cli.estates import agent_named  # noqa: PLC0415 - behind the store

    found = agent_named(run, agent)
    run.campaigns(acting=True).set_agent(found.arn, owner=owner, purpose=purpose)
    if run.out.as_json:
        run.out.document(_row(found.arn))
        return
    run.out.line(f"{found.name}: owner {owner or 'as it was'}, purpose {purpose or 'as it was'}")
    from recert.campaigns.people import everybody  # noqa: PLC0415 - behind the store

    known = {name for one in everybody(run.store) for name in one.names}
    if owner and known and owner.strip().casefold() not in known:
        run.out.note(f"Nobody is known as {owner!r}: `recert people add` makes somebody known.")


@click.command(cls=RecertCommand)
@click.argument("agent")
def permissions(agent: str) -> None:
    """List the grants of an agent with their effective actions.

    A grant is one element of a policy. `effective` counts the actions that IAM would allow by it
    today, `blocked` those that a boundary, an organisation's policy or a deny takes away; --json
    names them. `for` is what the agent is connected to that needs it.
    """
    run = current()
    from recert.analysis import grants  # noqa: PLC0415 - behind the store
    from recert.cli.estates import latest_estate  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above
    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - as above

    estate = latest_estate(run)
    found = agent_of(estate, agent)
    catalogue = load_catalogue()
    rows = [grant.as_shown(found.purpose) for grant in grants(estate, found.arn, catalogue)]
    if run.out.as_json:
        run.out.document({"agent": found.arn, "grants": rows, "catalogue": catalogue.stamp})
        return
    run.out.table(
        ("action", "policy", "effective", "blocked", "last used", "for", "suggestion", "meaning"),
        (
            (
                row["action"],
                row["policy"]["name"],
                len(row["effective_actions"]),
                sum(len(one["actions"]) for one in row["blocked"]),
                row["last_used"]["state"],
                row["explained_by"] or "unexplained",
                row["recommendation"]["verdict"],
                row["meaning"],
            )
            for row in rows
        ),
    )


@click.command(cls=RecertCommand)
@click.argument("agent", required=False)
def events(agent: str | None) -> None:
    """List lifecycle events, the latest first.

    An event is a change of an agent between two readings; `campaign` is the one that asks about it.
    """
    run = current()
    from recert.cli.estates import agent_named, latest_estate  # noqa: PLC0415 - behind the store
    from recert.clock import from_rfc3339  # noqa: PLC0415 - as above

    wanted = agent_named(run, agent).arn if agent else None
    found = list(run.campaigns().events(wanted))
    if run.out.as_json:
        run.out.document({"events": found})
        return
    names = {one.arn: one.name for one in latest_estate(run).agents} if found else {}
    run.out.table(
        ("when", "severity", "live", "kind", "agent", "campaign"),
        (
            (
                from_rfc3339(row["detected_at"]),
                row["severity"],
                row["live"],
                row["kind"],
                names.get(row["agent"], row["agent"]),
                row["campaign"],
            )
            for row in found
        ),
    )
    if not found:
        run.out.note("There is no event. `recert sync` records what changed.")


def _row(agent: str) -> dict[str, Any]:
    run = current()
    from recert.cli.estates import agent_named, portrait  # noqa: PLC0415 - behind the store

    return portrait(run.campaigns(), agent_named(run, agent).arn)
