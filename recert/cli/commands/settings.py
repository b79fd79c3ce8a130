"""`recert config` and `recert whoami`: what holds in this run, and where it comes from."""

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand, RecertGroup


@click.group(cls=RecertGroup)
def config() -> None:
    """Show the settings of this run."""


@config.command()
def show() -> None:
    """List each setting with where it comes from."""
    run = current()
    from recert.cli.settings import every_setting  # noqa: PLC0415 - the rooms behind it are slow

    found = every_setting(run.settings)
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


@click.command(cls=RecertCommand)
def whoami() -> None:
    """Tell who you are here, and how strongly that is known."""
    run = current()
    from recert.cli.identity import claim_of, describe  # noqa: PLC0415 - tables are slow to import

    store = run.store
    caller = run.caller(store)
    found = describe(caller, claim_of(run.settings, synthetic=store.synthetic))
    if run.out.as_json:
        run.out.document(found)
        return
    run.out.line(
        f"{caller.id} ({caller.name}), from {found['source']}, identity: {caller.strength}"
    )
    if not caller.known:
        run.out.note("The store does not list this person; `recert people add` does that.")
