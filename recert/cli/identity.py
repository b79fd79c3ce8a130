"""Who the caller is, and how strongly that is known.

In this order: `RECERT_USER`, `user` in `recert.toml`, the reviewer that a file was handed to, the
demo's labelled persona in a synthetic store, the name of the operating system's user. All of them
are claims; on a live store AWS is asked before something is written, and a signature proves who
signs.
"""

import getpass
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace

from recert.campaigns.people import Directory, directory
from recert.campaigns.signing import require_key
from recert.campaigns.strength import Vouched, only_person, verified, vouch
from recert.campaigns.views import Caller, Strength
from recert.config import Settings
from recert.demo.people import PERSONA
from recert.errors import UsageError
from recert.store.handed import Handed, handed
from recert.store.ledger import Actor
from recert.store.signing import WHOAMI, StatementSigner
from recert.store.store import Store

_LONGEST = 256
_OS = "operating system"


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
        claim = Claim(_os_user(), _OS)
    if not claim.name or len(claim.name) > _LONGEST or not claim.name.isprintable():
        raise UsageError(
            f"The user name from {claim.source} is no name.", "Set RECERT_USER to your name."
        )
    return claim


def resolve_caller(store: Store, settings: Settings) -> Caller:
    """Return the caller, as the store knows them or as they call themselves."""
    with store.read() as session:
        claim = claim_of(settings, synthetic=store.synthetic, part=handed(session))
        return as_known(directory(session), claim.name)


def as_known(people: Directory, name: str) -> Caller:
    """Return who goes by a name, as a claim."""
    person = people.find(name)
    if person is None or not person.active:
        return Caller(id=name, name=name, strength=Strength.OS)
    return Caller(
        id=person.id,
        name=person.name,
        strength=Strength.OS,
        roles=person.roles,
        known=True,
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller as far as is known: their claim, what AWS says of it, and why it may say nothing."""

    caller: Caller
    claim: Claim
    sts: Vouched | None = None
    why: str = ""

    @property
    def actor(self) -> Actor:
        """Return the caller as an actor of the ledger, with the host that they claim to be on."""
        return Actor(
            id=self.caller.id,
            strength=self.caller.strength.value,
            sts_arn=self.sts.arn if self.sts else None,
            account=self.sts.account if self.sts else None,
            host=socket.gethostname() or None,
        )

    @property
    def sentence(self) -> str:
        """Say what the strength rests on."""
        if self.sts is None or self.caller.strength is Strength.SSH:
            return self.why
        if self.sts.agrees is None:
            return f"AWS knows them as {self.sts.arn}, which is nobody's that the store lists"
        if not self.sts.agrees:
            return f"AWS knows them as {self.sts.arn}, which is {self.sts.person}'s"
        shared = "" if self.sts.exact else ", a role that others may share"
        return f"AWS knows them as {self.sts.arn}{shared}"


def identify(store: Store, settings: Settings) -> Identity:
    """Return who the caller of a store is, after AWS was asked where the store is live.

    Where nobody states a name, and the one of the operating system is nobody's here, AWS's answer
    names the person.
    """
    with store.read() as session:
        part, people = handed(session), directory(session)
    claim = claim_of(settings, synthetic=store.synthetic, part=part)
    caller = as_known(people, claim.name)
    if store.source != "live" or part is not None:
        told = "a file that was handed out" if part is not None else f"a {store.source} store"
        return Identity(caller, claim, why=f"AWS is not asked in {told}" if store.source else "")
    from recert.aws.caller import ask_sts  # noqa: PLC0415 - boto3 is slow to import

    answer = ask_sts()
    if answer.caller is None:
        return Identity(caller, claim, why=answer.why)
    named = only_person(people, answer.caller.arn)
    if named is not None and not caller.known and claim.source == _OS:
        claim = Claim(named.id, "AWS")
        caller = as_known(people, named.id)
    found = vouch(people, caller.id, answer.caller.arn, answer.caller.account)
    return Identity(verified(caller, found), claim, found)


def claimed_only(settings: Settings) -> Identity:
    """Return who the caller says they are where there is no store to hold it against."""
    claim = claim_of(settings, synthetic=False)
    caller = Caller(id=claim.name, name=claim.name, strength=Strength.OS)
    from recert.aws.caller import ask_sts, configured_here  # noqa: PLC0415 - boto3 is slow to import

    if not configured_here():
        return Identity(caller, claim, why="there are no AWS credentials")
    answer = ask_sts()
    if answer.caller is None:
        return Identity(caller, claim, why=answer.why)
    found = Vouched(answer.caller.arn, answer.caller.account, None, exact=False, agrees=None)
    return Identity(caller, claim, found)


def prove(store: Store, found: Identity, signer: StatementSigner | None) -> Identity:
    """Return the caller as proved by a key of theirs; raises RefusedError for one that is not theirs.

    What is signed is made up for this one question and kept nowhere.
    """
    if signer is None:
        return found
    question = f"{store.store_id} {found.caller.id} {secrets.token_hex(16)}"
    signature = signer.sign(question, WHOAMI)
    with store.read() as session:
        require_key(session, found.caller, signature.key)
    return replace(
        found,
        caller=replace(found.caller, strength=Strength.SSH),
        why=f"They hold the key {signature.key}, which is enrolled as theirs",
    )


def describe(found: Identity, store: Store | None) -> Mapping[str, object]:
    """Return what `whoami` says; `known` and `roles` are null where there is no store."""
    caller = found.caller
    return {
        "id": caller.id,
        "name": caller.name,
        "strength": caller.strength,
        "roles": list(caller.roles) if store is not None else None,
        "known": caller.known if store is not None else None,
        "source": found.claim.source,
        "store": store.location if store is not None else None,
        "sts": found.sts,
        "why": found.sentence,
    }


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
