"""How strongly it is known who somebody is: SSH proved, STS verified, OS claimed.

AWS vouches for a name where the ARN that it gives is one of that person's patterns. A pattern with
`*` lets in whoever can take the role, so that it tells less than an ARN in full.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from recert.campaigns.people import Directory, Person
from recert.campaigns.views import Caller, Strength


@dataclass(frozen=True, slots=True)
class Vouched:
    """What AWS's answer says of a claim: the ARN, whose it is, and whether it names one human.

    `agrees` is None where the ARN is nobody's.
    """

    arn: str
    account: str
    person: str | None
    exact: bool
    agrees: bool | None


def vouch(people: Directory, claim: str, arn: str, account: str) -> Vouched:
    """Hold AWS's answer against the name that somebody claims."""
    owners = [
        (one, exact) for one in people.persons if (exact := _matches(one.sts, arn)) is not None
    ]
    mine = [(one, exact) for one, exact in owners if people.same(one.id, claim)]
    chosen = next(iter(mine or owners), None)
    if chosen is None:
        return Vouched(arn, account, None, exact=False, agrees=None)
    person, exact = chosen
    return Vouched(arn, account, person.id, exact=exact, agrees=bool(mine))


def only_person(people: Directory, arn: str) -> Person | None:
    """Return the one active person whom an ARN means, None where it means nobody or several."""
    found = [one for one in people.persons if one.active and _matches(one.sts, arn) is not None]
    return found[0] if len(found) == 1 else None


def verified(caller: Caller, found: Vouched) -> Caller:
    """Return the caller as strong as AWS makes them; a contradiction makes nobody stronger."""
    return replace(caller, strength=Strength.STS) if found.agrees and caller.known else caller


def _matches(patterns: Iterable[str], arn: str) -> bool | None:
    """Return whether a pattern that fits is an ARN in full, None where none fits."""
    found = None
    for pattern in patterns:
        if pattern == arn:
            return True
        parts = [re.escape(part) for part in pattern.split("*")]
        if "*" in pattern and re.fullmatch("[^/]*".join(parts), arn):
            found = False
    return found


def sts_pattern(arn: str) -> str:
    """Return the pattern of a caller's ARN that holds for their later sessions."""
    head, slash, session = arn.rpartition("/")
    if ":assumed-role/" in arn and slash and "@" not in session:
        return f"{head}/*"
    return arn
