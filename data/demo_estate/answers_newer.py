"""What AWS answers about runtimes, harnesses, gateways, flows and state machines."""

import json
from collections.abc import Iterator
from itertools import pairwise

from demo_estate.lines import Line, Page
from demo_estate.model import ident
from demo_estate.newer import Flow, Gateway, Harness, Machine, Newer, Runtime, Target

CORE = "bedrock-agentcore-control"
TEST_ALIAS = "TSTALIASID"


def answers(page: Page, newer: Newer) -> Iterator[Line]:
    """Yield every line about these kinds; an empty listing is an answer, too."""
    yield from _runtimes(page, newer)
    yield from _harnesses(page, newer.harnesses)
    yield from _gateways(page, newer.gateways)
    yield from _memories(page, newer.memories)
    yield from _flows(page, newer.flows)
    yield from _machines(page, newer.machines)


def _core_arn(page: Page, kind: str, key: str) -> str:
    return f"arn:aws:bedrock-agentcore:{page.place.region}:{page.place.account}:{kind}/{key}"


def _key(page: Page, kind: str, name: str) -> str:
    return f"{name}-{ident(f'{page.place.account}/{kind}/{name}')}"


def _identity(page: Page, key: str) -> Line:
    arn = _core_arn(page, "workload-identity-directory/default/workload-identity", key)
    return {"workloadIdentityArn": arn}


def _resource(page: Page, arn: str, tags: dict[str, str]) -> Iterator[Line]:
    yield page.line(CORE, "ListTagsForResource", {"tags": tags}, {"resourceArn": arn})
    absent = "No resource policy is attached."
    code = "ResourceNotFoundException"
    yield page.missing(CORE, "GetResourcePolicy", {"resourceArn": arn}, code, absent)


def _runtimes(page: Page, newer: Newer) -> Iterator[Line]:
    listed = [_runtime_summary(page, one) for one in newer.runtimes]
    for harness in newer.harnesses:
        key = _key(page, "runtime", f"harness_{harness.name}")
        listed.append(
            {
                "agentRuntimeArn": _core_arn(page, "runtime", key),
                "agentRuntimeId": key,
                "agentRuntimeVersion": "1",
                "agentRuntimeName": f"harness_{harness.name}",
                "description": "Managed by a harness",
                "lastUpdatedAt": harness.created,
                "status": "READY",
            }
        )
    yield page.line(CORE, "ListAgentRuntimes", {"agentRuntimes": listed})
    for runtime in newer.runtimes:
        yield from _runtime(page, runtime)


def _runtime_summary(page: Page, runtime: Runtime) -> Line:
    key = _key(page, "runtime", runtime.name)
    return {
        "agentRuntimeArn": _core_arn(page, "runtime", key),
        "agentRuntimeId": key,
        "agentRuntimeVersion": runtime.versions[-1],
        "agentRuntimeName": runtime.name,
        "description": runtime.description,
        "lastUpdatedAt": runtime.created,
        "status": "READY",
    }


def _runtime(page: Page, runtime: Runtime) -> Iterator[Line]:
    key = _key(page, "runtime", runtime.name)
    arn = _core_arn(page, "runtime", key)
    for version in runtime.versions:
        body = {
            **_runtime_summary(page, runtime),
            "agentRuntimeVersion": version,
            "createdAt": runtime.created,
            "roleArn": page.place.role_arn(runtime.role),
            "networkConfiguration": {"networkMode": "PUBLIC"},
            "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
            "workloadIdentityDetails": _identity(page, key),
            "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": runtime.image}},
            "protocolConfiguration": {"serverProtocol": "HTTP"},
            "environmentVariables": runtime.environment,
        }
        if runtime.issuer:
            body["authorizerConfiguration"] = _jwt(runtime.issuer)
        asked = {"agentRuntimeId": key, "agentRuntimeVersion": version}
        yield page.line(CORE, "GetAgentRuntime", body, asked)
    endpoints = [
        {
            "name": name,
            "id": name,
            "liveVersion": version,
            "agentRuntimeEndpointArn": f"{arn}/runtime-endpoint/{name}",
            "agentRuntimeArn": arn,
            "status": "READY",
            "createdAt": runtime.created,
            "lastUpdatedAt": runtime.created,
        }
        for name, version in runtime.endpoints.items()
    ]
    named = {"agentRuntimeId": key}
    yield page.line(CORE, "ListAgentRuntimeEndpoints", {"runtimeEndpoints": endpoints}, named)
    yield from _resource(page, arn, runtime.tags)


def _jwt(issuer: str) -> Line:
    return {
        "customJWTAuthorizer": {"discoveryUrl": issuer, "allowedClients": ["4f1r8k2m9examplecorp"]}
    }


