"""What a demo writes to functions, buckets, agents and gateways, on top of what was recorded.

Answers the calls by which access is taken away and looked at again as the services do: their errors,
a draft that has to be prepared again, a policy that is gone with its last statement. Like the IAM of
`iam_account` it is changed by calls and by nothing else.
"""

import copy
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from recert.aws.iam_account import IamRefusal

Recorded = Callable[[str, str, Mapping[str, Any]], dict[str, Any] | None]
"""Returns what the recording answers to a call of a service; None where it holds no answer."""
_Params = dict[str, Any]


def _missing(what: str) -> IamRefusal:
    return IamRefusal("ResourceNotFoundException", f"{what} cannot be found.", 404)


class ResourceAccount:
    """The resources of one account and region."""

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        self._recorded = recorded
        self._now = now
        self._functions: dict[str, list[dict[str, Any]]] = {}
        self._revisions: dict[str, int] = {}
        self._buckets: dict[str, str | None] = {}
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}
        self._bases: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._status: dict[str, str] = {}
        self._targets: dict[str, dict[str, dict[str, Any]]] = {}

    def call(self, service: str, operation: str, params: _Params) -> dict[str, Any]:
        """Answer one operation; raises IamRefusal, KeyError for an operation not known here."""
        return RESOURCE_OPERATIONS[service, operation](self, params)

    # -- functions ----------------------------------------------------------------------------

    def _statements(self, function: str) -> list[dict[str, Any]]:
        if function not in self._functions:
            found = self._recorded("lambda", "GetPolicy", {"FunctionName": function})
            body = json.loads(found["Policy"]) if found and found.get("Policy") else {}
            held = body.get("Statement") or []
            self._functions[function] = list(held) if isinstance(held, list) else [held]
        return self._functions[function]

    def _revision(self, function: str) -> str:
        return f"{self._revisions.get(function, 0):08d}-0000-4000-8000-000000000000"

    def get_function_policy(self, params: _Params) -> dict[str, Any]:
        """Read the policy of a function."""
        function = str(params["FunctionName"])
        statements = self._statements(function)
        if not statements:
            raise _missing("The policy of the function")
        body = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return {"Policy": json.dumps(body), "RevisionId": self._revision(function)}

    def remove_permission(self, params: _Params) -> dict[str, Any]:
        """Take one statement out of the policy of a function."""
        function, sid = str(params["FunctionName"]), params["StatementId"]
        statements = self._statements(function)
        asked = params.get("RevisionId")
        if asked is not None and asked != self._revision(function):
            message = "The revision id does not match."
            raise IamRefusal("PreconditionFailedException", message, 412)
        left = [one for one in statements if one.get("Sid") != sid]
        if len(left) == len(statements):
            raise _missing(f"Statement {sid}")
        self._functions[function] = left
        self._revisions[function] = self._revisions.get(function, 0) + 1
        return {}

    def add_permission(self, params: _Params) -> dict[str, Any]:
        """Put one statement into the policy of a function."""
        function, sid = str(params["FunctionName"]), params["StatementId"]
        statements = self._statements(function)
        if any(one.get("Sid") == sid for one in statements):
            message = f"The statement id ({sid}) provided already exists."
            raise IamRefusal("ResourceConflictException", message, 409)
        condition: dict[str, dict[str, str]] = {}
        if params.get("SourceAccount"):
            condition["StringEquals"] = {"AWS:SourceAccount": params["SourceAccount"]}
        if params.get("SourceArn"):
            condition["ArnLike"] = {"AWS:SourceArn": params["SourceArn"]}
        statement: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": params["Principal"]},
            "Action": params["Action"],
            "Resource": function,
        }
        if condition:
            statement["Condition"] = condition
        self._functions[function] = [*statements, statement]
        self._revisions[function] = self._revisions.get(function, 0) + 1
        return {"Statement": json.dumps(statement)}

    # -- buckets ------------------------------------------------------------------------------

    def get_bucket_policy(self, params: _Params) -> dict[str, Any]:
        """Read the policy of a bucket."""
        bucket = str(params["Bucket"])
        if bucket not in self._buckets:
            found = self._recorded("s3", "GetBucketPolicy", {"Bucket": bucket})
            self._buckets[bucket] = (found or {}).get("Policy")
        policy = self._buckets[bucket]
        if policy is None:
            raise IamRefusal("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
        return {"Policy": policy}

    def put_bucket_policy(self, params: _Params) -> dict[str, Any]:
        """Write the policy of a bucket."""
        try:
            body = json.loads(params["Policy"])
        except ValueError as error:
            message = "Policies must be valid JSON"
            raise IamRefusal("MalformedPolicy", message) from error
        if not isinstance(body, dict) or not body.get("Statement"):
            raise IamRefusal("MalformedPolicy", "Missing required field Statement")
        self._buckets[str(params["Bucket"])] = params["Policy"]
        return {}

    def delete_bucket_policy(self, params: _Params) -> dict[str, Any]:
        """Delete the policy of a bucket."""
        self._buckets[str(params["Bucket"])] = None
        return {}

    # -- agents -------------------------------------------------------------------------------

    def get_agent(self, params: _Params) -> dict[str, Any]:
        """Read the draft of an agent."""
        found = self._known("GetAgent", params, f"Agent {params['agentId']}")
        agent = dict(found["agent"])
        agent["agentStatus"] = self._status.get(params["agentId"], agent.get("agentStatus"))
        return {**found, "agent": agent}

    def prepare_agent(self, params: _Params) -> dict[str, Any]:
        """Prepare the draft of an agent."""
        self.get_agent(params)
        self._status[params["agentId"]] = "PREPARED"
        return {
            "agentId": params["agentId"],
            "agentStatus": "PREPARED",
            "agentVersion": "DRAFT",
            "preparedAt": self._now,
        }

    def get_group(self, params: _Params) -> dict[str, Any]:
        """Read an action group."""
        key = (params["agentId"], params["actionGroupId"])
        if params["agentVersion"] == "DRAFT" and key in self._groups:
            return {"agentActionGroup": self._groups[key]}
        return self._known("GetAgentActionGroup", params, f"Action group {key[1]}")

    def list_groups(self, params: _Params) -> dict[str, Any]:
        """List the action groups of a version."""
        found = self._known("ListAgentActionGroups", params, f"Agent {params['agentId']}")
        if params["agentVersion"] != "DRAFT":
            return found
        summaries = copy.deepcopy(found.get("actionGroupSummaries") or [])
        for one in summaries:
            changed = self._groups.get((params["agentId"], one["actionGroupId"]))
            if changed is not None:
                one["actionGroupState"] = changed["actionGroupState"]
                one["actionGroupName"] = changed["actionGroupName"]
        return {**found, "actionGroupSummaries": summaries}

    def update_group(self, params: _Params) -> dict[str, Any]:
        """Change an action group of the draft: what is not sent along is not there any more."""
        before = self.get_group({**params, "agentVersion": "DRAFT"})["agentActionGroup"]
        kept = {
            name: before[name]
            for name in ("agentId", "agentVersion", "actionGroupId", "createdAt", "clientToken")
            if name in before
        }
        sent = {name: value for name, value in params.items() if name not in kept}
        signature = sent.pop("parentActionGroupSignature", None)
        if signature is not None:
            sent["parentActionSignature"] = signature
        state = params.get("actionGroupState") or before.get("actionGroupState")
        group = {**kept, **sent, "actionGroupState": state, "updatedAt": self._now}
        self._groups[params["agentId"], params["actionGroupId"]] = group
        self._status[params["agentId"]] = "NOT_PREPARED"
        return {"agentActionGroup": group}

    def list_bases(self, params: _Params) -> dict[str, Any]:
        """List the knowledge bases of a version."""
        found = self._known("ListAgentKnowledgeBases", params, f"Agent {params['agentId']}")
        if params["agentVersion"] != "DRAFT":
            return found
        changed = {
            base: link for (agent, base), link in self._bases.items() if agent == params["agentId"]
        }
        held = [
            one
            for one in found.get("agentKnowledgeBaseSummaries") or ()
            if one["knowledgeBaseId"] not in changed
        ]
        held += [link for link in changed.values() if link is not None]
        return {**found, "agentKnowledgeBaseSummaries": held}

    def get_base(self, params: _Params) -> dict[str, Any]:
        """Read the association with a knowledge base."""
        asked = {"agentId": params["agentId"], "agentVersion": params["agentVersion"]}
        for one in self.list_bases(asked)["agentKnowledgeBaseSummaries"]:
            if one["knowledgeBaseId"] == params["knowledgeBaseId"]:
                body = {**asked, **one, "createdAt": self._now}
                return {"agentKnowledgeBase": body}
        raise _missing(f"Knowledge base {params['knowledgeBaseId']}")

    def associate(self, params: _Params) -> dict[str, Any]:
        """Associate the draft with a knowledge base."""
        link = {
            "knowledgeBaseId": params["knowledgeBaseId"],
            "description": params["description"],
            "knowledgeBaseState": params.get("knowledgeBaseState") or "ENABLED",
            "updatedAt": self._now,
        }
        self._bases[params["agentId"], params["knowledgeBaseId"]] = link
        self._status[params["agentId"]] = "NOT_PREPARED"
        return self.get_base(params)

    def disassociate(self, params: _Params) -> dict[str, Any]:
        """Take a knowledge base from the draft."""
        self.get_base(params)
        self._bases[params["agentId"], params["knowledgeBaseId"]] = None
        self._status[params["agentId"]] = "NOT_PREPARED"
        return {}

    def _known(self, operation: str, params: _Params, what: str) -> dict[str, Any]:
        found = self._recorded("bedrock-agent", operation, params)
        if found is None:
            raise _missing(what)
        return found

    # -- gateways -----------------------------------------------------------------------------

    def _held(self, gateway: str) -> dict[str, dict[str, Any]]:
        if gateway not in self._targets:
            asked = {"gatewayIdentifier": gateway}
            listed = self._recorded(_CORE, "ListGatewayTargets", asked) or {}
            self._targets[gateway] = {}
            for one in listed.get("items") or ():
                key = str(one["targetId"])
                detail = self._recorded(_CORE, "GetGatewayTarget", {**asked, "targetId": key})
                self._targets[gateway][key] = {**one, **(detail or {})}
        return self._targets[gateway]

    def list_targets(self, params: _Params) -> dict[str, Any]:
        """List the targets of a gateway."""
        held = self._held(str(params["gatewayIdentifier"]))
        return {"items": [_only(one, _SUMMARY) for one in held.values()]}

    def get_target(self, params: _Params) -> dict[str, Any]:
        """Read one target of a gateway."""
        held = self._held(str(params["gatewayIdentifier"]))
        if params["targetId"] not in held:
            raise _missing(f"Target {params['targetId']}")
        return dict(held[params["targetId"]])

    def delete_target(self, params: _Params) -> dict[str, Any]:
        """Delete a target."""
        found = self.get_target(params)
        del self._held(str(params["gatewayIdentifier"]))[params["targetId"]]
        return {
            "gatewayArn": found.get("gatewayArn"),
            "targetId": params["targetId"],
            "status": "DELETING",
        }

    def create_target(self, params: _Params) -> dict[str, Any]:
        """Make a target; its id is one that was never used."""
        gateway = str(params["gatewayIdentifier"])
        held = self._held(gateway)
        number = len(held) + 1
        while f"TARGET{number:04d}" in held or self._recorded(
            _CORE,
            "GetGatewayTarget",
            {"gatewayIdentifier": gateway, "targetId": f"TARGET{number:04d}"},
        ):
            number += 1
        key = f"TARGET{number:04d}"
        body = {name: value for name, value in params.items() if name != "gatewayIdentifier"}
        body.setdefault("credentialProviderConfigurations", [])
        held[key] = {
            "gatewayArn": next((one.get("gatewayArn") for one in held.values()), gateway),
            "targetId": key,
            "createdAt": self._now,
            "updatedAt": self._now,
            "status": "READY",
            **body,
        }
        return dict(held[key])


_CORE = "bedrock-agentcore-control"
_SUMMARY = (
    "targetId",
    "name",
    "status",
    "description",
    "createdAt",
    "updatedAt",
    "targetType",
    "listingMode",
)


def _only(found: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}


_Answer = Callable[[ResourceAccount, _Params], dict[str, Any]]
RESOURCE_WRITES: dict[tuple[str, str], _Answer] = {
    ("lambda", "AddPermission"): ResourceAccount.add_permission,
    ("lambda", "RemovePermission"): ResourceAccount.remove_permission,
    ("s3", "PutBucketPolicy"): ResourceAccount.put_bucket_policy,
    ("s3", "DeleteBucketPolicy"): ResourceAccount.delete_bucket_policy,
    ("bedrock-agent", "AssociateAgentKnowledgeBase"): ResourceAccount.associate,
    ("bedrock-agent", "DisassociateAgentKnowledgeBase"): ResourceAccount.disassociate,
    ("bedrock-agent", "PrepareAgent"): ResourceAccount.prepare_agent,
    ("bedrock-agent", "UpdateAgentActionGroup"): ResourceAccount.update_group,
    (_CORE, "CreateGatewayTarget"): ResourceAccount.create_target,
    (_CORE, "DeleteGatewayTarget"): ResourceAccount.delete_target,
}
RESOURCE_OPERATIONS: dict[tuple[str, str], _Answer] = {
    **RESOURCE_WRITES,
    ("lambda", "GetPolicy"): ResourceAccount.get_function_policy,
    ("s3", "GetBucketPolicy"): ResourceAccount.get_bucket_policy,
    ("bedrock-agent", "GetAgent"): ResourceAccount.get_agent,
    ("bedrock-agent", "GetAgentActionGroup"): ResourceAccount.get_group,
    ("bedrock-agent", "ListAgentActionGroups"): ResourceAccount.list_groups,
    ("bedrock-agent", "GetAgentKnowledgeBase"): ResourceAccount.get_base,
    ("bedrock-agent", "ListAgentKnowledgeBases"): ResourceAccount.list_bases,
    (_CORE, "GetGatewayTarget"): ResourceAccount.get_target,
    (_CORE, "ListGatewayTargets"): ResourceAccount.list_targets,
}
