"""Resource policies of what an agent rests on: by them others get at its data, keys and settings.

The agent's own policy and those of its functions are none of these: they let somebody make it, or
them, act.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from recert.analysis.normal import Unit, units
from recert.analysis.ways import Driven
from recert.estate.agents import Agent, AgentVersion
from recert.estate.estate import Estate
from recert.iam.arns import account_of, name_of

BUCKET, BASE, GUARDRAIL, KEY = "bucket", "knowledge base", "guardrail", "key"
_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "kms:calleraccount",
    }
)
"""Condition keys that say whose call is meant, where the principal says it not."""


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The policy of one thing; `document` is None where there is none, or where `known` is False."""

    kind: str
    arn: str
    name: str
    account: str
    document: str | None
    known: bool


def resource_policies(estate: Estate) -> dict[str, ResourcePolicy]:
    """Return the policies of a whole reading by ARN; versions of one guardrail share theirs."""
    found = [
        ResourcePolicy(
            BUCKET, one.arn, name_of(one.arn), one.account or "", one.policy, one.policy_known
        )
        for one in estate.buckets
    ]
    found += [
        ResourcePolicy(
            BASE, one.arn, one.name, one.account, one.resource_policy, one.resource_policy_known
        )
        for one in estate.knowledge_bases
    ]
    found += [
        ResourcePolicy(KEY, one.arn, name_of(one.arn), one.account, one.policy, one.policy_known)
        for one in estate.keys
    ]
    found += [
        ResourcePolicy(
            GUARDRAIL,
            one.arn,
            one.name,
            one.account,
            one.resource_policy,
            one.resource_policy_known,
        )
        for one in sorted(estate.guardrails, key=lambda one: one.resource_policy_known)
    ]
    return {one.arn: one for one in found}


def policies_behind(
    estate: Estate, agent: Agent, versions: Iterable[AgentVersion], reach: Driven
) -> frozenset[str]:
    """Return the ARNs of what versions of an agent rest on and what may have a policy of its own."""
    chosen = tuple(versions)
    bases = list(reach.bases_in(estate))
    found = {base.arn for base in bases}
    found |= {
        source.bucket_arn
        for base in bases
        for source in base.data_sources or ()
        if source.bucket_arn
    }
    for version in chosen:
        if version.guardrail is not None:
            name = name_of(version.guardrail.identifier)
            place = (agent.account, agent.region, name)
            found |= {
                one.arn for one in estate.guardrails if (one.account, one.region, one.id) == place
            }
    items = [item for version in chosen for item in version.integrations]
    users = {*found, *reach.functions, *(arn for item in items for arn in item.provider_arns)}
    users |= {item.target for item in items if item.target}
    written = {version.kms_key_arn for version in chosen if version.kms_key_arn}
    for key in estate.keys:
        own = agent.arn in key.used_by and not written.isdisjoint(
            {key.arn, key.written, name_of(key.arn), f"alias/{name_of(key.written)}"}
        )
        if own or users.intersection(key.used_by):
            found.add(key.arn)
    return frozenset(found)


def strangers(policy: str | None, home: str) -> tuple[Unit, ...]:
    """Return the statements of a resource policy that let in another account than `home`, or anybody.

    A statement for everybody that a condition narrows to callers of some kind, and one for a service,
    let no stranger in.
    """
    found = units(policy) if policy else None
    shut = [unit for unit in found or () if unit.effect == "Deny" and not unit.tests]
    return tuple(
        unit
        for unit in sorted(found or (), key=lambda one: (one.principal, one.action))
        if unit.effect == "Allow"
        and _strange(unit, home)
        and not any(_takes_away(deny, unit) for deny in shut)
    )


def who(unit: Unit) -> str:
    """Say whom a statement lets in: `anybody`, or the principal."""
    return "anybody" if _everybody(unit) else unit.principal.partition(":")[2]


def _strange(unit: Unit, home: str) -> bool:
    if _everybody(unit):
        return not any(key in _NARROWING for _, key, _ in unit.tests)
    kind, _, name = unit.principal.partition(":")
    if kind != "AWS" or not home:
        return False
    return account_of(name) not in (None, home)


def _everybody(unit: Unit) -> bool:
    return unit.principal in ("*", "AWS:*") or unit.principal.startswith("!")


def _takes_away(deny: Unit, unit: Unit) -> bool:
    """Tell whether a Deny without conditions leaves nothing of an Allow, as far as is plain."""
    if deny.principal not in (unit.principal, "*", "AWS:*") or deny.not_action or unit.not_action:
        return False
    covers_place = deny.resource in (("*",), unit.resource)
    return covers_place and deny.action in (("*",), unit.action)