def _harnesses(page: Page, harnesses: tuple[Harness, ...]) -> Iterator[Line]:
    listed = [_harness_summary(page, one) for one in harnesses]
    yield page.line(CORE, "ListHarnesses", {"harnesses": listed})
    for harness in harnesses:
        key = _key(page, "harness", harness.name)
        runtime = _key(page, "runtime", f"harness_{harness.name}")
        body = {
            **_harness_summary(page, harness),
            "executionRoleArn": page.place.role_arn(harness.role),
            "model": {"bedrockModelConfig": {"modelId": harness.model}},
            "systemPrompt": [{"text": harness.prompt}],
            "tools": [
                {"type": "remote_mcp", "name": name, "config": {"remoteMcp": {"url": url}}}
                for name, url in harness.servers.items()
            ],
            "skills": [],
            "allowedTools": list(harness.servers),
            "truncation": {"strategy": "none"},
            "environment": {
                "agentCoreRuntimeEnvironment": {
                    "agentRuntimeArn": _core_arn(page, "runtime", runtime),
                    "agentRuntimeName": f"harness_{harness.name}",
                    "agentRuntimeId": runtime,
                    "lifecycleConfiguration": {"maxLifetime": 28800},
                    "networkConfiguration": {"networkMode": "PUBLIC"},
                }
            },
        }
        asked = {"harnessId": key}
        yield page.line(CORE, "GetHarness", {"harness": body}, asked)
        arn = _core_arn(page, "harness", key)
        endpoint = {
            "harnessId": key,
            "harnessName": harness.name,
            "endpointName": "DEFAULT",
            "arn": f"{arn}/harness-endpoint/DEFAULT",
            "status": "READY",
            "liveVersion": "1",
            "createdAt": harness.created,
            "updatedAt": harness.created,
        }
        yield page.line(CORE, "ListHarnessEndpoints", {"endpoints": [endpoint]}, asked)
        yield from _resource(page, arn, harness.tags)


def _harness_summary(page: Page, harness: Harness) -> Line:
    key = _key(page, "harness", harness.name)
    return {
        "harnessId": key,
        "harnessName": harness.name,
        "arn": _core_arn(page, "harness", key),
        "status": "READY",
        "harnessVersion": "1",
        "createdAt": harness.created,
        "updatedAt": harness.created,
    }


def _gateways(page: Page, gateways: tuple[Gateway, ...]) -> Iterator[Line]:
    listed = [_gateway_summary(page, one) for one in gateways]
    yield page.line(CORE, "ListGateways", {"items": listed})
    for gateway in gateways:
        key = _key(page, "gateway", gateway.name)
        arn = _core_arn(page, "gateway", key)
        body = {
            **_gateway_summary(page, gateway),
            "gatewayArn": arn,
            "roleArn": page.place.role_arn(gateway.role),
            "authorizerConfiguration": _jwt(gateway.issuer),
            "workloadIdentityDetails": _identity(page, key),
        }
        named = {"gatewayIdentifier": key}
        yield page.line(CORE, "GetGateway", body, named)
        targets = [_target(page, gateway, arn, one) for one in gateway.targets]
        summaries = [
            {name: one[name] for name in ("targetId", "name", "status", "createdAt", "updatedAt")}
            for one in targets
        ]
        yield page.line(CORE, "ListGatewayTargets", {"items": summaries}, named)
        for one in targets:
            asked = {**named, "targetId": one["targetId"]}
            yield page.line(CORE, "GetGatewayTarget", one, asked)
        yield page.line(CORE, "ListGatewayRules", {"gatewayRules": []}, named)
        yield from _resource(page, arn, gateway.tags)


def _gateway_summary(page: Page, gateway: Gateway) -> Line:
    return {
        "gatewayId": _key(page, "gateway", gateway.name),
        "name": gateway.name,
        "status": "READY",
        "description": gateway.description,
        "createdAt": gateway.created,
        "updatedAt": gateway.created,
        "authorizerType": "CUSTOM_JWT",
        "protocolType": "MCP",
    }


