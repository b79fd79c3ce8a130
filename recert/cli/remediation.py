"""What `remediate` and `quarantine` do: the source to write to, the asking, the words."""

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import click

from recert.aws.executor import Executor
from recert.aws.interface import AwsSource
from recert.cli import demo_store, readings
from recert.cli.context import Run
from recert.cli.diagnostics import ExitCode
from recert.cli.resolve import agent_of
from recert.demo.overlay import demo_source
from recert.remediation import handover
from recert.remediation import quarantine as stop
from recert.remediation.model import Operation, State
from recert.remediation.service import BRAKE, Remediation, Report, require_writable, watch
from recert.store.store import Store
from recert.text import plural

_PLACE = ("regions", "profile", "org", "assume_role", "external_id")
_MARKS = {"demo": "SYNTHETIC: ", "replay": "REPLAY: "}

_DONE = ("applied", "verified")
"""States in which another way to the same end is of no use."""


def remediate(
    run: Run, campaign: str, action: str, items: tuple[str, ...], options: Mapping[str, Any]
) -> int:
    """Run one action of `remediate` and print what it came to; returns the exit code."""
    store = run.store
    service = run.campaigns(store)
    chosen = service.find_campaign(campaign)
    ids = tuple(dict.fromkeys(service.find_item(chosen, item) for item in items))
    work = Remediation(store, run.clock, run.actor(store), chosen, pause=time.sleep)
    where = {name: options[name] for name in _PLACE}
    if action == "apply":
        report = _apply(run, work, ids, options, where)
    elif action == "rollback":
        report = _rollback(run, work, ids, options, where)
    elif action == "verify":
        if not options["stored"]:
            _read_again(run, store, where)
        report = work.verify(ids)
    elif action == "hand-over":
        report = _hand_over(run, work, ids, options)
    else:
        report = work.plan(ids)
    _show(run, report)
    return report.exit_code


def _apply(
    run: Run,
    work: Remediation,
    ids: tuple[str, ...],
    options: Mapping[str, Any],
    where: Mapping[str, Any],
) -> Report:
    require_writable(work.store)
    planned = work.plan(ids)
    ready = [one for one in planned.changes if one.may_be_made(shared=options["shared"])]
    if not run.out.as_json and ready and not options["yes"]:
        _show(run, planned)
    if ready:
        taken = sum(len(one.items) for one in ready)
        question = f"{plural(len(ready), 'change')} for {plural(taken, 'item')}"
        if not _confirmed(run, work.campaign, question, yes=options["yes"]):
            return _cancelled(planned, "apply")
    calls = Executor(source(run, work.store, where))
    return work.apply(calls, ids, shared=options["shared"], limit=options["limit"] or BRAKE)


def _rollback(
    run: Run,
    work: Remediation,
    ids: tuple[str, ...],
    options: Mapping[str, Any],
    where: Mapping[str, Any],
) -> Report:
    require_writable(work.store)
    if not _confirmed(run, work.campaign, "bring back what was applied", yes=options["yes"]):
        return _cancelled(work.plan(ids), "rollback")
    return work.rollback(
        Executor(source(run, work.store, where)),
        ids,
        read=lambda: _read_again(run, work.store, where),
    )


def _hand_over(
    run: Run, work: Remediation, ids: tuple[str, ...], options: Mapping[str, Any]
) -> Report:
    planned = work.plan(ids)
    target = options["target"]
    if target is not None:
        written = handover.write(planned, target)
        run.out.note(f"Wrote {plural(len(written), 'file')} into {target}.")
    elif not run.out.as_json:
        for name, text in sorted(handover.files(planned).items()):
            run.out.line(f"==> {name}")
            for line in text.splitlines():
                run.out.line(line)
    return work.handed_over(planned, str(target) if target is not None else "printed")


def watch_back(run: Run, store: Store) -> list[dict[str, str]]:
    """Judge earlier revocations by the reading that was just kept; return what is there again."""
    found = []
    for report in watch(store, run.clock, run.actor(store), pause=time.sleep):
        for one in report.items:
            if one.state is State.REAPPEARED:
                told = {"campaign": report.campaign, "item": one.item, "title": one.title}
                found.append(told)
    return found


