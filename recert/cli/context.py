"""One run of the command line: its settings, its store and its caller, each made when first asked for."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.output import Output

if TYPE_CHECKING:
    from recert.campaigns.service import Campaigns
    from recert.campaigns.views import Caller
    from recert.cli.identity import Identity
    from recert.clock import Clock
    from recert.config import Settings
    from recert.store.ledger import Actor
    from recert.store.signing import StatementSigner
    from recert.store.store import Store


class Run:
    """What the commands of one run share; `options` are the global options that were typed."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self._identities: dict[str, Identity] = {}
        self.out = Output(as_json=bool(options.get("json")), quiet=bool(options.get("quiet")))

    @property
    def verbose(self) -> int:
        """Return how often `-v` was given."""
        return int(self.options.get("verbose") or 0)

    @cached_property
    def clock(self) -> Clock:
        """Return the machine's clock."""
        from recert.clock import SystemClock  # noqa: PLC0415 - made when first asked for

        return SystemClock()

    @cached_property
    def settings(self) -> Settings:
        """Return the settings of this run; raises UsageError for a broken file."""
        from recert.config import load_settings  # noqa: PLC0415 - made when first asked for

        config = self.options.get("config")
        return load_settings(
            store=self.options.get("store"), config=Path(config) if config else None
        )

    @cached_property
    def store(self) -> Store:
        """Return the configured store, which must exist; raises StoreError."""
        return self.open_store(self.settings.store.value, create=False)

    @property
    def store_exists(self) -> bool:
        """Tell whether there is anything where the configured store should be."""
        from recert.store.engine import locate  # noqa: PLC0415 - tables are slow to import

        path = locate(self.settings.store.value)
        return path.exists() or path.is_symlink()

    def open_store(self, location: str | Path, *, create: bool) -> Store:
        """Open a store and close it when the command ends."""
        from recert.store.store import Store  # noqa: PLC0415 - tables are slow to import

        store = Store.open(location, clock=self.clock, create=create)
        context = click.get_current_context(silent=True)
        if context is not None:
            context.find_root().call_on_close(store.close)
        return store

    def caller(self, store: Store) -> Caller:
        """Return who is acting on a store."""
        from recert.cli.identity import resolve_caller  # noqa: PLC0415 - tables are slow to import

        return resolve_caller(store, self.settings)

    def actor(self, store: Store) -> Actor:
        """Return the caller as the ledger names them."""
        return self.identity(store).actor

    def identity(self, store: Store) -> Identity:
        """Return who is acting, after AWS was asked on a live store; asked once in a run."""
        known = self._identities.get(store.store_id)
        if known is None:
            from recert.cli.identity import identify  # noqa: PLC0415 - tables are slow to import

            known = self._identities[store.store_id] = identify(store, self.settings)
        return known

    def campaigns(self, store: Store | None = None, *, acting: bool = False) -> Campaigns:
        """Return the reviews of a store (else of the configured one), for the caller.

        `acting` says that something is to be written, so that it is asked how strongly the caller
        is known.
        """
        from recert.campaigns.service import Campaigns  # noqa: PLC0415 - tables are slow to import
        from recert.cli.settings import calendar, trigger_policy  # noqa: PLC0415 - as above

        chosen = store or self.store
        return Campaigns(
            chosen,
            self.clock,
            self.identity(chosen).caller if acting else self.caller(chosen),
            trigger_policy(self.settings),
            actor=self.actor(chosen) if acting else None,
            calendar=calendar(self.settings),
        )

    def signer(self, key: Path | None, *, asks: bool = True) -> StatementSigner | None:
        """Return who signs with a key, None where none was named; raises UsageError for no key."""
        if key is None:
            return None
        from recert.evidence.ssh_keygen import SshSigner  # noqa: PLC0415 - only keys need it

        return SshSigner.load(key, os.environ, asks=asks)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something that matters; without a terminal `--yes` has to say it."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("This asks on a terminal; without one, add --yes.")
        click.confirm(question, abort=True, err=True)


def current() -> Run:
    """Return the run of the command that is executing."""
    root = click.get_current_context().find_root()
    options = root.ensure_object(dict)
    run = options.get("_run")
    if not isinstance(run, Run):
        run = options["_run"] = Run(options)
    return run
