"""`recert remediate` and `recert quarantine`: revocations carried out."""

from pathlib import Path
from typing import Any

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words

ACTIONS = ("plan", "apply", "verify", "rollback", "hand-over")


def _where(command: Any) -> Any:
    """Add the options that say which AWS is meant."""
    for option in (
        click.option("--external-id", metavar="ID", help="The external id of that role."),
        click.option(
            "--assume-role",
            metavar="NAME",
            help="The role in other accounts; NAME, or ACCOUNT:NAME for one account.",
        ),
        click.option("--org", is_flag=True, help="Enter every account of the organisation."),
        click.option("--profile", metavar="P", help="A profile of the AWS configuration."),
        click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to read."),
    ):
        command = option(command)
    return command


@click.command(cls=RecertCommand)
@click.argument("campaign", required=False)
@click.argument("action", type=click.Choice(ACTIONS), default="plan")
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--shared", is_flag=True, help="Change also what other roles or agents rely on.")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="How many grants one run may take (100)."
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="hand-over: a new folder for the files.",
)
@click.option("--stored", is_flag=True, help="verify: judge by the last reading, read nothing.")
@click.option("--print-policy", is_flag=True, help="Print the policy that the writer needs.")
@_where
def remediate(campaign: str | None, action: str, items: tuple[str, ...], **options: Any) -> int:
    """Carry signed revocations out, prove them, or take them back.

    \b
    plan       show the exact patches and write nothing; this is the default
    apply      make the planned changes; asks, or takes --yes
    verify     read AWS afresh and tell what is really gone
    rollback   bring back what was applied, as it was
    hand-over  patches, commands and a ticket for those who write themselves

    \b
    With --json: {campaign, action, dry_run, cancelled, complete, counts, source,
    synthetic, snapshot, successor,
      items[]{item, title, agent, verdict, state, policy{kind, name, arn, role_arn},
              detail, still_allowed_by[]{grant, policy, action, actions},
              change, proposal, documents, successor},
      changes[]{id, target, operation, before, after, before_sha256, after_sha256,
                items, others, owned_by, diff, request_ids}}
    state: planned, handed_over, claimed, applied, verified,
    verified_still_allowed_by, failed, not_supported, gone, excepted, reappeared.
    Exit 0 when nothing is left to do for the action, 3 when something is, or when the
    word that apply or rollback ask for was not typed: then nothing was written.
    """  # noqa: D301 - \b keeps click from filling the lists
    run = current()
    if options["print_policy"]:
        from recert.aws.executor import writer_policy  # noqa: PLC0415 - boto3 is slow to import

        run.out.document(writer_policy())
        return 0
    if campaign is None:
        raise click.UsageError("Name a campaign: `recert campaigns` lists them.")
    from recert.cli import remediation  # noqa: PLC0415 - boto3 and tables are slow to import

    return remediation.remediate(run, campaign, action, items, options)


@click.command(cls=RecertCommand)
@click.argument("agent")
@click.option("--lift", is_flag=True, help="Let the agent go on.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_where
def quarantine(agent: str, lift: bool, yes: bool, **where: Any) -> int:
    """Stop an agent: deny everything to its roles, until it is lifted.

    Every agent that shares a role is stopped with it; they are named before anything is written.
    Exit 3 when a role could not be stopped, or when the agent's name was not typed.
    """
    run = current()
    from recert.cli import remediation  # noqa: PLC0415 - boto3 and tables are slow to import

    return remediation.quarantine(run, agent, lift=lift, yes=yes, where=where)
