"""`recert reach`, `findings`, `explain`, `who-can`: what the last reading means."""

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.errors import UsageError


@click.command(cls=RecertCommand)
@click.argument("agent")
def reach(agent: str) -> None:
    """Show what an agent can touch, and its blast radius.

    Its roles, the parts of its blast radius, who may make it act, where its work leaves AWS, and
    what of that logs could show.
    """
    run = current()
    from recert.analysis import reach_of  # noqa: PLC0415 - behind the store
    from recert.cli.estates import analyst_for  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above

    analyst = analyst_for(run)
    found = reach_of(analyst, agent_of(analyst.estate, agent).arn).as_json()
    if run.out.as_json:
        run.out.document({**found, "catalogue": analyst.catalogue.stamp})
        return
    run.out.line(found["sentence"])
    run.out.table(
        ("role", "via", "state"),
        ((role["arn"], role["via"], role["state"]) for role in found["roles"]),
    )
    parts = found["score_parts"]
    run.out.table(
        ("part", "number", "adds to the score"),
        ((name, number, parts.get(name)) for name, number in found["blast_radius"].items()),
    )
    run.out.table(
        ("may make it act", "kind", "conditional", "evidence"),
        (
            (one["principal"], one["kind"], one["conditional"], one["evidence"])
            for one in found["invokers"]
        ),
    )
    if found["external"]:
        run.out.table(
            ("outside of AWS", "kind", "via"),
            ((one["place"], one["kind"], one["via"]) for one in found["external"]),
        )
    run.out.table(
        ("could be seen", "", "why"),
        ((one["step"], one["visible"], one["why"]) for one in found["visibility"]),
    )
    for sentence in found["unknown"]:
        run.out.line(f"unknown: {sentence}")


@click.command(cls=RecertCommand)
@click.argument("agent", required=False)
def findings(agent: str | None) -> None:
    """List risks, the gravest first.

    Of every agent of the last reading, or of one. --json adds evidence, remedy and frameworks.
    """
    run = current()
    from recert.analysis import findings_of  # noqa: PLC0415 - behind the store
    from recert.cli.estates import analyst_for  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above

    analyst = analyst_for(run)
    wanted = agent_of(analyst.estate, agent).arn if agent else None
    found = [one.as_json() for one in findings_of(analyst, wanted)]
    if run.out.as_json:
        run.out.document({"findings": found, "catalogue": analyst.catalogue.stamp})
        return
    names = {one.arn: one.name for one in analyst.estate.agents}
    run.out.table(
        ("severity", "kind", "agent", "detail"),
        (
            (one["severity"], one["kind"], names.get(one["agent"], one["agent"]), one["detail"])
            for one in found
        ),
    )


@click.command(cls=RecertCommand)
@click.argument("agent")
@click.argument("action")
@click.argument("resource", default="*")
def explain(agent: str, action: str, resource: str) -> None:
    """Explain whether an agent may do something, layer by layer.

    \b
    recert explain hr-assistant s3:GetObject
    recert explain hr-assistant s3:GetObject "arn:aws:s3:::hr-files/*"
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    _require_arn(resource)
    from recert.cli import explain as explaining  # noqa: PLC0415 - behind the store
    from recert.cli.estates import analyst_for  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above

    analyst = analyst_for(run)
    found = explaining.explain(analyst, agent_of(analyst.estate, agent).arn, action, resource)
    if run.out.as_json:
        run.out.document({**found, "catalogue": analyst.catalogue.stamp})
        return
    for line in explaining.in_words(found):
        run.out.line(line)


@click.command("who-can", cls=RecertCommand)
@click.argument("action")
@click.argument("resource", required=False)
def who_can(action: str, resource: str | None) -> None:
    """List which roles, and which agents through them, can do something.

    \b
    recert who-can iam:PassRole
    recert who-can "dynamodb:Put*" arn:aws:dynamodb:us-east-1:111122223333:table/orders
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    _require_arn(resource)
    from recert.cli.estates import able, analyst_for  # noqa: PLC0415 - behind the store

    analyst = analyst_for(run)
    found = able(analyst, action, resource)
    if run.out.as_json:
        document = {"action": action, "resource": resource, "principals": found}
        run.out.document({**document, "catalogue": analyst.catalogue.stamp})
        return
    run.out.table(
        ("role", "agents", "actions", "conditional"),
        (
            (one["arn"], one["agent_names"], len(one["actions"]), one["conditional"])
            for one in found
        ),
    )
    if not found:
        run.out.note("No role of the last reading can.")


def _require_arn(resource: str | None) -> None:
    if resource not in (None, "*") and not str(resource).startswith("arn:"):
        raise UsageError(
            f"{resource!r} is no ARN.", "Write one, as arn:aws:s3:::bucket/key, or leave it out."
        )
