"""`recert people`: the persons that recert knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.context import Run, current
from recert.cli.lazy import RecertGroup

if TYPE_CHECKING:
    from recert.campaigns.people import Person
    from recert.store.store import Store
from recert.errors import UsageError
from recert.text import plural

ROLES = ("reviewer", "campaign_owner", "approver", "applier", "auditor")


@click.group(cls=RecertGroup)
def people() -> None:
    """Keep the persons that recert knows, and their keys."""


@people.command("list")
def list_() -> None:
    """List the persons."""
    run = current()
    from recert.campaigns import people as persons  # noqa: PLC0415 - tables are slow to import

    found = persons.everybody(run.store)
    if run.out.as_json:
        run.out.document({"people": found})
        return
    run.out.table(
        ("person", "name", "roles", "also called", "teams", "backup", "manager", "active"),
        (
            (
                one.id,
                one.name,
                one.roles,
                one.aliases,
                one.teams,
                one.backup,
                one.manager,
                one.active,
            )
            for one in found
        ),
    )


def _facts(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who somebody is."""
    options = (
        click.option("--name", metavar="TEXT", help="How people call them."),
        click.option(
            "--role", "roles", type=click.Choice(ROLES), multiple=True, help="What they may do."
        ),
        click.option(
            "--alias", "aliases", multiple=True, metavar="NAME", help="Another owner tag of theirs."
        ),
        click.option(
            "--team", "teams", multiple=True, metavar="NAME", help="An owner tag that means a team."
        ),
        click.option(
            "--sts",
            multiple=True,
            metavar="ARN",
            help="An AWS identity of theirs; * may stand in it.",
        ),
        click.option("--email", metavar="ADDRESS", help="Where reminders go."),
        click.option("--backup", metavar="PERSON", help="Who is asked when they cannot be."),
        click.option("--manager", metavar="PERSON", help="Who is told when they are late."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@people.command()
@click.argument("person")
@_facts
def add(person: str, **facts: Any) -> None:
    """Make a person known; PERSON is written as in owner tags.

    \b
    recert people add maria.sanchez --name "Maria Sanchez" --role reviewer --email maria@example.com

    Once there is a campaign owner, campaign owners give the roles campaign_owner, approver, applier.
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.campaigns import people as persons  # noqa: PLC0415 - tables are slow to import

    store = run.open_store(run.settings.store.value, create=True)
    wanted = persons.Person(
        **{
            **facts,
            "id": person.strip(),
            "name": (facts["name"] or person).strip(),
            "roles": facts["roles"] or ("reviewer",),
        }
    )
    known = next(
        (one for one in persons.everybody(store) if wanted.id.casefold() in one.names), None
    )
    if known is not None and known != wanted:
        raise UsageError(
            f"{known.id} is known already.",
            f"`recert people set {known.id}` changes what is said about them.",
        )
    _keep(run, store, wanted)


@people.command("set")
@click.argument("person")
@_facts
def set_(person: str, **facts: Any) -> None:
    """Change what is said about a person; what is not named stays. "" takes a single value away.

    Once there is a campaign owner, campaign owners do this; everybody sets their own mail address.
    """
    run = current()
    from recert.campaigns import people as persons  # noqa: PLC0415 - tables are slow to import

    store = run.store
    known = persons.known(store, person)
    changed: dict[str, Any] = {
        key: value or None for key, value in facts.items() if value not in (None, ())
    }
    _keep(run, store, replace(known, **changed))


@people.command()
@click.argument("person")
def leave(person: str) -> None:
    """Mark a person as gone; their pending items go down the ladder to whoever is next."""
    run = current()
    items = run.campaigns(acting=True).leave(person)
    if run.out.as_json:
        run.out.document({"person": person, "items": list(items)})
        return
    run.out.line(
        f"{person} is no longer active; {plural(len(items), 'pending item')} went to others."
    )


def _keep(run: Run, store: Store, wanted: Person) -> None:
    from recert.campaigns.keeping import keep  # noqa: PLC0415 - tables are slow to import

    keep(store, [wanted], clock=run.clock, actor=run.actor(store))
    if run.out.as_json:
        run.out.document(wanted)
        return
    run.out.line(f"{wanted.id}: {', '.join(wanted.roles)}")


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
def import_(file: Path) -> None:
    """Make the persons of a file known: CSV with a header, or JSON.

    Columns are id, name, roles, aliases, sts, teams, email, backup, manager and active; several
    values have ; between them. A person who is known already becomes what the file says.

    \b
    id,name,roles,email
    maria.sanchez,Maria Sanchez,reviewer;approver,maria@example.com
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.campaigns.keeping import keep  # noqa: PLC0415 - tables are slow to import
    from recert.cli.people_file import read_people  # noqa: PLC0415 - as above

    found = read_people(file)
    store = run.open_store(run.settings.store.value, create=True)
    keep(store, found, clock=run.clock, actor=run.actor(store))
    if run.out.as_json:
        run.out.document({"people": found})
        return
    run.out.line(f"{plural(len(found), 'person')} of {file} known.")


@people.command()
@click.argument("person")
@click.argument("key", type=click.Path(path_type=Path, dir_okay=False), metavar="KEY.pub")
@click.option(
    "--countersign",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="An enrolled key that vouches for it; the first key of a store needs none.",
)
def enrol(person: str, key: Path, countersign: Path | None) -> None:
    """Bind a public SSH key to a person.

    \b
    recert people enrol maria.sanchez maria.pub
    recert people enrol lee.wong lee.pub --countersign ~/.ssh/id_ed25519
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.evidence import keys  # noqa: PLC0415 - tables are slow to import

    store = run.store
    vouching = run.signer(countersign)
    if vouching is None and store.synthetic:
        from recert.cli.signing import demo_signer  # noqa: PLC0415 - as above

        vouching = demo_signer(store)
    fingerprint = keys.enrol(
        store, person, _public(key), actor=run.actor(store), countersigner=vouching
    )
    if run.out.as_json:
        run.out.document({"person": person, "key": fingerprint})
        return
    run.out.line(f"{person}: {fingerprint}")


def _public(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"There is no public key at {path}.", "Name a .pub file.") from error


@people.command()
@click.argument("fingerprint", metavar="SHA256:…")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
def revoke(fingerprint: str, reason: str) -> None:
    """Revoke a key for good; what it signed before stands."""
    run = current()
    from recert.evidence import keys  # noqa: PLC0415 - tables are slow to import

    store = run.store
    keys.revoke(store, fingerprint, reason, actor=run.actor(store))
    if run.out.as_json:
        run.out.document({"key": fingerprint, "revoked": True})
        return
    run.out.line(f"{fingerprint} is revoked.")


@people.command()
def signers() -> None:
    """Print the enrolled keys as ssh's allowed signers, for `verify --signers`."""
    run = current()
    from recert.evidence import keys  # noqa: PLC0415 - tables are slow to import

    text = keys.allowed_signers(run.store)
    if run.out.as_json:
        run.out.document({"signers": text.splitlines()})
        return
    for line in text.splitlines():
        run.out.line(line)
