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


def core_arn(page: Page, kind: str, key: str) -> str:
    """Return the ARN of an AgentCore resource of the place."""
    return f"arn:aws:bedrock-agentcore:{page.place.region}:{page.place.account}:{kind}/{key}"


def core_key(page: Page, kind: str, name: str) -> str:
    """Return the id of a resource: its name with ten letters behind it, as AWS makes them."""
    return f"{name}-{ident(f'{page.place.account}/{kind}/{name}')}"


def _identity(page: Page, key: str) -> Line:
    arn = core_arn(page, "workload-identity-directory/default/workload-identity", key)
    return {"workloadIdentityArn": arn}


def _resource(page: Page, arn: str, tags: dict[str, str]) -> Iterator[Line]:
    yield page.line(CORE, "ListTagsForResource", {"tags": tags}, {"resourceArn": arn})
    absent = "No resource policy is attached."
    code = "ResourceNotFoundException"
    yield page.missing(CORE, "GetResourcePolicy", {"resourceArn": arn}, code, absent)


def _runtimes(page: Page, newer: Newer) -> Iterator[Line]:
    listed = [_runtime_summary(page, one) for one in newer.runtimes]
    for harness in newer.harnesses:
        key = core_key(page, "runtime", f"harness_{harness.name}")
        listed.append(
            {
                "agentRuntimeArn": core_arn(page, "runtime", key),
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
    key = core_key(page, "runtime", runtime.name)
    return {
        "agentRuntimeArn": core_arn(page, "runtime", key),
        "agentRuntimeId": key,
        "agentRuntimeVersion": list(runtime.versions)[-1],
        "agentRuntimeName": runtime.name,
        "description": runtime.description,
        "lastUpdatedAt": runtime.created,
        "status": "READY",
    }


def _runtime(page: Page, runtime: Runtime) -> Iterator[Line]:
    key = core_key(page, "runtime", runtime.name)
    arn = core_arn(page, "runtime", key)
    for version, build in runtime.versions.items():
        body = {
            **_runtime_summary(page, runtime),
            "agentRuntimeVersion": version,
            "createdAt": runtime.created,
            "roleArn": page.place.role_arn(runtime.role),
            "networkConfiguration": _network(runtime),
            "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
            "workloadIdentityDetails": _identity(page, key),
            "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": build.image}},
            "protocolConfiguration": {"serverProtocol": "HTTP"},
            "environmentVariables": build.environment,
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


def _network(runtime: Runtime) -> Line:
    if not runtime.subnets:
        return {"networkMode": "PUBLIC"}
    places = {"securityGroups": ["sg-0c1d2e3f4a5b6c7d8"], "subnets": list(runtime.subnets)}
    return {"networkMode": "VPC", "networkModeConfig": places}


def _jwt(issuer: str) -> Line:
    return {
        "customJWTAuthorizer": {"discoveryUrl": issuer, "allowedClients": ["4f1r8k2m9examplecorp"]}
    }


def _harnesses(page: Page, harnesses: tuple[Harness, ...]) -> Iterator[Line]:
    listed = [_harness_summary(page, one) for one in harnesses]
    yield page.line(CORE, "ListHarnesses", {"harnesses": listed})
    for harness in harnesses:
        key = core_key(page, "harness", harness.name)
        runtime = core_key(page, "runtime", f"harness_{harness.name}")
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
                    "agentRuntimeArn": core_arn(page, "runtime", runtime),
                    "agentRuntimeName": f"harness_{harness.name}",
                    "agentRuntimeId": runtime,
                    "lifecycleConfiguration": {"maxLifetime": 28800},
                    "networkConfiguration": {"networkMode": "PUBLIC"},
                }
            },
        }
        asked = {"harnessId": key}
        yield page.line(CORE, "GetHarness", {"harness": body}, asked)
        arn = core_arn(page, "harness", key)
        endpoint = {
            "harnessId": key,
            "harnessName": harness.name,
            "endpointName": "DEFAULT",
            "arn": f"{arn}/harness-endpoint/DEFAULT",
            "status": "READY",
            "liveVersion": harness.version,
            "createdAt": harness.created,
            "updatedAt": harness.created,
        }
        yield page.line(CORE, "ListHarnessEndpoints", {"endpoints": [endpoint]}, asked)
        yield from _resource(page, arn, harness.tags)


def _harness_summary(page: Page, harness: Harness) -> Line:
    key = core_key(page, "harness", harness.name)
    return {
        "harnessId": key,
        "harnessName": harness.name,
        "arn": core_arn(page, "harness", key),
        "status": "READY",
        "harnessVersion": harness.version,
        "createdAt": harness.created,
        "updatedAt": harness.created,
    }


