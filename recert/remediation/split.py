"""A role that several agents share: one of its own for the agent, without what was revoked for it.

The proposal has all its parts: trust, policies, boundary, tags, and the change of the agent. The
engine is asked whether the new role may do exactly what the shared one may, without the rest.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from recert.campaigns.remedies import SERVICE_OF_KIND, Agent, AgentKind, Analyst, Removal
from recert.iam.effective import Assessor
from recert.iam.errors import PolicyError
from recert.iam.grants import EffectiveGrant
from recert.iam.model import SourcedPolicy
from recert.iam.proof import as_rewritten, place
from recert.iam.rewrite import Rewritten
from recert.remediation.commands import Command
from recert.remediation.documents import compact
from recert.remediation.locate import find
from recert.remediation.patches import Cut, Keep, patched
from recert.remediation.proposals import Proposal

_NO_NAME = re.compile(r"[^\w+=,.@-]")
_LONGEST = 64
_UPDATES = {
    AgentKind.BEDROCK_AGENT: ("bedrock-agent", "agentId", "agentResourceRoleArn", "agent"),
    AgentKind.BEDROCK_FLOW: ("bedrock-agent", "flowIdentifier", "executionRoleArn", "flow"),
    AgentKind.AGENTCORE_RUNTIME: (
        "bedrock-agentcore-control", "agentRuntimeId", "roleArn", "agent-runtime",
    ),
    AgentKind.AGENTCORE_HARNESS: (
        "bedrock-agentcore-control", "harnessId", "executionRoleArn", "harness",
    ),
    AgentKind.AGENTCORE_GATEWAY: (
        "bedrock-agentcore-control", "gatewayIdentifier", "roleArn", "gateway",
    ),
}  # fmt: skip
"""Service, name of the id, name of the role, and the noun of the CLI's commands."""
_Meaning = tuple[Any, ...]


def split(analyst: Analyst, role_arn: str, removals: Sequence[Removal]) -> Proposal:
    """Propose a role of its own for the agent of removals that others do not share."""
    estate = analyst.estate
    agents = list(dict.fromkeys(str(one.agent) for one in removals if one.agent))
    agent = estate.agents_by_arn.get(agents[0]) if len(agents) == 1 else None
    if agent is None or role_arn not in agent.role_arns:
        return Proposal(
            f"The role {role_arn} is not the agent's own but that of what it drives: give the agent a "
            "function or knowledge base of its own with a role of its own, and leave this one to the "
            "others."
        )
    role = estate.roles_by_arn[role_arn]
    name = _NO_NAME.sub("-", f"{role.name}-{agent.name}")[:_LONGEST]
    cuts = _cuts(analyst, role_arn, removals)
    try:
        held = list(_policies(analyst, role_arn, cuts))
        problem = _problem(analyst, role_arn, name, cuts, held)
    except PolicyError as error:
        held, problem = [], str(error)
    if problem:
        return Proposal(
            f"Give {agent.name} a role of its own without it, and leave {role.name} to the others. "
            f"recert could not prove one: {problem}"
        )
    documents = {f"{name}-trust.json": _pretty(_trust(agent))}
    commands: list[Command | str] = [_create(role, name, agent)]
    for source, made in held:
        if source.kind == "inline" or made is not None:
            body = made.document if made is not None else _document(analyst, role_arn, source)
            if body is None:
                continue
            documents[f"{name}-{source.name}.json"] = _pretty(body)
            params = {"RoleName": name, "PolicyName": source.name, "PolicyDocument": compact(body)}
            commands.append(Command("iam", "PutRolePolicy", params))
        elif source.arn is not None:
            params = {"RoleName": name, "PolicyArn": source.arn}
            commands.append(Command("iam", "AttachRolePolicy", params))
    arn = f"{role_arn.rpartition('/')[0].partition(':role')[0]}:role/{name}"
    return Proposal(
        f"Or give {agent.name} a role of its own without it, and leave {role.name} to the others "
        "(proved by the engine: it may do what the shared role may, without what was revoked):",
        (*commands, *_moves(agent, arn)),
        documents,
    )


def _cuts(
    analyst: Analyst, role_arn: str, removals: Sequence[Removal]
) -> dict[SourcedPolicy, dict[Cut, Keep]]:
    found: dict[SourcedPolicy, dict[Cut, Keep]] = {}
    grants = analyst.role_grants(role_arn)
    for removal in removals:
        if removal.grant is None:
            arn = (removal.basis.get("policy") or {}).get("arn")
            for one in grants:
                if one.source.arn == arn:
                    found.setdefault(one.source, {})[place(one)] = Keep(removal.keep)
            continue
        grant = find(removal.grant, grants).grant
        if grant is not None:
            keep = Keep(removal.keep, removal.keep_resources)
            found.setdefault(grant.source, {})[place(grant)] = keep
    return found


