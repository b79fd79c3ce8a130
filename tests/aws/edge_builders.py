"""One recorded estate for each kind of thing that an edge starts from, and the part that it ends in."""

from collections.abc import Callable
from typing import Any

from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.companions import Integration, Resource
from recert.estate.integrations import ActionGroup, DataSource, Function, KnowledgeBase

from .conftest import Tape

CORE = "bedrock-agentcore-control"
REGISTRY = "agent-registry-control"
ID = "AGENT00001"
Detail = dict[str, Any]


def an_agent(tape: Tape, kind: AgentKind) -> Agent:
    return next(one for one in tape.read(usage=False).estate.agents if one.kind is kind)


def live(tape: Tape, detail: Detail) -> AgentVersion:
    """The version of a Bedrock agent that its alias serves."""
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [_listed()]}).agent(ID, **detail)
    version = an_agent(tape, AgentKind.BEDROCK_AGENT).version("4")
    assert version is not None
    return version


def draft(tape: Tape, detail: Detail) -> AgentVersion:
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [_listed()]}).agent(ID, **detail)
    found = an_agent(tape, AgentKind.BEDROCK_AGENT).draft
    assert found is not None
    return found


def _listed() -> Detail:
    return {"agentId": ID, "agentName": "a", "agentStatus": "PREPARED", "updatedAt": _SET}


_SET = "2026-10-01T00:00:00Z"


def group(tape: Tape, detail: Detail) -> ActionGroup:
    tape.agents([ID]).action_group(ID, "4", "G1", **detail)
    version = an_agent(tape, AgentKind.BEDROCK_AGENT).version("4")
    assert version is not None
    return version.action_groups[0]


def associated(tape: Tape, detail: Detail) -> AgentVersion:
    """The live version of an agent with one association: `detail` is `{listing: (key, item)}`."""
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [_listed()]})
    tape.agent(ID, agentCollaboration="SUPERVISOR")
    for operation, (key, item) in detail.items():
        which = {"agentId": ID, "agentVersion": "4"}
        tape.add("bedrock-agent", operation, which, {key: [item]})
    version = an_agent(tape, AgentKind.BEDROCK_AGENT).version("4")
    assert version is not None
    return version


def alias(tape: Tape, detail: Detail) -> Agent:
    tape.agents([ID])
    summary = {
        "agentAliasId": "PRODALIAS1",
        "agentAliasName": "prod",
        "agentAliasStatus": "PREPARED",
        "createdAt": _SET,
        "updatedAt": _SET,
        "routingConfiguration": [detail],
    }
    listed = {"agentAliasSummaries": [summary]}
    tape.add("bedrock-agent", "ListAgentAliases", {"agentId": ID}, listed)
    return an_agent(tape, AgentKind.BEDROCK_AGENT)


def function(tape: Tape, detail: Detail) -> Function:
    arn = tape.function("f", **detail)
    tape.agents([ID]).action_group(ID, "4", "G1", actionGroupExecutor={"lambda": arn})
    return tape.read(usage=False).estate.functions[0]


def function_policy(tape: Tape, detail: Detail) -> Function:
    arn = tape.function("f")
    tape.add("lambda", "GetPolicy", {"FunctionName": arn}, detail)
    tape.agents([ID]).action_group(ID, "4", "G1", actionGroupExecutor={"lambda": arn})
    return tape.read(usage=False).estate.functions[0]


def base(tape: Tape, detail: Detail) -> KnowledgeBase:
    tape.agents([]).knowledge_base("KB1", {}, **detail)
    return tape.read(usage=False).estate.knowledge_bases[0]


def configured(tape: Tape, detail: Detail) -> KnowledgeBase:
    return base(tape, {"knowledgeBaseConfiguration": {"type": "VECTOR", **detail}})


def sql(tape: Tape, detail: Detail) -> KnowledgeBase:
    redshift = {"type": "REDSHIFT", "redshiftConfiguration": detail}
    return configured(tape, {"sqlKnowledgeBaseConfiguration": redshift})


def store(tape: Tape, detail: Detail) -> KnowledgeBase:
    return base(tape, {"storageConfiguration": {"type": "X", **detail}})


def source(tape: Tape, detail: Detail) -> DataSource:
    """A data source of which `detail` names only what matters."""
    whole = {"dataSourceConfiguration": {"type": "CUSTOM"}, **detail}
    tape.agents([]).knowledge_base("KB1", {"DS1": whole})
    sources = tape.read(usage=False).estate.knowledge_bases[0].data_sources
    assert sources is not None
    return sources[0]


def kind_of_source(kind: str, part: str) -> Callable[[Tape, Detail], DataSource]:
    def build(tape: Tape, detail: Detail) -> DataSource:
        configuration = {"type": kind, part: {"sourceConfiguration": detail}}
        return source(tape, {"dataSourceConfiguration": configuration})

    return build


def flow(tape: Tape, detail: Detail) -> AgentVersion:
    tape.add("bedrock-agent", "ListFlows", {}, {"flowSummaries": [{"id": "F", "name": "f"}]})
    tape.add("bedrock-agent", "GetFlow", {}, {"id": "F", **detail})
    found = an_agent(tape, AgentKind.BEDROCK_FLOW).draft
    assert found is not None
    return found


