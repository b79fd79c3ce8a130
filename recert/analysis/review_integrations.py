"""Items about what an agent is connected to."""

from collections.abc import Iterable
from typing import Any

from recert.analysis import ranks
from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.fingerprint import function_basis, group_basis, integration_basis, source_basis
from recert.analysis.lookups import unqualified
from recert.analysis.sensitivity import class_of, class_rank
from recert.analysis.subjects import ReviewSubject
from recert.estate.agents import Agent, AgentVersion
from recert.estate.integrations import ActionGroup, KnowledgeBase

_SENSITIVE = class_rank("confidential")


def integration_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each action group, base, source, collaborator, guardrail and model."""
    agent = analyst.agent(agent_arn)
    for version in judged_versions(agent):
        for group in version.action_groups:
            if group.enabled:
                yield _group(analyst, agent, group)
        for link in version.knowledge_bases:
            if link.state == "ENABLED":
                yield from _base(analyst, agent, link.id)
        yield from _others(analyst, agent, version)


def _item(
    agent: Agent,
    subject: str,
    title: str,
    basis: dict[str, Any],
    shown: dict[str, Any],
    *,
    reason: str = "",
    verdict: str = "attest",
) -> ReviewSubject:
    return ReviewSubject(
        kind="integration",
        agent=agent.arn,
        subject=subject,
        title=title,
        basis={**basis, "purpose": agent.purpose},
        shown=shown,
        service="bedrock",
        rank=ranks.INTEGRATION,
        recommendation=verdict,
        reason=reason or "It is part of what runs; say whether the purpose needs it.",
    )


def _group(analyst: Analyst, agent: Agent, group: ActionGroup) -> ReviewSubject:
    arn = unqualified(group.function_arn) if group.function_arn else None
    function = analyst.estate.functions_by_arn.get(arn) if arn else None
    if arn:
        title = f"Action group {group.name} calls function {arn.rpartition(':')[2]}"
    elif group.signature:
        title = f"Action group {group.name} gives the agent {group.signature}"
    else:
        title = f"Action group {group.name} hands control back to the caller"
    shared = [other for other in analyst.function_users.get(arn or "", ()) if other != agent.arn]
    return _item(
        agent,
        f"action_group {group.name}",
        title,
        {
            "action_group": group_basis(group),
            "function": function_basis(analyst.estate, arn) if arn else None,
        },
        {
            "function_arn": group.function_arn,
            "role_arn": function.role_arn if function else None,
            "tools": [tool.model_dump(mode="json") for tool in group.functions],
            "description": group.description,
            "shared_with": shared,
        },
    )


def _base(analyst: Analyst, agent: Agent, base_id: str) -> Iterable[ReviewSubject]:
    base = analyst.estate.knowledge_bases_by_id.get((agent.account, agent.region, base_id))
    if base is None:
        yield _item(
            agent,
            f"knowledge_base {base_id}",
            f"Knowledge base {base_id}, which could not be read",
            {"knowledge_base": base_id, "read": False},
            {},
            reason="What it holds is unknown.",
            verdict="look",
        )
        return
    yield _item(
        agent,
        f"knowledge_base {base.id}",
        f"Knowledge base {base.name}",
        {
            "knowledge_base": base.arn,
            "role_arn": base.role_arn,
            "storage": [base.storage_kind, sorted(base.storage_arns), sorted(base.table_names)],
            "embedding_model": base.embedding_model,
        },
        {"name": base.name, "status": base.status, "tags": dict(base.tags)},
    )
    for source in base.data_sources or ():
        yield _source(analyst, agent, base, source_basis(source), source.name)


def _source(
    analyst: Analyst, agent: Agent, base: KnowledgeBase, basis: dict[str, Any], name: str
) -> ReviewSubject:
    bucket = next(
        (item for item in analyst.estate.buckets if item.arn == basis["bucket_arn"]), None
    )
    tags = bucket.tags if bucket is not None else None
    sensitivity = class_of(tags) if tags is not None else None
    where = str(basis["bucket_arn"] or "").rpartition(":")[2] or ", ".join(basis["urls"])
    return _item(
        agent,
        f"data_source {base.id} {basis['id']}",
        f"Data source {name} of {base.name}: {basis['kind']}" + (f" {where}" if where else ""),
        {"knowledge_base": base.arn, "data_source": basis, "classification": sensitivity},
        {"name": name, "classification_known": tags is not None},
        reason=f"Its data is classed {sensitivity}." if sensitivity else "",
        verdict="look" if class_rank(sensitivity) >= _SENSITIVE else "attest",
    )


def _others(analyst: Analyst, agent: Agent, version: AgentVersion) -> Iterable[ReviewSubject]:
    for item in version.integrations:
        yield _item(
            agent,
            f"{item.kind} {item.id}",
            f"{item.kind.replace('_', ' ').capitalize()} {item.name}"
            + (f" reaches {item.target}" if item.target and item.target != item.name else ""),
            {"integration": integration_basis(item)},
            {"state": item.state, "credential": item.credential, "scopes": list(item.scopes)},
            reason="" if item.known else "Only its listing could be read.",
            verdict="attest" if item.known else "look",
        )
    for mate in version.collaborators:
        yield _item(
            agent,
            f"collaborator {mate.name}",
            f"Collaborator {mate.name} takes work from it",
            {"alias_arn": mate.alias_arn, "relays_history": mate.relays_history},
            {"name": mate.name},
        )
    if version.guardrail is not None:
        ref = version.guardrail
        plain = ref.identifier.rpartition("/")[2]
        held = analyst.estate.guardrail_of(agent, ref)
        draft = ref.version == "DRAFT"
        yield _item(
            agent,
            f"guardrail {plain}",
            f"Guardrail {held.name if held else plain}, version {ref.version}",
            {"guardrail": plain, "version": ref.version, "content": held.content if held else None},
            {"status": held.status if held else None},
            reason="Its draft can change under the live agent." if draft else "",
            verdict="look" if draft else "attest",
        )
    if version.model:
        yield _item(
            agent,
            f"model {version.model}",
            f"Model {version.model.rpartition('/')[2]}",
            {"model": version.model},
            {"version": version.version},
        )
