"""The one link to the other face: how the command line starts the terminal UI, and on what."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from os import environ
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from recert.cli.context import Run, current
from recert.errors import RecertError, StoreError

if TYPE_CHECKING:
    from recert.campaigns.service import Campaigns
    from recert.campaigns.views import CampaignView, Signed
    from recert.store.signing import StatementSigner
    from recert.store.store import Store
    from recert.tui.ports import LedgerEntry, Report, Services, Session

_SYNTHETIC = "SYNTHETIC"


def open_configured() -> int:
    """Open the terminal UI on the configured store."""
    run = current()
    _require_terminal()
    location = run.settings.store.value
    _require_store(location)
    return _start(run, lambda: run.open_store(location, create=False), banner=None)


def open_demo(run: Run, *, reset: bool) -> int:
    """Open the terminal UI on the demo's store; what it does not hold yet is read behind the first frame."""
    _require_terminal()
    quiet = run.out.quiet

    def ready() -> Store:
        from recert.cli import demo_store  # noqa: PLC0415 - boto3 and tables are slow to import

        if reset:
            demo_store.reset(run)
        return demo_store.ensure(run)

    code = _start(run, ready, banner=_SYNTHETIC)
    if code == 0 and not quiet:
        _part(run)
    return code


def _part(run: Run) -> None:
    """Say after the demo how to go on with it: the screen that showed everything is gone."""
    from recert.cli import demo_store  # noqa: PLC0415 - as above
    from recert.demo import OWNER  # noqa: PLC0415 - as above

    place = demo_store.location(run)
    run.out.quiet = False
    run.out.note(f"What you decided is kept in {place}.")
    run.out.note("`recert demo` goes on with it, `recert demo --reset` begins anew.")
    run.out.note(f"As the campaigns' owner:  RECERT_USER={OWNER} recert demo")
    run.out.note(f"On the command line:      recert --store {place} campaigns")


def _require_terminal() -> None:
    from recert.tui.terminal import require_terminal  # noqa: PLC0415 - the late link to the other face

    require_terminal(sys.stdin, sys.stdout, environ)


def _require_store(location: str) -> None:
    path = location.removeprefix("sqlite:///")
    if "://" not in path and not Path(path).exists():
        raise StoreError(
            f"There is no store at {path}.",
            "Begin with `recert init` on a real account, or look around with `recert demo`.",
        )


def _start(run: Run, ready: Callable[[], Store], *, banner: str | None) -> int:
    from recert.paths import state_dir  # noqa: PLC0415 - only the UI leaves its place
    from recert.tui.app import run as run_app  # noqa: PLC0415 - the late link to the other face

    failed: list[RecertError] = []

    def open_services() -> Services:
        run.out.quiet = True  # the screen belongs to the UI from here on
        try:
            return Desk(run, ready())
        except RecertError as error:
            failed.append(error)
            raise

    code = run_app(
        open_services,
        banner=banner,
        settings=run.settings.table("tui"),
        state_file=state_dir() / "tui.json",
    )
    if failed:
        # The screen has said it and is gone; the shell and its exit code say it again.
        raise failed[-1]
    return code


