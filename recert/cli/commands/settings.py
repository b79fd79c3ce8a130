"""`recert config` and `recert whoami`: what holds in this run, and where it comes from."""

from pathlib import Path

import click

from recert.cli.context import Run, current
from recert.cli.lazy import RecertCommand, RecertGroup
from recert.config import Setting
from recert.errors import UsageError


@click.group(cls=RecertGroup)
def config() -> None:
    """Show the settings of this run, and keep those of the ledger."""


@config.command()
def show() -> None:
    """List each setting with where it comes from."""
    run = current()
    from recert.cli.settings import every_setting  # noqa: PLC0415 - the rooms behind it are slow

    found = [*every_setting(run.settings), *_of_ledger(run)]
    if run.out.as_json:
        run.out.document(
            {
                "file": run.settings.file,
                "settings": [
                    {"name": one.name, "value": one.value, "source": one.source} for one in found
                ],
            }
        )
        return
    run.out.table(
        ("setting", "value", "from"), ((one.name, one.value, one.source) for one in found)
    )


def _of_ledger(run: Run) -> list[Setting]:
    """Return the settings that the store's ledger keeps; none where there is no store yet."""
    if not run.store_exists:
        return []
    from recert.cli.settings import ledger_settings  # noqa: PLC0415 - tables are slow to import

    return ledger_settings(run.store)


@config.command("set")
@click.argument("name")
@click.argument("value")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept with the setting.")
def set_(name: str, value: str, reason: str) -> None:
    """Set a setting that the store's ledger keeps, as evidence itself.

    `recert config show` lists those that the ledger keeps, with all others, which recert.toml sets.

    \b
    recert config set signatures ssh-touch --reason "Our policy asks for a touch"
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.campaigns.keeping import set_setting  # noqa: PLC0415 - tables are slow to import

    store = run.store
    set_setting(store, name, value, reason, clock=run.clock, actor=run.actor(store))
    if run.out.as_json:
        run.out.document({"name": name, "value": value.strip(), "reason": reason.strip()})
        return
    run.out.line(f"{name} is {value.strip()}")


@click.command(cls=RecertCommand)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Prove it with an enrolled SSH key of yours.",
)
def whoami(key: Path | None) -> None:
    """Tell who you are here, and how strongly that is known.

    claimed: by RECERT_USER, recert.toml or the login name. verified: AWS says so, on the store of a
    real account. proved: by an enrolled SSH key.
    """
    run = current()
    from recert.cli import identity  # noqa: PLC0415 - tables are slow to import

    store = run.store if run.store_exists else None
    found = run.identity(store) if store is not None else identity.claimed_only(run.settings)
    if key is not None:
        if store is None:
            raise UsageError("There is no store that knows a key.", "Name one with --store.")
        found = identity.prove(store, found, run.signer(key))
    told = identity.describe(found, store)
    if run.out.as_json:
        run.out.document(told)
        return
    caller = found.caller
    words = {"ssh": "proved", "sts": "verified by AWS", "os": "claimed"}[caller.strength.value]
    run.out.line(
        f"{caller.id} ({caller.name}), from {found.claim.source}, identity: "
        f"{caller.strength}, {words}"
    )
    if found.sentence:
        run.out.line(f"{found.sentence}.")
    if store is None:
        run.out.note("There is no store here; whether anybody knows you cannot be said.")
    elif not caller.known:
        run.out.note("The store does not list this person; `recert people add` does that.")
