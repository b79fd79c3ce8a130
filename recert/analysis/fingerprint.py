"""The fingerprint of an agent: the basis of what it runs, as one digest.

It covers what a certification rests on and nothing else: the content of the judged versions, and
of every acting role, function and knowledge base that they drive, ceilings, owner and purpose.
Never usage, dates, descriptions of statements, version numbers, or what the action catalogue knows.
The fields are named one by one, so that a field which a newer collector adds changes nothing;
adding one here means a new schema number, under which every agent is to be certified again.
Documents enter by their meaning (`recert.analysis.normal`), so that what raises no event does not
end a certification either.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from recert.analysis.acting import NEVER_SHOWN, driven, judged_versions
from recert.analysis.normal import units
from recert.analysis.ways import Driven
from recert.estate.agents import Agent, AgentVersion
from recert.estate.authority import Organization, Role
from recert.estate.base import Concealed, Frozen
from recert.estate.canonical import canonical, digest
from recert.estate.companions import Access, Integration, Resource
from recert.estate.estate import Estate
from recert.estate.integrations import ActionGroup, DataSource
from recert.iam.arns import account_of

SCHEMA = 1
_DEFAULT = "DEFAULT"
"""The orchestration of an agent that sets none; a numbered version does not show it."""

_GROUP = (
    "name",
    "state",
    "executor",
    "function_arn",
    "signature",
    "schema_digest",
    "schema_bucket",
    "schema_key",
    "description",
)
_INTEGRATION = (
    "kind",
    "id",
    "name",
    "type",
    "target",
    "function_arn",
    "credential",
    "mode",
    "content",
    "known",
)
_FUNCTION = ("arn", "role_arn", "code_sha256", "kms_key_arn")
_BASE = ("arn", "role_arn", "embedding_model", "storage_kind")
_BASE_LISTS = ("storage_arns", "secret_arns", "table_names")
_SOURCE = ("id", "kind", "bucket_arn", "bucket_owner", "secret_arn", "kms_key_arn")
_RESOURCE = ("arn", "kind", "role_arn", "kms_key_arn", "vendor")
_RESOURCE_LISTS = ("secret_arns", "targets", "network", "details")
_SOURCE_LISTS = ("prefixes", "urls", "function_arns")


def fingerprint(estate: Estate, agent_arn: str, version: str | None = None) -> str:
    """Return the fingerprint of an agent in its judged versions, or in one named version.

    64 hex digits. What could not be read enters as unknown; whether anything was is for `unread`
    to say. Raises LookupError where the estate holds no such agent or version.
    """
    return digest(basis(estate, agent_arn, version))


def basis(estate: Estate, agent_arn: str, version: str | None = None) -> dict[str, Any]:
    """Return what the fingerprint is taken of, as a canonical JSON value; raises LookupError."""
    agent = estate.agents_by_arn.get(agent_arn)
    if agent is None:
        raise LookupError(f"there is no agent {agent_arn} in this reading")
    versions = judged_versions(agent)
    if version is not None:
        named = agent.version(version)
        if named is None:
            raise LookupError(f"there is no version {version} of {agent.name} in this reading")
        versions = (named,)
    reach = driven(estate, agent, versions)
    return {
        "schema": SCHEMA,
        "agent": agent.arn,
        "owner": agent.owner,
        "purpose": agent.purpose,
        "resource_policy": document(agent.resource_policy)
        if agent.resource_policy is not None
        else agent.resource_policy_known,
        "versions": _each(version_basis(estate, agent, item) for item in versions),
        "roles": [_role(estate, arn) for arn in sorted(reach.role_arns)],
        "functions": [function_basis(estate, arn) for arn in sorted(reach.functions)],
        "knowledge_bases": [_base(estate, arn) for arn in sorted(reach.knowledge_bases)],
        "resources": _each(_resource(item) for item in _named(estate, versions)),
        "ceilings": _ceilings(estate.organization, reach),
    }


@lru_cache(maxsize=8192)
def document(text: str | None) -> str:
    """Return the digest of a policy document's meaning, of its text where that is not understood."""
    if text is None:
        return "unread"
    found = units(text)
    if found is None:
        return digest({"not_understood": text})
    return digest(_each(unit.as_json() for unit in found))


def version_basis(estate: Estate, agent: Agent, version: AgentVersion) -> dict[str, Any]:
    """Return the basis of one version, without its number."""
    guardrail = version.guardrail
    held = None if guardrail is None else estate.guardrail_of(agent, guardrail)
    return {
        "role_arn": version.role_arn,
        "model": version.model,
        "instruction": _hidden(version.instruction),
        "prompt_overrides": _hidden(version.prompt_overrides),
        "collaboration": version.collaboration or "DISABLED",
        "parser_function_arn": version.parser_function_arn,
        "orchestration": None if version.orchestration == _DEFAULT else version.orchestration,
        "orchestration_function_arn": version.orchestration_function_arn,
        "kms_key_arn": version.kms_key_arn,
        "memory": sorted(version.memory),
        "artifact": version.artifact,
        "network": sorted(version.network),
        "environment": {name: _hidden(value) for name, value in version.environment.items()},
        "access": None if version.access is None else _access(version.access),
        "integrations": _each(integration_basis(item) for item in version.integrations),
        "guardrail": None
        if guardrail is None
        else [
            guardrail.identifier.rpartition("/")[2],
            guardrail.version,
            None if held is None else held.content,
        ],
        "action_groups": _each(group_basis(group) for group in version.action_groups),
        "knowledge_bases": sorted(
            [link.id, link.state == "ENABLED"] for link in version.knowledge_bases
        ),
        "collaborators": _each(
            [mate.name, mate.alias_arn, mate.relays_history, _hidden(mate.instruction)]
            for mate in version.collaborators
        ),
        "unknown": sorted(name for name in version.unknown if name not in NEVER_SHOWN),
    }