def node(tape: Tape, detail: Detail) -> Integration:
    nodes = [{"name": "n", "configuration": detail}]
    return part("flow_node", flow(tape, {"definition": {"nodes": nodes}}))


def in_node(tape: Tape, detail: Detail) -> AgentVersion:
    return flow(tape, {"definition": {"nodes": [{"name": "n", "configuration": detail}]}})


def runtime(tape: Tape, detail: Detail) -> AgentVersion:
    listed = {"agentRuntimes": [{"agentRuntimeId": "r", "agentRuntimeVersion": "2"}]}
    tape.add(CORE, "ListAgentRuntimes", {}, listed)
    tape.add(CORE, "GetAgentRuntime", {}, {"agentRuntimeId": "r", **detail})
    return an_agent(tape, AgentKind.AGENTCORE_RUNTIME).versions[-1]


def endpoint(tape: Tape, detail: Detail) -> Agent:
    tape.add(CORE, "ListAgentRuntimeEndpoints", {}, {"runtimeEndpoints": [detail]})
    runtime(tape, {})
    return an_agent(tape, AgentKind.AGENTCORE_RUNTIME)


def harness(tape: Tape, detail: Detail) -> AgentVersion:
    tape.add(CORE, "ListHarnesses", {}, {"harnesses": [{"harnessId": "h", "harnessVersion": "1"}]})
    tape.add(CORE, "GetHarness", {}, {"harness": {"harnessId": "h", **detail}})
    return an_agent(tape, AgentKind.AGENTCORE_HARNESS).versions[-1]


def tool(tape: Tape, detail: Detail) -> Integration:
    return part("tool", harness(tape, {"tools": [{"type": "t", "name": "t", "config": detail}]}))


def skill(tape: Tape, detail: Detail) -> Integration:
    return part("skill", harness(tape, {"skills": [detail]}))


def hook(tape: Tape, detail: Detail) -> Integration:
    hooks = [{"beforeToolCall": {"name": "h", "target": detail}}]
    return part("hook", harness(tape, {"hooks": hooks}))


def gateway(tape: Tape, detail: Detail) -> AgentVersion:
    tape.add(CORE, "ListGateways", {}, {"items": [{"gatewayId": "g", "name": "g"}]})
    tape.add(CORE, "GetGateway", {}, {"gatewayId": "g", **detail})
    return an_agent(tape, AgentKind.AGENTCORE_GATEWAY).versions[0]


def target(tape: Tape, detail: Detail) -> Integration:
    return _target(tape, {"targetConfiguration": detail})


def credential(tape: Tape, detail: Detail) -> Integration:
    return _target(tape, {"credentialProviderConfigurations": [detail]})


def _target(tape: Tape, detail: Detail) -> Integration:
    tape.add(CORE, "ListGatewayTargets", {}, {"items": [{"targetId": "T1", "name": "t"}]})
    tape.add(CORE, "GetGatewayTarget", {}, detail)
    return part("gateway_target", gateway(tape, {}))


def part(kind: str, version: AgentVersion) -> Integration:
    return next(one for one in version.integrations if one.kind == kind)


def resource(
    kind: str,
    listing: tuple[str, str, Detail],
    reading: str = "",
    inside: str = "",
    service: str = CORE,
) -> Callable[[Tape, Detail], Resource]:
    """A shared resource: how it is listed, which call reads it, under which key that answers."""

    def build(tape: Tape, detail: Detail) -> Resource:
        operation, key, summary = listing
        tape.add(service, operation, {}, {key: [summary]})
        if reading:
            answer = {**summary, **detail}
            tape.add(service, reading, {}, {inside: answer} if inside else answer)
        found = tape.read(usage=False).estate.resources
        return next(one for one in found if one.kind == kind)

    return build


def connector(tape: Tape, detail: Detail) -> Resource:
    tape.add(
        CORE, "ListPaymentConnectors", {}, {"paymentConnectors": [{"paymentConnectorId": "c"}]}
    )
    configurations = {"credentialProviderConfigurations": [detail]}
    tape.add(CORE, "GetPaymentConnector", {}, configurations)
    listing = ("ListPaymentManagers", "paymentManagers", {"paymentManagerId": "p"})
    return resource("payment-manager", listing, "GetPaymentManager")(tape, {})


def record(tape: Tape, detail: Detail) -> Resource:
    tape.add(REGISTRY, "ListRegistries", {}, {"registries": [{"registryId": "reg"}]})
    tape.add(REGISTRY, "ListRegistryRecords", {}, {"registryRecords": [{"recordId": "rec"}]})
    tape.add(REGISTRY, "GetRegistryRecord", {}, {"recordId": "rec", **detail})
    found = tape.read(usage=False).estate.resources
    return next(one for one in found if one.kind == "registry-record")


def machine(tape: Tape, detail: Detail) -> AgentVersion:
    arn = tape.arn("states", "stateMachine:m")
    listed = {"stateMachineArn": arn, "name": "m", "type": "STANDARD", "creationDate": _SET}
    tape.add("stepfunctions", "ListStateMachines", {}, {"stateMachines": [listed]})
    answer = {**listed, "roleArn": tape.role_arn("m"), "definition": "{}", **detail}
    tape.add("stepfunctions", "DescribeStateMachine", {}, answer)
    return an_agent(tape, AgentKind.STATE_MACHINE).versions[0]