class Desk:
    """Everything that the terminal UI can see and do, on one store for one caller."""

    def __init__(self, run: Run, store: Store) -> None:
        self._run = run
        self._store = store
        self._service: Campaigns = run.campaigns(store)
        if store.source == "live":
            self._ask_who()
        self.campaigns = self._service.campaigns
        self.campaign = self._service.campaign
        self.item = self._service.item
        self.decide = self._service.decide
        self.undo = self._service.undo
        self.redo = self._service.redo
        self.summary = self._service.summary
        self.events = self._service.events
        self.agents = self._service.agents
        self.items = self._service.items
        self.groups = self._service.groups
        self.people = self._service.people
        self.reassign = self._service.reassign
        self.rescind = self._service.rescind
        self.confirm_rescission = self._service.confirm_rescission
        self.withdraw_rescission = self._service.withdraw_rescission
        self.preview = self._service.preview
        self.launch = self._service.launch
        self.silence = self._service.silence
        self.end_review = self._service.end_review
        self.reiterate = self._service.reiterate
        self.cancel = self._service.cancel

    def session(self) -> Session:
        """Return who the caller is and what store this is."""
        from recert.tui.ports import Session  # noqa: PLC0415 - the late link to the other face

        found = self._store.latest_snapshot()
        return Session(
            caller=self._service.caller,
            store_id=self._store.store_id,
            place=str(self._store.location),
            banner=self._banner(found[1].source.recording_digest if found else self._recording()),
            gaps=len(found[1].coverage.gaps) if found else 0,
            as_others=self._as_others(),
        )

    def _as_others(self) -> str:
        if self._store.source != "demo":
            return ""
        from recert.demo import OWNER  # noqa: PLC0415 - nothing else here needs the demo

        return f"In the demo you can be anybody: quit, then `RECERT_USER={OWNER} recert demo`."

    def _ask_who(self) -> None:
        """Ask AWS who the caller is; whom the store knows by their claim does not wait for it."""
        if not self._service.caller.known:
            self._take_identity()
            return
        Thread(target=self._take_identity, daemon=True).start()

    def _take_identity(self) -> None:
        found = self._run.identity(self._store)
        self._service.caller, self._service.actor = found.caller, found.actor

    def _recording(self) -> str | None:
        from recert.store.handed import handed  # noqa: PLC0415 - tables are slow to import

        with self._store.read() as session:
            part = handed(session)
        return part.recording if part else None

    def _banner(self, digest: str | None) -> str | None:
        if self._store.synthetic:
            return _SYNTHETIC
        if self._store.kind == "replay":
            return f"REPLAY {(digest or '')[:12]}".strip()
        return None

    def sign(self, campaign: str, /, *, asks: bool = False) -> Signed:
        """Sign the caller's decided items, with their key where they have one."""
        return self._service.sign(campaign, signer=self._signer(asks=asks))

    def close(self, campaign: str, /, *, asks: bool = False) -> CampaignView:
        """Close a campaign, with the caller's key where they have one."""
        return self._service.close(campaign, signer=self._signer(asks=asks))

    def _signer(self, *, asks: bool) -> StatementSigner | None:
        from recert.cli.signing import own_signer  # noqa: PLC0415 - tables are slow to import

        return own_signer(self._run, self._store, asks=asks)

    def reminders(self, campaign: str, /) -> Sequence[Mapping[str, Any]]:
        """Return who would be reminded of how much; raises UsageError where no channel could carry it."""
        from recert.cli.reminders import (  # noqa: PLC0415 - tables are slow to import
            remind_now,
            some_channel,
        )

        some_channel(self._run.settings)
        plan, _ = remind_now(self._run, self._service, campaign, dry_run=True)
        return [
            {"person": one.recipient, "template": one.template, **one.counts}
            for one in plan.messages
        ]

    def remind(self, campaign: str, /) -> Report:
        """Tell those with work left, each once in its window."""
        from recert.cli.reminders import remind_now  # noqa: PLC0415 - tables are slow to import
        from recert.tui.ports import Check, Report  # noqa: PLC0415 - the late link to the other face

        _, sent = remind_now(self._run, self._service, campaign, dry_run=False)
        failed = sum(one.result == "failed" for one in sent)
        told = sum(one.result == "sent" for one in sent)
        return Report(
            title=f"Reminders of {campaign}",
            ok=not failed,
            summary=f"{told} sent, {failed} failed, {len(sent) - told - failed} sent before",
            checks=tuple(
                Check(
                    f"{one.channel} to {one.recipient}",
                    one.result != "failed",
                    one.detail or one.result.replace("_", " "),
                )
                for one in sent
            ),
        )

    def agent(self, agent: str, /) -> Mapping[str, Any]:
        """Return one agent with everything that the last reading tells of it."""
        from recert.cli.estates import portrait  # noqa: PLC0415 - tables are slow to import

        return portrait(self._service, agent)

    def ledger(self, before: int | None, limit: int, /) -> Sequence[LedgerEntry]:
        """Return ledger entries, the latest first."""
        from recert.store.ledger_reads import newest  # noqa: PLC0415 - tables are slow to import
        from recert.tui.ports import LedgerEntry  # noqa: PLC0415 - the late link to the other face

        with self._store.read() as session:
            found = newest(session, before, limit)
        return [
            LedgerEntry(
                seq=one["seq"],
                at=one["at"],
                type=one["type"],
                actor=one["actor"]["id"],
                campaign=one["campaign"],
                hash=one["hash"],
                body=one["body"],
            )
            for one in found
        ]

    def export(self, campaign: str, target: Path, /) -> Report:
        """Write the evidence pack of a campaign."""
        from recert.cli import packs  # noqa: PLC0415 - tables are slow to import
        from recert.tui.ports import Report  # noqa: PLC0415 - the late link to the other face

        made = packs.export(self._run, self._store, campaign, target)
        return Report(
            title=f"Evidence pack of {campaign}", ok=True, summary=packs.words(made), path=made.path
        )

    def verify(self, target: Path | None, /) -> Report:
        """Verify a pack, or the store itself."""
        from recert.cli import packs  # noqa: PLC0415 - tables are slow to import
        from recert.evidence.verify import verify  # noqa: PLC0415 - as above
        from recert.tui.ports import Check, Report  # noqa: PLC0415 - the late link to the other face

        path = target or self._store.location
        found = verify(path)
        return Report(
            title=f"Verification of {path}",
            ok=found.ok,
            summary=packs.verdict(found),
            checks=tuple(Check(one.name, one.ok, one.detail) for one in found.checks),
            path=path,
        )