def _role(estate: Estate, arn: str) -> dict[str, Any]:
    role = estate.roles_by_arn.get(arn)
    if role is None:
        return {"role_arn": arn, "state": "unread"}
    return {
        "role_arn": arn,
        "role_id": role.role_id,
        "trust": document(role.trust),
        "policies": _policies(estate, role),
        "boundary": None
        if role.boundary is None
        else [role.boundary, _managed(estate, role.boundary)],
    }


def _policies(estate: Estate, role: Role) -> list[Any]:
    inline = [["inline", item.name, document(item.document)] for item in role.inline]
    attached = [["attached", arn, _managed(estate, arn)] for arn in role.attached]
    return _each([*inline, *attached])


def _managed(estate: Estate, arn: str) -> Any:
    policy = estate.policies_by_arn.get(arn)
    return document(policy.document if policy else None)


def function_basis(estate: Estate, arn: str) -> dict[str, Any]:
    """Return the basis of one function by its unqualified ARN."""
    function = estate.functions_by_arn.get(arn)
    if function is None:
        return {"arn": arn, "state": "unread"}
    known = function.resource_policy_known
    policy = function.resource_policy
    return {
        **_fields(function, _FUNCTION),
        "layers": sorted(function.layers),
        "environment": {name: _hidden(value) for name, value in function.environment.items()},
        "resource_policy": "unread" if not known else None if policy is None else document(policy),
        "read": [function.configuration_known, known],
    }


def _base(estate: Estate, arn: str) -> dict[str, Any]:
    base = next((one for one in estate.knowledge_bases if one.arn == arn), None)
    if base is None:
        return {"arn": arn, "state": "unread"}
    sources = base.data_sources
    return {
        **_fields(base, _BASE),
        **{name: sorted(getattr(base, name)) for name in _BASE_LISTS},
        "data_sources": "unread"
        if sources is None
        else _each(source_basis(item) for item in sources),
    }


def source_basis(source: DataSource) -> dict[str, Any]:
    """Return the basis of one data source."""
    return {
        **_fields(source, _SOURCE),
        **{name: sorted(getattr(source, name)) for name in _SOURCE_LISTS},
    }


def integration_basis(item: Integration) -> dict[str, Any]:
    """Return the basis of one tool, target or node of a flow, runtime, harness or gateway."""
    return {
        **_fields(item, _INTEGRATION),
        "provider_arns": sorted(item.provider_arns),
        "scopes": sorted(item.scopes),
    }


def _named(estate: Estate, versions: Iterable[AgentVersion]) -> Iterator[Resource]:
    """Yield the shared resources that versions name: credentials, tools, memories, policy engines."""
    for version in versions:
        for item in version.integrations:
            for arn in (item.target, *item.provider_arns):
                found = estate.resources_by_arn.get(arn or "")
                if found is not None:
                    yield found


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        **_fields(resource, _RESOURCE),
        **{name: sorted(getattr(resource, name)) for name in _RESOURCE_LISTS},
        "policies": None if resource.policies is None else sorted(map(list, resource.policies)),
    }


def _access(access: Access) -> dict[str, Any]:
    lists = ("clients", "audiences", "scopes", "claims", "workloads")
    return {
        **_fields(access, ("authorizer", "issuer")),
        **{name: sorted(getattr(access, name)) for name in lists},
    }


def group_basis(group: ActionGroup) -> dict[str, Any]:
    """Return the basis of one action group."""
    return {
        **_fields(group, _GROUP),
        "functions": _each(
            [tool.name, tool.requires_confirmation, sorted(tool.parameters)]
            for tool in group.functions
        ),
    }


def _ceilings(organization: Organization | None, reach: Driven) -> Any:
    if organization is None:
        return "unread"
    accounts = {account_of(arn) for arn in reach.role_arns}
    documents = {policy.id: policy.document for policy in organization.policies}
    return [
        [
            ceiling.account,
            [
                [
                    None
                    if names is None
                    else _each(document(documents.get(name)) for name in names)
                    for names in (level.scps, level.rcps)
                ]
                for level in ceiling.levels
            ],
        ]
        for ceiling in sorted(organization.ceilings, key=lambda item: item.account)
        if ceiling.account in accounts
    ]


def _fields(model: Frozen, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(model, name) for name in names}


def _hidden(text: Concealed | None) -> str | None:
    return None if text is None else text.digest


def _each(values: Iterable[Any]) -> list[Any]:
    """Return values in an order of their own and without repeats, whatever order they came in."""
    found = {canonical(value): value for value in values}
    return [found[key] for key in sorted(found)]
