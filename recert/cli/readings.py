"""Taking a reading and keeping it: what `sync`, `init` and `demo` share."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recert.aws.collect.run import collect
from recert.aws.interface import AwsSource, Options, Reading, Step
from recert.aws.keyring import Keyring, load_keyring
from recert.aws.live_source import LiveSource, open_live
from recert.aws.needed import calls_needed
from recert.aws.record import Recorded, record
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.aws.resume import Spool, spool_path
from recert.aws.sessions import Spokes
from recert.campaigns.intake import record_reading
from recert.cli.context import Run
from recert.cli.settings import (
    HISTORY_DAYS,
    calendar,
    events_days,
    leavers,
    owner_policy,
    tag_names,
    texts,
    trigger_policy,
)
from recert.config import Settings
from recert.errors import UsageError
from recert.estate.estate import Gap
from recert.lifecycle import with_owners
from recert.paths import state_dir
from recert.store.ledger import Actor
from recert.store.readings import require_kind
from recert.store.store import Store
from recert.text import plural

_PLACES = 3
"""Accounts and regions of a gap that are named; more are counted."""
DEFAULT_ROLE = "recert-reader"
"""The reader's role in other accounts unless another is named."""


def replay(path: Path, at: datetime | None = None, *, synthetic: bool = False) -> ReplaySource:
    """Return a recording as a source; raises RecordingError naming the line."""
    return ReplaySource(load_recording(path, at), synthetic=synthetic)


def live(
    settings: Settings,
    *,
    profile: str | None = None,
    regions: tuple[str, ...] = (),
    org: bool = False,
    assume_role: str | None = None,
    external_id: str | None = None,
    told: str = "",
) -> LiveSource:
    """Return AWS as a source, with the standard credential chain; raises AwsError.

    `told` is added to the user agent of every call.
    What is not given comes from `[aws]` of the configuration: `regions`, `profile`.
    `assume_role` is the reader's role in other accounts: `NAME` for all of the organisation (with `org`),
    `ACCOUNT:NAME` for one.
    """
    table = settings.table("aws")
    regions = regions or texts(table, "regions", "[aws]")
    profile = profile or table.get("profile")
    spokes: Spokes | None = None
    if assume_role is not None or org:
        account, _, name = (assume_role or DEFAULT_ROLE).rpartition(":")
        if bool(account) == org:
            raise UsageError(
                "--assume-role needs to know where.",
                "Add --org for every account, or write ACCOUNT:NAME for one.",
            )
        spokes = Spokes(name, accounts=(account,) if account else (), external_id=external_id)
    return open_live(profile=profile, regions_to_visit=regions, spokes=spokes, told=told)


def require_room(run: Run) -> None:
    """Refuse a store that takes no live reading, before AWS is asked for one; raises RefusedError."""
    if run.store_exists:
        with closing(run.open_store(run.settings.store.value, create=False)) as store:
            require_kind(store.kind, "live")


def take(run: Run, source: AwsSource, *, keyring: Keyring | None = None) -> Reading:
    """Read a source from end to end, saying on stderr how far it is."""
    meter = _Meter(run)
    options = reading_options(run.settings, replayed=source.replayed)
    key = keyring or load_keyring()
    spool = None if source.replayed else _spool(run, source, options, key)
    try:
        reading = collect(
            source,
            clock=run.clock,
            keyring=key,
            options=options,
            progress=meter.show,
            spool=spool,
        )
    except BaseException:
        if spool is not None:
            spool.leave()
        raise
    finally:
        meter.clear()
    if spool is not None:
        if spool.taken:
            run.out.note(
                f"{plural(spool.taken, 'answer')} came from a reading that was interrupted."
            )
        spool.done()
    return owned(run.settings, reading)


def _spool(run: Run, source: AwsSource, options: Options, keyring: Keyring) -> Spool:
    """Return what an interrupted reading of the same places by the same caller left."""
    caller = source.source().caller_arn
    path = spool_path(state_dir() / "interrupted", caller, source.places, options)
    return Spool(path, key_id=keyring.key_id, clock=run.clock)


def reading_options(settings: Settings, *, replayed: bool = False) -> Options:
    """Return what a reading takes in: `[owners]` and `[aws] events_days` of the configuration.

    The event history is read where it was asked for, and in a recording that holds it.
    """
    policy = owner_policy(settings)
    return Options(
        tags=tag_names(settings),
        events_days=events_days(settings) or (HISTORY_DAYS if replayed else 0),
        identity_store=policy.identity_store,
        identity_store_region=policy.identity_store_region,
    )


def owned(settings: Settings, reading: Reading) -> Reading:
    """Return a reading with the owners that the ladder of `[owners]` finds."""
    return replace(reading, estate=with_owners(reading.estate, owner_policy(settings)))


