"""Who the caller is, and how strongly that is known.

In this order: `RECERT_USER`, `user` in `recert.toml`, the reviewer that a file was handed to, the
demo's labelled persona in a synthetic store, the name of the operating system's user. All of them are claims.
"""

import getpass
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from recert.campaigns.people import directory
from recert.campaigns.views import Caller, Strength
from recert.config import Settings
from recert.demo.people import PERSONA
from recert.errors import UsageError
from recert.store.handed import Handed, handed
from recert.store.ledger import Actor
from recert.store.store import Store

_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that somebody goes by, and where it comes from."""

    name: str
    source: str


def claim_of(settings: Settings, *, synthetic: bool, part: Handed | None = None) -> Claim:
    """Return the name that the caller claims; raises UsageError for one that cannot be a name."""
    stated = settings.user.value
    if stated:
        claim = Claim(str(stated).strip(), settings.user.source)
    elif part is not None:
        claim = Claim(part.reviewer, "the file that was handed to them")
    elif synthetic:
        claim = Claim(PERSONA, "persona of the demo")
    else:
        claim = Claim(_os_user(), "operating system")
    if not claim.name or len(claim.name) > _LONGEST or not claim.name.isprintable():
        raise UsageError(
            f"The user name from {claim.source} is no name.", "Set RECERT_USER to your name."
        )
    return claim


def resolve_caller(store: Store, settings: Settings) -> Caller:
    """Return the caller, as the store knows them or as they call themselves."""
    with store.read() as session:
        claim = claim_of(settings, synthetic=store.synthetic, part=handed(session))
        person = directory(session).find(claim.name)
    if person is None or not person.active:
        return Caller(id=claim.name, name=claim.name, strength=Strength.OS)
    return Caller(
        id=person.id,
        name=person.name,
        strength=Strength.OS,
        roles=person.roles,
        known=True,
    )


def actor_of(caller: Caller) -> Actor:
    """Return the caller as an actor of the ledger, with the host that they claim to be on."""
    return Actor(id=caller.id, strength=caller.strength.value, host=socket.gethostname() or None)


def describe(caller: Caller, claim: Claim) -> Mapping[str, object]:
    """Return what `whoami` says."""
    return {
        "id": caller.id,
        "name": caller.name,
        "strength": caller.strength,
        "roles": list(caller.roles),
        "known": caller.known,
        "source": claim.source,
    }


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
