"""`recert propose`: ceilings that follow from what was attested."""

from typing import Any

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.text import plural

KINDS = ("boundary", "scp", "agents-scp")


@click.command(cls=RecertCommand)
@click.argument("agent")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help="Only this kind of ceiling; may be repeated.",
)
def propose(agent: str, kinds: tuple[str, ...]) -> int:
    """Propose ceilings for an agent's roles from what was attested and signed.

    \b
    boundary    a permissions boundary for the role
    scp         a service control policy that is conditioned on the role
    agents-scp  a service control policy of Bedrock and AgentCore actions only

    Nothing is written. A ceiling is shown only once the engine has worked out, for every role of the
    last reading, that it changes no verdict but those that it should; else the reason stands there.
    Exit 1 where nothing can be proposed.
    """  # noqa: D301 - click reads \b as a character
    run = current()
    from recert.cli.ceilings import proposals  # noqa: PLC0415 - behind the store
    from recert.cli.diagnostics import ExitCode  # noqa: PLC0415 - as above
    from recert.cli.estates import analyst_for  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above

    analyst = analyst_for(run)
    found = proposals(run, analyst, agent_of(analyst.estate, agent).arn, kinds or KINDS)
    if run.out.as_json:
        run.out.document(found)
    else:
        _show(found)
    good = any(one["document"] is not None for one in found["proposals"])
    return int(ExitCode.DONE if good else ExitCode.NO)


def _show(found: dict[str, Any]) -> None:
    import json  # noqa: PLC0415 - only people need it indented

    out = current().out
    decided = found["decided"]
    out.line(
        f"Signed as it is now: {decided['kept']} kept, {decided['narrowed']} narrowed, "
        f"{decided['revoked']} to be removed; {len(found['open'])} open."
    )
    for one in found["proposals"]:
        out.line()
        out.line(f"{one['kind']} for {one['role_arn']}: {one['reason']}")
        if one["document"] is None:
            continue
        lost = sum(len(actions) for actions in one["taken"].values())
        out.line(
            f"It takes {plural(lost, 'action')} of {plural(len(one['taken']), 'grant')}, after a "
            f"comparison with {plural(one['roles_compared'], 'other role')}. Attach it to {one['attach_to']}:"
        )
        for line in json.dumps(one["document"], indent=2).splitlines():
            out.line(line)
