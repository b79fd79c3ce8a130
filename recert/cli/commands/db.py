"""`recert db`: the store as a file."""

from pathlib import Path

import click

from recert.cli.context import current
from recert.cli.lazy import RecertGroup

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=RecertGroup)
def db() -> None:
    """Look after the store.

    The store is one SQLite file with the ledger and the tables that follow from it.
    """


@db.command()
def upgrade() -> None:
    """Bring the store up to this recert; a copy of the old one is kept beside it."""
    run = current()
    from recert.store import maintenance  # noqa: PLC0415 - tables are slow to import
    from recert.store.engine import SCHEMA_VERSION  # noqa: PLC0415 - as above

    location = run.settings.store.value
    kept = maintenance.upgrade(location, run.clock)
    if run.out.as_json:
        run.out.document({"store": location, "schema": SCHEMA_VERSION, "kept": kept})
        return
    was = f"was brought up to schema {SCHEMA_VERSION}; the old one is kept as {kept}"
    run.out.line(f"{location} {was if kept else f'has schema {SCHEMA_VERSION} already'}.")


@db.command()
def check() -> int:
    """Check the file, its ledger, and that the tables say what the ledger says."""
    run = current()
    from recert.evidence.verify import verify  # noqa: PLC0415 - tables are slow to import

    found = verify(run.store.location)
    if run.out.as_json:
        run.out.document(found.as_json())
    else:
        for one in found.checks:
            run.out.line(f"{'ok ' if one.ok else 'NO '} {one.name}: {one.detail}")
    return 0 if found.ok else 1


@db.command()
@click.argument("file", required=False, type=_FILE)
@click.option("--to", "target", type=_FILE, metavar="FILE", help="As FILE.")
def backup(file: Path | None, target: Path | None) -> None:
    """Write a verified copy of the store to a new file, while others may be working on it."""
    target = _one(file, target, "--to")
    run = current()
    from recert.store import maintenance  # noqa: PLC0415 - tables are slow to import

    head = maintenance.backup(run.store, target)
    if run.out.as_json:
        run.out.document({"store": run.store.location, "backup": target, "head": str(head)})
        return
    run.out.line(f"{target}: {head.size} entries, head {head}")


@db.command()
@click.argument("file", required=False, type=_FILE)
@click.option("--from", "source", type=_FILE, metavar="FILE", help="As FILE.")
@click.option("--yes", is_flag=True, help="Replace the store without asking.")
def restore(file: Path | None, source: Path | None, yes: bool) -> None:
    """Put a backup in the place of the store; the one that was there is kept beside it."""
    source = _one(file, source, "--from")
    run = current()
    from recert.cli.identity import claim_of  # noqa: PLC0415 - tables are slow to import
    from recert.store import maintenance  # noqa: PLC0415 - as above
    from recert.store.engine import locate  # noqa: PLC0415 - as above
    from recert.store.ledger import Actor  # noqa: PLC0415 - as above

    location = locate(run.settings.store.value)
    if location.exists():
        run.confirm(f"Replace {location} by {source}?", yes=yes)
    claim = claim_of(run.settings, synthetic=False)
    done = maintenance.restore(
        source, location, clock=run.clock, actor=Actor(id=claim.name, strength="os")
    )
    if run.out.as_json:
        run.out.document(
            {
                "store": location,
                "head": str(done.head),
                "backup_head": str(done.backup_head),
                "replaced_head": str(done.replaced_head) if done.replaced_head else None,
                "kept": done.kept,
            }
        )
        return
    run.out.line(f"{location} is restored, head {done.head}.")
    if done.kept:
        run.out.line(f"What was there is kept as {done.kept}.")


def _one(file: Path | None, option: Path | None, name: str) -> Path:
    found = file or option
    if found is None or (file and option):
        raise click.UsageError(f"Name one file, as an argument or with {name}.")
    return found