def source(run: Run, store: Store, where: Mapping[str, Any]) -> AwsSource:
    """Return where a store's changes go: its demo's overlay, or AWS; raises RefusedError for a replay."""
    require_writable(store)
    if store.synthetic:
        return demo_source(store.location)
    given = dict(where)
    found = store.latest_snapshot()
    if not given["regions"] and found is not None:
        given["regions"] = tuple(sorted({visit.region for visit in found[1].visits}))
    return readings.live(run.settings, **given)


def _read_again(run: Run, store: Store, where: Mapping[str, Any]) -> None:
    """Take a reading and keep it, as `sync` does; a recording has none to take."""
    if store.source == "replay":
        run.out.note("A recording cannot be read again: this judges by the last reading.")
        return
    keyring = demo_store.KEY if store.synthetic else None
    readings.keep(run, store, readings.take(run, source(run, store, where), keyring=keyring))


def _cancelled(planned: Report, action: str) -> Report:
    """Return where the items stand, and that the action was not carried out."""
    return replace(planned, action=action, dry_run=True, cancelled=True)


def _confirmed(run: Run, word: str, what: str, *, yes: bool) -> bool:
    """Ask for a word; False where another was typed, which is said."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("This asks on a terminal; without one, add --yes.")
    said = click.prompt(f"To {what}: type {word}", default="", show_default=False, err=True)
    if said.strip() == word:
        return True
    run.out.note(f"That is not {word}: nothing was written.")
    return False


def _show(run: Run, report: Report) -> None:
    if run.out.as_json:
        run.out.document(report.as_json())
        return
    for line in words(report):
        run.out.line(line)


def words(report: Report) -> Iterator[str]:
    """Yield a report for people, a line at a time."""
    mark = _MARKS.get(report.source or "", "")
    counts = ", ".join(f"{count} {state}" for state, count in sorted(report.counts.items()))
    why = "not confirmed" if report.cancelled else "dry run"
    dry = f" ({why}: nothing was written)" if report.dry_run else ""
    yield f"{mark}{report.campaign} {report.action}: {counts or 'nothing was revoked'}{dry}"
    for one in report.items:
        yield f"{one.item}  {one.state.value}  {one.title}"
        if one.detail:
            yield f"    {one.detail}"
        for other in one.still_allowed_by:
            shown = ", ".join(other.actions[:5]) + (" …" if len(other.actions) > 5 else "")  # noqa: PLR2004 - a line
            yield f"    still allowed by {other.action} of {other.policy} ({other.grant}): {shown}"
        if one.proposal and one.state.value not in _DONE:
            for line in one.proposal.text.splitlines():
                yield f"    > {line}"
    if report.action != "plan":
        return
    for change in report.changes:
        yield ""
        yield f"{change.id}  {change.operation.value}  {change.target.holder}"
        if change.operation is not Operation.DETACH:
            yield from change.diff.splitlines()
    if report.changes:
        yield ""
        yield f"Carry it out with: recert remediate {report.campaign} apply"


def quarantine(run: Run, agent: str, *, lift: bool, yes: bool, where: Mapping[str, Any]) -> int:
    """Stop an agent or let it go on; returns the exit code."""
    store = run.store
    require_writable(store)
    found = agent_of(run.campaigns(store).estate(), agent)
    held = stop.roles(store, found.arn)
    if not yes and not run.out.as_json:
        for one in held:
            run.out.line(f"{one.role_arn}: {'lift' if lift else 'deny everything'}")
            for other in one.shared_with:
                run.out.line(f"    stops with it: {other}")
    question = "lift the quarantine" if lift else "stop the agent"
    if _confirmed(run, found.name, question, yes=yes):
        calls = Executor(source(run, store, where))
        work = stop.Quarantine(store, run.clock, run.actor(store), calls, pause=time.sleep)
        done = work.lift(held) if lift else work.put(held)
    else:
        done = tuple(replace(one, detail="Not confirmed: nothing was written.") for one in held)
    if run.out.as_json:
        run.out.document(
            {
                "agent": found.arn,
                "policy": stop.NAME,
                "roles": [one.as_json() for one in done],
                "source": store.source,
                "synthetic": store.synthetic,
            }
        )
    else:
        for one in done:
            run.out.line(
                f"{_MARKS.get(store.source or '', '')}{one.role_arn}: {one.state}. {one.detail}"
            )
    return ExitCode.INCOMPLETE if any(one.left for one in done) else ExitCode.DONE
