"""The drafts of Bedrock agents, with what a demo wrote to them."""

import copy
from datetime import datetime
from typing import Any, ClassVar

from recert.aws.overlay.service import Operations, Output, Params, Recorded, Service, missing
from recert.estate.agents import DRAFT


class AgentDrafts(Service):
    """The drafts of agents, their action groups and knowledge bases; prepared again after a change."""

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        super().__init__(recorded, now)
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}
        self._bases: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._status: dict[str, str] = {}

    def get_agent(self, params: Params) -> Output:
        """Read the draft of an agent."""
        found = self._known("GetAgent", params, f"Agent {params['agentId']}")
        agent = dict(found["agent"])
        agent["agentStatus"] = self._status.get(params["agentId"], agent.get("agentStatus"))
        return {**found, "agent": agent}

    def prepare_agent(self, params: Params) -> Output:
        """Prepare the draft of an agent."""
        self.get_agent(params)
        self._status[params["agentId"]] = "PREPARED"
        return {
            "agentId": params["agentId"],
            "agentStatus": "PREPARED",
            "agentVersion": DRAFT,
            "preparedAt": self._now,
        }

    def get_group(self, params: Params) -> Output:
        """Read an action group."""
        key = (params["agentId"], params["actionGroupId"])
        if params["agentVersion"] == DRAFT and key in self._groups:
            return {"agentActionGroup": self._groups[key]}
        return self._known("GetAgentActionGroup", params, f"Action group {key[1]}")

    def list_groups(self, params: Params) -> Output:
        """List the action groups of a version."""
        found = self._known("ListAgentActionGroups", params, f"Agent {params['agentId']}")
        if params["agentVersion"] != DRAFT:
            return found
        summaries = copy.deepcopy(found.get("actionGroupSummaries") or [])
        for one in summaries:
            changed = self._groups.get((params["agentId"], one["actionGroupId"]))
            if changed is not None:
                one["actionGroupState"] = changed["actionGroupState"]
                one["actionGroupName"] = changed["actionGroupName"]
        return {**found, "actionGroupSummaries": summaries}

    def update_group(self, params: Params) -> Output:
        """Change an action group of the draft: what is not sent along is not there any more."""
        before = self.get_group({**params, "agentVersion": DRAFT})["agentActionGroup"]
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

    def list_bases(self, params: Params) -> Output:
        """List the knowledge bases of a version."""
        found = self._known("ListAgentKnowledgeBases", params, f"Agent {params['agentId']}")
        if params["agentVersion"] != DRAFT:
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

    def get_base(self, params: Params) -> Output:
        """Read the association with a knowledge base."""
        asked = {"agentId": params["agentId"], "agentVersion": params["agentVersion"]}
        for one in self.list_bases(asked)["agentKnowledgeBaseSummaries"]:
            if one["knowledgeBaseId"] == params["knowledgeBaseId"]:
                body = {**asked, **one, "createdAt": self._now}
                return {"agentKnowledgeBase": body}
        raise missing(f"Knowledge base {params['knowledgeBaseId']}")

    def associate(self, params: Params) -> Output:
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

    def disassociate(self, params: Params) -> Output:
        """Take a knowledge base from the draft."""
        self.get_base(params)
        self._bases[params["agentId"], params["knowledgeBaseId"]] = None
        self._status[params["agentId"]] = "NOT_PREPARED"
        return {}

    def _known(self, operation: str, params: Params, what: str) -> dict[str, Any]:
        found = self._recorded(operation, params)
        if found is None:
            raise missing(what)
        return found

    WRITES: ClassVar[Operations] = {
        "AssociateAgentKnowledgeBase": associate,
        "DisassociateAgentKnowledgeBase": disassociate,
        "PrepareAgent": prepare_agent,
        "UpdateAgentActionGroup": update_group,
    }
    READS: ClassVar[Operations] = {
        "GetAgent": get_agent,
        "GetAgentActionGroup": get_group,
        "ListAgentActionGroups": list_groups,
        "GetAgentKnowledgeBase": get_base,
        "ListAgentKnowledgeBases": list_bases,
    }
