"""What signed reviews say of an agent's permissions as they are now: kept, narrowed, taken, open.

A decision counts only while the basis that it rested on is that of the last reading; everything else
is open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from recert.analysis import Analyst, ReviewSubject, subjects_of
from recert.campaigns.estates import stated
from recert.campaigns.history import Past, last_signed
from recert.campaigns.population import Subject, basis_digest
from recert.clock import Clock, to_rfc3339
from recert.store.outcome import ACCEPTS
from recert.store.store import Store

_KINDS = frozenset({"permission", "attachment"})


@dataclass(frozen=True, slots=True)
class Attested:
    """The grants of one agent by what was signed of them, as ids of the `permissions` command.

    `narrowed` maps a grant to the actions that a reduction leaves; `open` are the titles of what
    nobody signed, or what changed since; `campaigns` are those that the decisions come from.
    """

    kept: frozenset[str] = frozenset()
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    open: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()


def attested(store: Store, analyst: Analyst, agent_arn: str, clock: Clock) -> Attested:
    """Return what signed reviews say of the grants of an agent; LookupError where there is none such."""
    agent = analyst.agent(agent_arn)
    with store.read() as session:
        said = stated(session).get(agent_arn)
        past = last_signed(session, agent_arn)
    about = Subject(
        agent=agent_arn,
        name=agent.name,
        owner=agent.owner,
        stated=said is not None and said.owner is not None,
        role_ids={role.arn: role.role_id for role in analyst.estate.roles},
        past=past,
    )
    now = to_rfc3339(clock.now())
    kept, revoked, open_ = set[str](), set[str](), list[str]()
    narrowed: dict[str, tuple[str, ...]] = {}
    campaigns = set[str]()
    for subject in subjects_of(analyst, agent_arn):
        if subject.kind not in _KINDS:
            continue
        signed = past.get((subject.kind, subject.subject))
        if signed is None or not _holds(signed, basis_digest(about, subject), now):
            open_.append(subject.title)
            continue
        campaigns.add(signed.campaign)
        ids = _grants(analyst, agent_arn, subject)
        if signed.verdict in ACCEPTS:
            kept |= ids
        elif signed.verdict == "reduce":
            narrowed.update(dict.fromkeys(ids, signed.reduce_to))
        elif signed.verdict == "revoke":
            revoked |= ids
        else:
            open_.append(subject.title)
    return Attested(
        frozenset(kept), narrowed, frozenset(revoked), tuple(open_), tuple(sorted(campaigns))
    )


def _holds(signed: Past, basis: str, now: str) -> bool:
    return signed.basis_digest == basis and (signed.until is None or signed.until > now)


def _grants(analyst: Analyst, agent_arn: str, subject: ReviewSubject) -> set[str]:
    """Return the grants that an item is about: one, or those of an attached policy of AWS."""
    if subject.grant is not None:
        return {str(subject.grant["id"])}
    policy, role = subject.basis["policy"]["arn"], subject.basis["role_arn"]
    held: Iterable[str] = (
        grant.id
        for grant in analyst.grants(agent_arn)
        if (grant.policy["arn"], grant.role_arn) == (policy, role)
    )
    return set(held)
