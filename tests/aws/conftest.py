"""A network guard for every test of the room, and recordings built line by line."""

import io
import json
import socket
from collections.abc import Iterable
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.interface import Options, Reading
from recert.aws.keyring import Keyring
from recert.aws.overlay.iam import OPERATIONS
from recert.aws.read_table import every_read
from recert.aws.recording import Recording, read_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock

AT = "2026-11-01T09:00:00Z"
SET = "2026-10-01T00:00:00Z"
ACCOUNT = "111122223333"
REGION = "us-east-1"
KEY = Keyring(b"k" * 32)
PEOPLE = ("identitystore", "sso-admin")
"""Asked only where an organisation keeps its people there."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


class Tape:
    """Writes a recording; each method adds the lines of one thing."""

    def __init__(self, *, account: str = ACCOUNT, region: str = REGION, at: str = AT) -> None:
        self.lines: list[dict[str, Any]] = []
        self.account, self.region, self.at = account, region, at
        self.roles: list[dict[str, Any]] = []
        self.policies: list[dict[str, Any]] = []

    def add(
        self, service: str, operation: str, params: dict[str, Any], output: Any = None, **more: Any
    ) -> "Tape":
        line = {
            "at": self.at,
            "account": self.account,
            "region": self.region,
            "service": service,
            "operation": operation,
            "params": params,
            "status": 200,
        }
        if "error" not in more:
            line["output"] = output or {}
        self.lines.append({**line, **more})
        return self

    def refuse(
        self,
        service: str,
        operation: str,
        params: dict[str, Any] | None = None,
        code: str = "AccessDeniedException",
        status: int = 403,
    ) -> "Tape":
        error = {"Code": code, "Message": "no"}
        return self.add(service, operation, params or {}, status=status, error=error)

    def without(self, operation: str) -> "Tape":
        self.lines = [line for line in self.lines if line["operation"] != operation]
        return self

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def role(self, name: str, **more: Any) -> str:
        detail = {
            "Path": "/",
            "RoleName": name,
            "RoleId": f"AROA{name}",
            "Arn": self.role_arn(name),
            "CreateDate": SET,
            "AssumeRolePolicyDocument": TRUST,
            "RolePolicyList": [],
            "AttachedManagedPolicies": [],
        }
        self.roles.append({**detail, **more})
        return self.role_arn(name)

    def authority(self) -> "Tape":
        output = {"RoleDetailList": self.roles, "Policies": self.policies, "IsTruncated": False}
        return self.add("iam", "GetAccountAuthorizationDetails", {}, output, region="us-east-1")

    def function(self, name: str, **more: Any) -> str:
        arn = self.arn("lambda", f"function:{name}")
        asked = {"FunctionName": arn}
        detail = {
            "FunctionName": name,
            "FunctionArn": arn,
            "Role": self.role_arn(f"{name}-role"),
            "CodeSha256": "c" * 44,
            "Runtime": "python3.12",
        }
        self.add("lambda", "GetFunctionConfiguration", asked, {**detail, **more})
        self.refuse("lambda", "GetPolicy", asked, "ResourceNotFoundException", 404)
        return arn

    def agents(self, ids: Iterable[str]) -> "Tape":
        summaries = [
            {
                "agentId": one,
                "agentName": f"name-{one}",
                "agentStatus": "PREPARED",
                "updatedAt": SET,
            }
            for one in ids
        ]
        self.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": summaries})
        for summary in summaries:
            self.agent(summary["agentId"])
        return self

    def agent(self, agent_id: str, live: str = "4", **more: Any) -> dict[str, Any]:
        detail = {
            "agentId": agent_id,
            "agentName": f"name-{agent_id}",
            "agentArn": self.arn("bedrock", f"agent/{agent_id}"),
            "agentStatus": "PREPARED",
            "idleSessionTTLInSeconds": 600,
            "agentResourceRoleArn": self.role_arn(f"agent-{agent_id}"),
            "foundationModel": "anthropic.claude-3",
            "agentCollaboration": "DISABLED",
            "instruction": "Help people with their orders.",
            "createdAt": SET,
            "updatedAt": SET,
            **more,
        }
        asked = {"agentId": agent_id}
        self.add("bedrock-agent", "GetAgent", asked, {"agent": {**detail, "agentVersion": "DRAFT"}})
        frozen = {key: value for key, value in detail.items() if key not in DRAFT_ONLY}
        self.add(
            "bedrock-agent",
            "GetAgentVersion",
            {**asked, "agentVersion": live},
            {"agentVersion": {**frozen, "version": live}},
        )
        self.aliases(agent_id, {"TSTALIASID": "DRAFT", "PRODALIAS1": live})
        for version in ("DRAFT", live):
            which = {**asked, "agentVersion": version}
            self.add("bedrock-agent", "ListAgentActionGroups", which, {"actionGroupSummaries": []})
            self.add(
                "bedrock-agent",
                "ListAgentKnowledgeBases",
                which,
                {"agentKnowledgeBaseSummaries": []},
            )
        self.add(
            "bedrock-agent",
            "ListTagsForResource",
            {"resourceArn": detail["agentArn"]},
            {"tags": {"Owner": "alice@example.com", "purpose": "orders"}},
        )
        return detail

    def aliases(self, agent_id: str, routes: dict[str, str]) -> "Tape":
        summaries = [
            {
                "agentAliasId": alias,
                "agentAliasName": alias.lower(),
                "routingConfiguration": [{"agentVersion": version}],
                "agentAliasStatus": "PREPARED",
                "createdAt": SET,
                "updatedAt": SET,
            }
            for alias, version in routes.items()
        ]
        output = {"agentAliasSummaries": summaries}
        return self.add("bedrock-agent", "ListAgentAliases", {"agentId": agent_id}, output)

    def action_group(self, agent_id: str, version: str, group_id: str, **detail: Any) -> "Tape":
        which = {"agentId": agent_id, "agentVersion": version}
        group = {
            **which,
            "actionGroupId": group_id,
            "actionGroupName": f"name-{group_id}",
            "actionGroupState": "ENABLED",
            "updatedAt": SET,
        }
        keys = ("actionGroupId", "actionGroupName", "actionGroupState", "updatedAt")
        summary = {key: group[key] for key in keys}
        for line in self.lines:
            if line["operation"] == "ListAgentActionGroups" and line["params"] == which:
                line["output"]["actionGroupSummaries"].append(summary)
        asked = {**which, "actionGroupId": group_id}
        output = {"agentActionGroup": {**group, "createdAt": SET, **detail}}
        return self.add("bedrock-agent", "GetAgentActionGroup", asked, output)

    def knowledge_base(self, base_id: str, sources: dict[str, Any], **more: Any) -> "Tape":
        asked = {"knowledgeBaseId": base_id}
        detail = {
            **asked,
            "name": f"name-{base_id}",
            "knowledgeBaseArn": self.arn("bedrock", f"knowledge-base/{base_id}"),
            "roleArn": self.role_arn(f"kb-{base_id}"),
            "knowledgeBaseConfiguration": {"type": "VECTOR"},
            "status": "ACTIVE",
            "createdAt": SET,
            "updatedAt": SET,
            **more,
        }
        summary = {"name": detail["name"], "status": "ACTIVE", "updatedAt": SET, **asked}
        listed = {"knowledgeBaseSummaries": [summary]}
        self.add("bedrock-agent", "ListKnowledgeBases", {}, listed)
        self.add("bedrock-agent", "GetKnowledgeBase", asked, {"knowledgeBase": detail})
        common = {"status": "AVAILABLE", "updatedAt": SET, **asked}
        summaries = [{"dataSourceId": one, "name": one.lower(), **common} for one in sources]
        self.add("bedrock-agent", "ListDataSources", asked, {"dataSourceSummaries": summaries})
        for one, configuration in sources.items():
            source = {"dataSourceId": one, "name": one.lower(), "createdAt": SET, **common}
            source |= configuration
            self.add(
                "bedrock-agent",
                "GetDataSource",
                {**asked, "dataSourceId": one},
                {"dataSource": source},
            )
        tagged = {"resourceArn": detail["knowledgeBaseArn"]}
        return self.add("bedrock-agent", "ListTagsForResource", tagged, {"tags": {}})

    def empty_listings(self) -> "Tape":
        """Answer every listing that the tape does not hold with nothing, and every report with unread."""
        held = {(line["service"], line["operation"]) for line in self.lines}
        for read in every_read():
            key = (read.service, read.operation)
            if read.service in PEOPLE:
                continue
            if key not in held and read.operation.startswith(
                ("List", "DescribeTrails", "GetModel")
            ):
                self.add(*key, {}, {})
        code = "AWSOrganizationsNotInUseException"
        if ("organizations", "DescribeOrganization") not in held:
            self.refuse("organizations", "DescribeOrganization", {}, code, 400)
        return self

    def text(self) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)

    def recording(self) -> Recording:
        return read_recording(io.BytesIO(self.text()), name="tape")

    def source(self) -> ReplaySource:
        return ReplaySource(self.recording())

    def read(self, **options: Any) -> Reading:
        return collect(self.source(), clock=SystemClock(), keyring=KEY, options=Options(**options))


DRAFT_ONLY = ("orchestrationType", "customOrchestration")


@pytest.fixture
def tape() -> Tape:
    """An empty recording."""
    return Tape()


@pytest.fixture
def two_agents(tape: Tape) -> Tape:
    """Two agents with their roles, without anything else."""
    tape.agents(["AGENT00001", "AGENT00002"])
    for one in ("AGENT00001", "AGENT00002"):
        tape.role(f"agent-{one}")
    return tape.authority()


@pytest.fixture
def every_iam_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a writer make the calls of IAM that only proposals name."""
    monkeypatch.setattr("recert.aws.writer.WRITES", {"iam": tuple(OPERATIONS)})
