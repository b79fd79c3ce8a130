"""Who may say who somebody is: the list of persons decides who judges, approves and carries out.

Where the store knows no campaign owner, whoever is there sets it up. From then on campaign owners
keep the list; so does whoever made the first of them known, who cannot give themselves a power.
Everybody else may change their own name, mail address and backup, and, where the store knows them,
make somebody known who may review or look and nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from recert.campaigns.authority import recorded
from recert.campaigns.people import Directory, Person, directory, put
from recert.clock import Clock
from recert.errors import RefusedError
from recert.store import settings
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.ledger_reads import of_types
from recert.store.store import Store

POWERS = frozenset({"campaign_owner", "approver", "applier"})
"""Roles that let somebody do more than answer what they are asked, or look."""
_OWNER = "campaign_owner"


@dataclass(slots=True)
class _Keeping:
    store: Store
    clock: Clock
    actor: Actor


def keep(store: Store, persons: Iterable[Person], *, clock: Clock, actor: Actor) -> None:
    """Make persons known, or known as they are now, where the actor may say so; all or none.

    Raises RefusedError where they may not, UsageError for what is no person.
    """
    acting = _Keeping(store, clock, actor)
    with recorded(acting, "people", None), store.write(actor, clock=clock) as tx:
        for person in persons:
            people = directory(tx.session)
            require_keeper(tx.session, people, actor.id, person, people.find(person.id))
            put(tx, person)


def require_keeper(
    session: Session, people: Directory, by: str, wanted: Person, known: Person | None
) -> None:
    """Refuse a change of the list of persons that somebody may not make; raises RefusedError.

    `known` is the person as the store has them, `wanted` as they are to be.
    """
    if may_keep(people, by):
        return
    if not people.with_role(_OWNER):
        return
    own = people.same(by, wanted.id) or by.strip().casefold() in wanted.names
    gained = POWERS.intersection(wanted.roles) - POWERS.intersection(known.roles if known else ())
    if _set_up_by(session, people, by):
        if not (own and gained):
            return
        what = f"{by} cannot make themselves {', '.join(sorted(gained))}."
    elif _is_own_contact(wanted, known, own=own) or _is_plain(people, by, wanted, known):
        return
    elif gained:
        what = f"{by} may not make anybody {', '.join(sorted(gained))}."
    else:
        what = f"{by} may not change what is said about {wanted.id}."
    raise _refused(people, what)


def set_setting(
    store: Store, name: str, value: str, reason: str, *, clock: Clock, actor: Actor
) -> None:
    """Set a setting that the ledger keeps, where the actor may; raises UsageError, RefusedError."""
    acting = _Keeping(store, clock, actor)
    with recorded(acting, "setting", None), store.write(actor, clock=clock) as tx:
        require_standing(tx.session, actor.id, f"set {name}")
        settings.put(tx, name, value, reason)


def require_standing(session: Session, by: str, deed: str) -> None:
    """Refuse who does not keep the persons what only who does may do; raises RefusedError."""
    people = directory(session)
    if people.with_role(_OWNER) and not (may_keep(people, by) or _set_up_by(session, people, by)):
        raise _refused(people, f"{by} may not {deed}.")


def may_keep(people: Directory, name: str) -> bool:
    """Tell whether somebody is a campaign owner who is still there."""
    return any(people.same(one.id, name) for one in people.with_role(_OWNER))


def _refused(people: Directory, what: str) -> RefusedError:
    keepers = ", ".join(one.id for one in people.with_role(_OWNER))
    return RefusedError(what, f"Campaign owners may: {keepers}.", rule="not_keeper")


def _is_own_contact(wanted: Person, known: Person | None, *, own: bool) -> bool:
    """Tell whether somebody says no more of themselves than how to reach them."""
    if known is None or not own:
        return False
    same = replace(wanted, name=known.name, email=known.email, backup=known.backup)
    return same == known


def _is_plain(people: Directory, by: str, wanted: Person, known: Person | None) -> bool:
    """Tell whether somebody known makes another person known who has no power and no other name."""
    knows = people.find(by)
    plain = not POWERS.intersection(wanted.roles) and not _claims(wanted)
    return known is None and knows is not None and knows.active and plain


def _claims(person: Person) -> Sequence[str]:
    return (*person.aliases, *person.sts, *person.teams)


def _set_up_by(session: Session, people: Directory, by: str) -> bool:
    """Tell whether somebody made the store's first campaign owner known."""
    return any(people.same(one, by) for one in _founders(session))


def _founders(session: Session) -> Iterable[str]:
    for entry in of_types(session, EntryType.PERSON_SET):
        if _OWNER in entry["body"]["roles"]:
            return (str(entry["actor"]["id"]),)
    return ()
