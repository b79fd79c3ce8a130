"""`recert gate`: may this agent go live?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.errors import AwsError, RefusedError

if TYPE_CHECKING:
    from recert.campaigns.gate import Answer
    from recert.cli.gate import Entry
    from recert.evidence.certificate import Certificate

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(cls=RecertCommand)
@click.argument("agent")
@click.option("--version", "version", metavar="V", help="The version that is to go live.")
@click.option("--certificate", type=_FILE, metavar="FILE", help="Judge by it; needs no store.")
@click.option("--signers", type=_FILE, metavar="FILE", help="Whom you trust to sign certificates.")
@click.option("--stored", is_flag=True, help="Judge the last reading in the store; needs no AWS.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--assume-role", metavar="NAME", help="The reader's role in the agent's account.")
@click.option("--external-id", metavar="ID", help="The external id of that role.")
@click.option(
    "--keyring",
    type=_FILE,
    metavar="FILE",
    help="The concealment key of the store that was reviewed (else this user's own).",
)
def gate(
    agent: str,
    *,
    version: str | None,
    certificate: Path | None,
    signers: Path | None,
    stored: bool,
    **where: Any,
) -> int:
    """Exit 0 only when an agent is certified as it is now.

    Reads the agent afresh from AWS and holds it against the last closed review. Whatever could not
    be read is a no, exit 1.

    \b
    recert gate hr-assistant
    recert gate hr-assistant --version 5
    recert gate hr-assistant --certificate hr.cert --signers signers
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    if (certificate is None) != (signers is None):
        raise click.UsageError("--certificate and --signers belong together.")
    if certificate is not None and stored:
        raise click.UsageError("--stored reads a store; a certificate needs none.")
    from recert.cli.gate import Entry  # noqa: PLC0415 - behind the store

    entry = Entry(**where)
    if certificate is not None and signers is not None:
        answer = _by_certificate(run, agent, version, (certificate, signers), entry)
    else:
        answer = _by_store(run, agent, version, None if stored else entry)
    if run.out.as_json:
        run.out.document(answer)
    else:
        run.out.line(f"{'yes' if answer.certified else 'no'}: {answer.reason}")
        for change in answer.difference:
            run.out.line(f"  {change}")
    return ExitCode.DONE if answer.certified else ExitCode.NO


def _by_store(run: Run, agent: str, version: str | None, entry: Entry | None) -> Answer:
    """Judge by the store; without an `entry` into AWS, by its last reading."""
    from recert.campaigns import gate as gates  # noqa: PLC0415 - behind the store
    from recert.cli.estates import latest_estate  # noqa: PLC0415 - as above
    from recert.cli.gate import fresh  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above
    from recert.cli.settings import trigger_policy  # noqa: PLC0415 - as above

    last = latest_estate(run)
    if agent.startswith("arn:") and agent not in last.agents_by_arn:
        return gates.Answer(
            agent, certified=False, reason="No reading has shown it.", version=version
        )
    wanted = gates.Wanted(agent_of(last, agent).arn, version)
    judge = partial(
        gates.by_reviews,
        run.store,
        wanted,
        last,
        policy=trigger_policy(run.settings),
        at=run.clock.now(),
    )
    if entry is None:
        return judge(None)
    if run.store.kind != "live":
        return gates.not_asked(judge(None))
    try:
        now = fresh(run, (wanted,), entry)
    except AwsError as error:
        return _unread(judge(None), error)
    return judge(now)


def _unread(answer: Answer, error: AwsError) -> Answer:
    """Turn an answer into the no of whoever could not read AWS."""
    return replace(
        answer, certified=False, fingerprint=None, reason=f"Unread: {error}", difference=()
    )


def _by_certificate(
    run: Run, agent: str, version: str | None, files: tuple[Path, Path], entry: Entry
) -> Answer:
    from recert.campaigns import gate as gates  # noqa: PLC0415 - behind the store
    from recert.cli.gate import fresh  # noqa: PLC0415 - as above
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above
    from recert.errors import UsageError  # noqa: PLC0415 - as above
    from recert.evidence.certificate import check  # noqa: PLC0415 - as above

    nobody = gates.Answer(
        agent if agent.startswith("arn:") else None, certified=False, reason="", version=version
    )
    try:
        found = check(*files)
    except RefusedError as error:
        return replace(nobody, reason=str(error))
    candidates = [gates.Wanted(arn, version) for arn in _meant(found, agent)]
    if not candidates:
        return replace(nobody, reason="The certificate says nothing of it.")
    try:
        estate = fresh(run, candidates, entry)
    except AwsError as error:
        return _unread(replace(nobody, campaign=found.campaign), error)
    paper = gates.Paper(
        found.signer,
        found.campaign,
        found.source,
        tuple((one.agent, one.fingerprint, one.expires_at) for one in found.agents),
    )
    judge = partial(gates.by_certificate, paper, estate=estate, at=run.clock.now())
    if agent in (candidates[0].agent, candidates[0].agent.rpartition("/")[2]):
        return judge(candidates[0])
    try:
        arn = agent_of(estate, agent).arn
    except UsageError as error:
        return replace(nobody, reason=str(error), campaign=found.campaign)
    return judge(gates.Wanted(arn, version))


def _meant(paper: Certificate, typed: str) -> list[str]:
    """Return the agents of a certificate that may be meant: by ARN, by id, else all that have names."""
    known = list(dict.fromkeys(one.agent for one in paper.agents))
    if typed.startswith("arn:"):
        return [arn for arn in known if arn == typed]
    return [arn for arn in known if arn.rpartition("/")[2] == typed] or known