def _target(page: Page, gateway: Gateway, arn: str, target: Target) -> Line:
    tools = [
        {"name": tool.name, "description": tool.description, "inputSchema": {"type": "object"}}
        for tool in target.tools
    ]
    function = {
        "lambdaArn": page.place.function_arn(target.function),
        "toolSchema": {"inlinePayload": tools},
    }
    return {
        "gatewayArn": arn,
        "targetId": ident(f"{gateway.name}/target/{target.name}"),
        "name": target.name,
        "status": "READY",
        "createdAt": gateway.created,
        "updatedAt": gateway.created,
        "targetConfiguration": {"mcp": {"lambda": function}},
        "credentialProviderConfigurations": [{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    }


def _memories(page: Page, memories: dict[str, str]) -> Iterator[Line]:
    found = []
    for name, created in memories.items():
        key = _key(page, "memory", name)
        arn = _core_arn(page, "memory", key)
        dates = {"createdAt": created, "updatedAt": created}
        found.append({"arn": arn, "id": key, "status": "ACTIVE", **dates, "name": name})
    listed = [{name: one[name] for name in one if name != "name"} for one in found]
    yield page.line(CORE, "ListMemories", {"memories": listed})
    for one in found:
        body = {**one, "eventExpiryDuration": 90, "strategies": []}
        yield page.line(CORE, "GetMemory", {"memory": body}, {"memoryId": one["id"]})


def _flows(page: Page, flows: tuple[Flow, ...]) -> Iterator[Line]:
    listed = [_flow_summary(page, one) for one in flows]
    yield page.line("bedrock-agent", "ListFlows", {"flowSummaries": listed})
    for flow in flows:
        summary = _flow_summary(page, flow)
        body = {
            **summary,
            "executionRoleArn": page.place.role_arn(flow.role),
            "definition": _definition(page, flow),
        }
        named = {"flowIdentifier": summary["id"]}
        yield page.line("bedrock-agent", "GetFlow", body, named)
        numbered = {name: body[name] for name in body if name != "updatedAt"}
        asked = {**named, "flowVersion": "1"}
        numbered["version"] = "1"
        yield page.line("bedrock-agent", "GetFlowVersion", numbered, asked)
        aliases = [
            _flow_alias(summary, ident(f"{flow.name}/alias"), "prod", "1"),
            _flow_alias(summary, TEST_ALIAS, "FlowTestAlias", "DRAFT"),
        ]
        yield page.line("bedrock-agent", "ListFlowAliases", {"flowAliasSummaries": aliases}, named)
        asked = {"resourceArn": summary["arn"]}
        yield page.line("bedrock-agent", "ListTagsForResource", {"tags": flow.tags}, asked)


def _flow_summary(page: Page, flow: Flow) -> Line:
    key = ident(f"{page.place.account}/flow/{flow.name}")
    return {
        "name": flow.name,
        "description": flow.description,
        "id": key,
        "arn": f"arn:aws:bedrock:{page.place.region}:{page.place.account}:flow/{key}",
        "status": "Prepared",
        "createdAt": flow.created,
        "updatedAt": flow.created,
        "version": "DRAFT",
    }


def _flow_alias(summary: Line, key: str, name: str, version: str) -> Line:
    return {
        "name": name,
        "routingConfiguration": [{"flowVersion": version}],
        "flowId": summary["id"],
        "id": key,
        "arn": f"{summary['arn']}/alias/{key}",
        "createdAt": summary["createdAt"],
        "updatedAt": summary["createdAt"],
    }


def _definition(page: Page, flow: Flow) -> Line:
    agent = next(one for one in page.place.agents if one.name == flow.agent)
    alias = page.place.alias_arn(agent.name, next(iter(agent.aliases)))
    function = page.place.function_arn(flow.function)
    nodes = [
        {"name": "Input", "type": "Input", "configuration": {"input": {}}},
        {
            "name": "Register",
            "type": "LambdaFunction",
            "configuration": {"lambdaFunction": {"lambdaArn": function}},
        },
        {
            "name": "AskAgent",
            "type": "Agent",
            "configuration": {"agent": {"agentAliasArn": alias}},
        },
        {"name": "Output", "type": "Output", "configuration": {"output": {}}},
    ]
    names = [str(node["name"]) for node in nodes]
    connections = [
        {"type": "Data", "name": f"{one}To{other}", "source": one, "target": other}
        for one, other in pairwise(names)
    ]
    return {"nodes": nodes, "connections": connections}


def _machines(page: Page, machines: tuple[Machine, ...]) -> Iterator[Line]:
    place = page.place
    listed = []
    details = []
    for machine in machines:
        arn = f"arn:aws:states:{place.region}:{place.account}:stateMachine:{machine.name}"
        summary = {
            "stateMachineArn": arn,
            "name": machine.name,
            "type": "STANDARD",
            "creationDate": machine.created,
        }
        listed.append(summary)
        body = {
            **summary,
            "status": "ACTIVE",
            "definition": json.dumps(machine.definition),
            "roleArn": place.role_arn(machine.role),
        }
        named = {"stateMachineArn": arn}
        details.append(page.line("stepfunctions", "DescribeStateMachine", body, named))
        tags = [{"key": key, "value": value} for key, value in machine.tags.items()]
        asked = {"resourceArn": arn}
        details.append(page.line("stepfunctions", "ListTagsForResource", {"tags": tags}, asked))
    yield page.line("stepfunctions", "ListStateMachines", {"stateMachines": listed})
    yield from details