def _gateways(page: Page, gateways: tuple[Gateway, ...]) -> Iterator[Line]:
    listed = [_gateway_summary(page, one) for one in gateways]
    yield page.line(CORE, "ListGateways", {"items": listed})
    for gateway in gateways:
        key = core_key(page, "gateway", gateway.name)
        arn = core_arn(page, "gateway", key)
        body = {
            **_gateway_summary(page, gateway),
            "gatewayArn": arn,
            "roleArn": page.place.role_arn(gateway.role),
            "workloadIdentityDetails": _identity(page, key),
        }
        if gateway.issuer:
            body["authorizerConfiguration"] = _jwt(gateway.issuer)
        if gateway.engine:
            name, mode = gateway.engine
            engine = core_arn(page, "policy-engine", core_key(page, "policy-engine", name))
            body["policyEngineConfiguration"] = {"arn": engine, "mode": mode}
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
        "gatewayId": core_key(page, "gateway", gateway.name),
        "name": gateway.name,
        "status": "READY",
        "description": gateway.description,
        "createdAt": gateway.created,
        "updatedAt": gateway.created,
        "authorizerType": "CUSTOM_JWT" if gateway.issuer else "AWS_IAM",
        "protocolType": "MCP",
    }


def _target(page: Page, gateway: Gateway, arn: str, target: Target) -> Line:
    return {
        "gatewayArn": arn,
        "targetId": ident(f"{gateway.name}/target/{target.name}"),
        "name": target.name,
        "status": "READY",
        "createdAt": gateway.created,
        "updatedAt": gateway.created,
        "targetConfiguration": {"mcp": _called(page, target)},
        "credentialProviderConfigurations": [_credential(page, target)],
    }


def _called(page: Page, target: Target) -> Line:
    if target.schema:
        return {"openApiSchema": {"s3": {"uri": target.schema}}}
    if target.server:
        return {"mcpServer": {"endpoint": target.server}}
    tools = [
        {"name": tool.name, "description": tool.description, "inputSchema": {"type": "object"}}
        for tool in target.tools
    ]
    arn = page.place.function_arn(str(target.function))
    return {"lambda": {"lambdaArn": arn, "toolSchema": {"inlinePayload": tools}}}


def _credential(page: Page, target: Target) -> Line:
    if target.provider is None:
        return {"credentialProviderType": "GATEWAY_IAM_ROLE"}
    if target.scopes:
        provider = {
            "providerArn": provider_arn(page, "oauth2credentialprovider", target.provider),
            "scopes": list(target.scopes),
        }
        return {
            "credentialProviderType": "OAUTH",
            "credentialProvider": {"oauthCredentialProvider": provider},
        }
    key = {"providerArn": provider_arn(page, "apikeycredentialprovider", target.provider)}
    return {
        "credentialProviderType": "API_KEY",
        "credentialProvider": {"apiKeyCredentialProvider": key},
    }


def provider_arn(page: Page, kind: str, name: str) -> str:
    """Return the ARN of a credential provider in the account's token vault."""
    return core_arn(page, "token-vault", f"default/{kind}/{name}")


def _memories(page: Page, memories: dict[str, str]) -> Iterator[Line]:
    found = []
    for name, created in memories.items():
        key = core_key(page, "memory", name)
        arn = core_arn(page, "memory", key)
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


def prompt_arn(page: Page, name: str) -> str:
    """Return the ARN of a managed prompt."""
    key = ident(f"{page.place.account}/prompt/{name}")
    return f"arn:aws:bedrock:{page.place.region}:{page.place.account}:prompt/{key}"


def _definition(page: Page, flow: Flow) -> Line:
    nodes = [
        {"name": "Input", "type": "Input", "configuration": {"input": {}}},
        *_middle(page, flow),
        {"name": "Output", "type": "Output", "configuration": {"output": {}}},
    ]
    names = [str(node["name"]) for node in nodes]
    connections = [
        {"type": "Data", "name": f"{one}To{other}", "source": one, "target": other}
        for one, other in pairwise(names)
    ]
    return {"nodes": nodes, "connections": connections}


def _middle(page: Page, flow: Flow) -> Iterator[Line]:
    place = page.place
    if flow.function:
        reach: Line = {"lambdaFunction": {"lambdaArn": place.function_arn(flow.function)}}
        yield {"name": "Register", "type": "LambdaFunction", "configuration": reach}
    if flow.base:
        reach = {"knowledgeBase": {"knowledgeBaseId": place.base_id(flow.base)}}
        yield {"name": "LookUp", "type": "KnowledgeBase", "configuration": reach}
    if flow.prompt:
        source = {"resource": {"promptArn": prompt_arn(page, flow.prompt)}}
        reach = {"prompt": {"sourceConfiguration": source}}
        yield {"name": "Write", "type": "Prompt", "configuration": reach}
    if flow.agent:
        agent = next(one for one in place.agents if one.name == flow.agent)
        alias = place.alias_arn(agent.name, next(iter(agent.aliases)))
        reach = {"agent": {"agentAliasArn": alias}}
        yield {"name": "AskAgent", "type": "Agent", "configuration": reach}


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
