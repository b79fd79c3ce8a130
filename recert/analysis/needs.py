"""What integrations need of the roles behind them: which actions, on which resources."""

from collections.abc import Iterable

from recert.analysis.acting import judged_versions
from recert.analysis.need import MODEL, TRACES, Need
from recert.analysis.needs_nodes import STATE_MACHINE, node_needs
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.companions import Integration
from recert.estate.estate import Estate
from recert.estate.integrations import KnowledgeBase
from recert.iam.arns import partition_of
from recert.iam.overlap import NO_COLON

_KMS = ("kms:decrypt", "kms:generatedatakey", "kms:describekey")
_INVOKE = ("bedrock:invokeagent", "bedrock:getagentalias")
_LOGS = (
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "logs:describeloggroups",
    "logs:describelogstreams",
)
_IMAGE = ("ecr:getauthorizationtoken", "ecr:batchgetimage", "ecr:getdownloadurlforlayer")
_TOKENS = (
    "bedrock-agentcore:getworkloadaccesstoken",
    "bedrock-agentcore:getworkloadaccesstokenforjwt",
    "bedrock-agentcore:getworkloadaccesstokenforuserid",
)
_CREDENTIALS = (
    *_TOKENS,
    "bedrock-agentcore:getresourceapikey",
    "bedrock-agentcore:getresourceoauth2token",
    "secretsmanager:getsecretvalue",
)
_MEMORY = (
    "bedrock-agentcore:createevent",
    "bedrock-agentcore:getevent",
    "bedrock-agentcore:listevents",
    "bedrock-agentcore:getmemoryrecord",
    "bedrock-agentcore:listmemoryrecords",
    "bedrock-agentcore:retrievememoryrecords",
)
_STORE = {
    "OPENSEARCH_SERVERLESS": ("aoss:",),
    "OPENSEARCH_MANAGED_CLUSTER": ("es:",),
    "RDS": ("rds:describe", "rds-data:"),
    "NEPTUNE_ANALYTICS": ("neptune-graph:",),
    "S3_VECTORS": ("s3vectors:",),
    "PINECONE": (),
}


_OWN_LOGS = "arn:aws:logs:*:*:log-group:/aws/bedrock-agentcore/*"
_RUNTIME = (
    Need("the agent's logs", _LOGS, (_OWN_LOGS,)),
    Need("the agent's traces", TRACES),
    Need("the agent's metrics", ("cloudwatch:putmetricdata",)),
)
_SERVICE_NEEDS: dict[AgentKind, tuple[Need, ...]] = {
    AgentKind.AGENTCORE_RUNTIME: _RUNTIME,
    AgentKind.AGENTCORE_HARNESS: _RUNTIME,
    AgentKind.STATE_MACHINE: STATE_MACHINE,
}
"""What AWS documents as the baseline of an execution role beside its integrations."""


def agent_needs(estate: Estate, agent: Agent) -> list[Need]:
    """Return what an agent's own integrations need of its execution role."""
    found: list[Need] = []
    for version in judged_versions(agent):
        found += _version_needs(estate, agent, version)
        for item in version.integrations:
            found += _integration_needs(item)
            if item.kind == "flow_node":
                found += node_needs(item)
    return [*found, *_SERVICE_NEEDS.get(agent.kind, ())]


def _version_needs(estate: Estate, agent: Agent, version: AgentVersion) -> Iterable[Need]:
    partition = partition_of(agent.arn)
    if version.model:
        yield Need(f"model {_tail(version.model)}", MODEL, _model_arns(version.model))
    for link in version.knowledge_bases:
        base = estate.knowledge_bases_by_id.get((agent.account, agent.region, link.id))
        arn = base.arn if base else _local_arn(agent, f"knowledge-base/{link.id}")
        name = f"knowledge base {base.name if base else link.id}"
        yield Need(name, ("bedrock:retrieve", "bedrock:retrieveandgenerate"), (arn,))
    if version.guardrail:
        arn = _guardrail_arn(agent, version.guardrail.identifier)
        yield Need("guardrail", ("bedrock:applyguardrail", "bedrock:getguardrail"), (arn,))
    for mate in version.collaborators:
        yield Need(f"collaborator {mate.name}", _INVOKE, (mate.alias_arn,))
    for group in version.action_groups:
        if group.schema_bucket:
            place = f"arn:{partition}:s3:::{group.schema_bucket}/{group.schema_key or '*'}"
            yield Need(f"action group {group.name}", ("s3:getobject",), (place,))
    if version.kms_key_arn:
        yield Need("the agent's encryption key", _KMS, (version.kms_key_arn,))
    if version.artifact and ".dkr.ecr." in version.artifact:
        yield Need("the agent's image", _IMAGE)