def write(run: Run, source: AwsSource, target: Path) -> Recorded:
    """Read a source into a recording."""
    meter = _Meter(run)
    try:
        return record(
            source,
            target,
            clock=run.clock,
            keyring=load_keyring(),
            options=reading_options(run.settings),
            progress=meter.show,
        )
    finally:
        meter.clear()


def keep(
    run: Run,
    store: Store,
    reading: Reading,
    *,
    actor: Actor | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Record a reading with its events and campaigns and return what `sync` prints.

    With `dry_run` nothing is kept, and what would have been is told in full.
    """
    intake = record_reading(
        store,
        reading.estate,
        api_calls=reading.api_calls,
        call_log=reading.calls.log,
        clock=run.clock,
        policy=trigger_policy(run.settings),
        calendar=calendar(run.settings),
        actor=actor or run.actor(store),
        dry_run=dry_run,
        leavers=leavers(run.settings, run.clock.now().date()),
    )
    would = (
        {"dry_run": True, "would_record": list(intake.told), "would_open": list(intake.plans)}
        if dry_run
        else {}
    )
    return {
        **would,
        "snapshot": intake.snapshot,
        "agents": intake.agents,
        "roles": intake.roles,
        "api_calls": reading.api_calls,
        "calls_needed": calls_needed(reading.estate),
        "events": intake.events,
        "campaigns": list(intake.campaigns),
        "coverage": {
            "gaps": [gap_json(gap) for gap in reading.estate.coverage.gaps],
            "limits": list(reading.estate.coverage.limits),
        },
        "taken_at": reading.estate.taken_at,
        "source": store.source,
        "unchanged": intake.unchanged,
    }


def in_words(taken: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that tell a person what a reading brought."""
    yield (
        f"Read {plural(taken['agents'], 'agent')} and {plural(taken['roles'], 'role')} "
        f"with {plural(taken['api_calls'], 'call')}; {taken['calls_needed']:,} were needed."
    )
    if taken["unchanged"]:
        yield "The same reading is in the store already; nothing was recorded."
    elif taken.get("dry_run"):
        yield from _would(taken)
        return
    else:
        yield f"Recorded {plural(taken['events'], 'event')}."
    for campaign in taken["campaigns"]:
        yield f"Campaign {campaign}: review it with `recert`, or list it with `recert items {campaign}`."
    gaps = taken["coverage"]["gaps"]
    if gaps:
        yield f"{plural(len(gaps), 'call')} could not be answered:"
        places: dict[tuple[str, str, str], list[str]] = {}
        for gap in gaps:
            alike = f"{gap['service']}:{gap['operation']}", gap["error"], gap["effect"]
            places.setdefault(alike, []).append(f"{gap['account']} {gap['region']}")
        for (call, error, effect), there in places.items():
            yield f"  {call} {error} ({_where(there)}): unknown is {effect}"


def _where(places: Sequence[str]) -> str:
    rest = len(places) - _PLACES
    return ", ".join(places[:_PLACES]) + (f" and {rest} more" if rest > 0 else "")


def _would(taken: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that tell what a dry run would have done."""
    yield f"Nothing was kept. It would have recorded {plural(taken['events'], 'event')}:"
    for event in taken["would_record"]:
        live = "live" if event["live"] else "not live"
        agent = event["agent"].rpartition("/")[2] or "no agent"
        yield f"  {event['severity']} {event['kind']} of {agent}, {live}: {event['how']}"
    for campaign in taken["would_open"]:
        yield (
            f"Campaign {campaign['name']} would be {campaign['state']}, due {campaign['due_at']}, "
            f"with {plural(campaign['pending'], 'open item')}: {campaign['reason']}"
        )
        for reviewer, number in campaign["reviewers"].items():
            yield f"  {reviewer} would be asked {plural(number, 'item')}"
    if not taken["would_open"]:
        yield "It would have opened and extended no campaign."


def gap_json(gap: Gap) -> dict[str, str]:
    """Return a gap in the shape of the contract."""
    return {
        "account": gap.account,
        "region": gap.region,
        "service": gap.service,
        "operation": gap.operation,
        "error": gap.error,
        "effect": gap.effect,
        "subject": gap.subject,
    }


class _Meter:
    """One line on a terminal's stderr that tells how far a reading is; silent elsewhere."""

    def __init__(self, run: Run) -> None:
        self._on = sys.stderr.isatty() and not run.out.quiet and not run.out.as_json
        self._shown = False

    def show(self, step: Step) -> None:
        """Write the step over the one before."""
        if not self._on:
            return
        total = f" of {step.total}" if step.total is not None else ""
        text = f"{step.phase}: {step.done}{total}, {step.calls} calls"
        sys.stderr.write(f"\r\x1b[2K{text[:100]}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