def _policies(
    analyst: Analyst, role_arn: str, cuts: dict[SourcedPolicy, dict[Cut, Keep]]
) -> Iterable[tuple[SourcedPolicy, Rewritten | None]]:
    """Yield each policy of the role, with its rewriting where something is cut."""
    authority = analyst.role(role_arn)
    for source in authority.authority.identity if authority is not None else ():
        if source.kind == "resource":
            continue
        if source not in cuts:
            yield source, None
        else:
            yield source, patched(_document(analyst, role_arn, source), cuts[source])


def _document(analyst: Analyst, role_arn: str, source: SourcedPolicy) -> Any:
    estate = analyst.estate
    if source.kind == "inline":
        role = estate.roles_by_arn[role_arn]
        return json.loads(next(one.document for one in role.inline if one.name == source.name))
    return json.loads(estate.policies_by_arn[str(source.arn)].document or "{}")


def _problem(
    analyst: Analyst,
    role_arn: str,
    name: str,
    cuts: dict[SourcedPolicy, dict[Cut, Keep]],
    held: Sequence[tuple[SourcedPolicy, Rewritten | None]],
) -> str:
    """Ask the engine whether the new role may do what the shared one may, less what was revoked."""
    authority = analyst.role(role_arn)
    if authority is None or authority.unread:
        return "the role was not read whole."
    identity = []
    for source, made in held:
        if made is None:
            identity.append(source)
        elif (heir := as_rewritten(source, made)) is not None:
            identity.append(heir)
    fresh = replace(
        authority.authority,
        role_arn=f"{role_arn.rpartition('/')[0]}/{name}",
        identity=tuple(identity),
    )
    assessor = Assessor(analyst.catalogue, at=analyst.estate.taken_at)
    gone = {(source, cut) for source, taken in cuts.items() for cut in taken}
    before = Counter(
        _meaning(one)
        for one in analyst.role_grants(role_arn)
        if one.source.kind != "resource" and (one.source, place(one)) not in gone
    )
    after = Counter(_meaning(one) for one in assessor.grants(fresh))
    lost = before - after
    if lost:
        return f"{next(iter(lost))[0]} would be lost."
    more = after - before
    narrowed = {one for taken in cuts.values() for keep in taken.values() for one in keep.actions}
    widened = [one[0] for one in more if one[0] not in narrowed and not _set_apart(one, cuts)]
    return f"{widened[0]} would be granted, which was revoked." if widened else ""


def _set_apart(meaning: _Meaning, cuts: dict[SourcedPolicy, dict[Cut, Keep]]) -> bool:
    """Tell whether a grant is what is left of one on narrower resources."""
    return any(
        cut[1] == meaning[0] and tuple(sorted(keep.resources)) == meaning[1]
        for taken in cuts.values()
        for cut, keep in taken.items()
        if keep.resources
    )


def _meaning(grant: EffectiveGrant) -> _Meaning:
    conditions = json.dumps(grant.conditions, sort_keys=True)
    return grant.action, tuple(sorted(grant.resources)), conditions, grant.effective


def _trust(agent: Agent) -> dict[str, Any]:
    source = agent.arn if agent.kind is AgentKind.BEDROCK_AGENT else f"{agent.arn}*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": SERVICE_OF_KIND[agent.kind]},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": agent.account},
                    "ArnLike": {"aws:SourceArn": source},
                },
            }
        ],
    }


def _create(role: Any, name: str, agent: Agent) -> Command:
    params: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": compact(_trust(agent)),
    }
    if role.boundary:
        params["PermissionsBoundary"] = role.boundary
    tags = {key: value for key, value in role.tags.items() if not key.lower().startswith("aws:")}
    if tags:
        params["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return Command("iam", "CreateRole", params)


def _moves(agent: Agent, role_arn: str) -> Iterable[Command | str]:
    """Yield how the agent gets the role; what else it is made of has to be sent along as it is."""
    known = _UPDATES.get(agent.kind)
    if known is None:
        yield f"# Then let {agent.kind.value} run with {role_arn}."
        return
    service, key, member, noun = known
    yield f"# Then `aws {service} update-{noun}` with {key}={agent.id} and {member}={role_arn},"
    yield f"# everything else as `aws {service} get-{noun}` shows it."
    if agent.kind is AgentKind.BEDROCK_AGENT:
        yield Command("bedrock-agent", "PrepareAgent", {"agentId": agent.id}, agent.region)
        for alias in agent.aliases:
            if not alias.test:
                params = {
                    "agentId": agent.id,
                    "agentAliasId": alias.id,
                    "agentAliasName": alias.name,
                }
                yield Command("bedrock-agent", "UpdateAgentAlias", params, agent.region)


def _pretty(document: Any) -> str:
    return json.dumps(document, indent=2)