def _integration_needs(item: Integration) -> Iterable[Need]:
    """Yield what a tool, target or node needs: unlike a Bedrock agent, its kind calls by its role."""
    name = f"{item.kind.replace('_', ' ')} {item.name}"
    target = item.target or ""
    if item.function_arn:
        places = (item.function_arn, f"{item.function_arn}:*")
        yield Need(name, ("lambda:invokefunction",), places)
    elif ":agent-alias/" in target:
        yield Need(name, _INVOKE, (target,))
    elif item.kind == "workload_identity":
        yield Need(name, _TOKENS)
    elif item.kind == "memory" and target:
        yield Need(name, _MEMORY, (target,))
    elif ":gateway/" in target:
        yield Need(name, ("bedrock-agentcore:invokegateway",), (target,))
    if item.provider_arns:
        yield Need(name, _CREDENTIALS)


def function_needs(name: str, evidence: str) -> list[Need]:
    """Return what a function needs of its role; `evidence` names what drives it."""
    network = (
        "ec2:createnetworkinterface",
        "ec2:describenetworkinterfaces",
        "ec2:deletenetworkinterface",
    )
    return [
        Need(f"logs of function {name}", _LOGS),
        Need(f"traces of function {name}", TRACES),
        Need(f"network of function {name}", network),
        Need(evidence, (), (), concrete=True),
    ]


def base_needs(base: KnowledgeBase) -> list[Need]:
    """Return what a knowledge base needs of its role."""
    whose = f"knowledge base {base.name}"
    found: list[Need] = []
    if base.embedding_model:
        found.append(Need(f"embedding model of {whose}", MODEL, _model_arns(base.embedding_model)))
    secret = ("secretsmanager:getsecretvalue", "secretsmanager:describesecret")
    for source in base.data_sources or ():
        name = f"data source {source.name}"
        if source.bucket_arn:
            places = (source.bucket_arn, f"{source.bucket_arn}/*")
            found.append(Need(name, ("s3:getobject", "s3:listbucket"), places))
        if source.secret_arn:
            found.append(Need(name, secret, (source.secret_arn,)))
    store = _STORE.get(base.storage_kind or "", ())
    if store:
        found.append(Need(f"store of {whose}", store, base.storage_arns))
    if base.secret_arns:
        found.append(Need(f"store of {whose}", secret, base.secret_arns))
    return found


def guarded_arns(agent: Agent) -> tuple[str, ...]:
    """Return the ARNs by which an agent's guardrail could be changed or detached; () without one."""
    found = [
        _guardrail_arn(agent, version.guardrail.identifier)
        for version in judged_versions(agent)
        if version.guardrail is not None
    ]
    return (agent.arn, *dict.fromkeys(found)) if found else ()


def _guardrail_arn(agent: Agent, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return _local_arn(agent, f"guardrail/{name}")


def _local_arn(agent: Agent, rest: str) -> str:
    partition = partition_of(agent.arn)
    return f"arn:{partition}:bedrock:{agent.region}:{agent.account}:{rest}"


def _model_arns(model: str) -> tuple[str, ...]:
    """Return the ARNs under which a model may be asked, also through an inference profile."""
    plain = _tail(model)
    bare = plain.split(".", 1)[1] if plain.split(".", 1)[0] in _GEOGRAPHIES else plain
    place = f"arn:aws:bedrock:{NO_COLON}"
    named = (model,) if model.startswith("arn:") else ()
    return (
        *named,
        f"{place}::foundation-model/{bare}",
        f"{place}:{NO_COLON}:inference-profile/{bare}",
        f"{place}:{NO_COLON}:inference-profile/{NO_COLON}.{bare}",
    )


_GEOGRAPHIES = frozenset({"us", "eu", "apac", "global", "us-gov", "jp", "au", "ca"})


def _tail(model: str) -> str:
    return model.rpartition("/")[2]
