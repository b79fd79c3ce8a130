"""Agents: AI principals with an execution role, their versions, and what serves them."""

from enum import StrEnum

from recert.estate.base import Concealed, Frozen, Instant, Tags
from recert.estate.companions import Access, Integration
from recert.estate.integrations import ActionGroup, Collaborator, GuardrailRef, KnowledgeBaseLink

DRAFT = "DRAFT"
"""The working copy of a Bedrock agent or flow."""
CURRENT = "current"
"""The one version, and its one alias, of what has no versions: a change of it is live at once."""
TEST_ALIAS = "TSTALIASID"
"""The alias that every Bedrock agent and flow has and no listing needs to show: it reaches the draft."""
SUPERVISORS = frozenset({"SUPERVISOR", "SUPERVISOR_ROUTER"})
"""The collaboration of a Bedrock agent that drives others."""


class AgentKind(StrEnum):
    """The families of agents that recert knows."""

    BEDROCK_AGENT = "bedrock-agent"
    BEDROCK_FLOW = "bedrock-flow"
    AGENTCORE_RUNTIME = "agentcore-runtime"
    AGENTCORE_HARNESS = "agentcore-harness"
    AGENTCORE_GATEWAY = "agentcore-gateway"
    STATE_MACHINE = "state-machine"
    UNREGISTERED = "unregistered"


class Alias(Frozen):
    """What callers invoke, a Bedrock alias or an AgentCore endpoint, and the versions that it serves.

    `test` marks the built-in alias that always reaches the draft; `throughputs` are the provisioned
    models that it runs its versions on.
    """

    id: str
    name: str
    arn: str | None = None
    versions: tuple[str, ...] = ()
    test: bool = False
    status: str | None = None
    throughputs: tuple[str, ...] = ()


class AgentVersion(Frozen):
    """What runs when a version is served. `DRAFT` is the working copy.

    `prompt_models` are the models that single prompts override `model` with, as `TYPE: model`.
    `image_digest` is what the tag of a container image in `artifact` stood for. `request_headers`
    reach the code of a runtime from its callers. A field that AWS does not show for this version, or
    that could not be read, is named in `unknown`.
    """

    version: str
    role_arn: str | None = None
    model: str | None = None
    instruction: Concealed | None = None
    guardrail: GuardrailRef | None = None
    action_groups: tuple[ActionGroup, ...] = ()
    knowledge_bases: tuple[KnowledgeBaseLink, ...] = ()
    collaborators: tuple[Collaborator, ...] = ()
    collaboration: str | None = None
    prompt_overrides: Concealed | None = None
    prompt_models: tuple[str, ...] = ()
    parser_function_arn: str | None = None
    orchestration: str | None = None
    orchestration_function_arn: str | None = None
    kms_key_arn: str | None = None
    memory: tuple[str, ...] = ()
    idle_session_seconds: int | None = None
    artifact: str | None = None
    image_digest: str | None = None
    environment: dict[str, Concealed] = {}
    network: tuple[str, ...] = ()
    protocol: str | None = None
    request_headers: tuple[str, ...] = ()
    web_acl_arn: str | None = None
    web_acl_failure: str | None = None
    """What a gateway does where its firewall cannot answer: `FAIL_OPEN` lets the request through."""
    access: Access | None = None
    integrations: tuple[Integration, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Tell whether this is the working copy."""
        return self.version == DRAFT


class Steward(Frozen):
    """Who stands in for an owner that nobody can ask: `rung` is `backup`, `team` or `fallback`."""

    rung: str
    name: str


class Agent(Frozen):
    """An agent with every version that something serves, and its draft.

    `owner` and `purpose` come from tags or from the store (`recert agent set`); None is *not
    stated*; `tags` None is *could not be read*. `owner_source` names the rung of the ladder that
    gave the owner (`tag`, `registry`, `mapping`), `stewards` who stands in, in order;
    `registry_known` is False where a registry that may state more could not be read.
    """

    arn: str
    id: str
    name: str
    kind: AgentKind
    account: str
    region: str
    status: str | None = None
    description: str | None = None
    tags: Tags | None = {}
    owner: str | None = None
    purpose: str | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None
    versions: tuple[AgentVersion, ...] = ()
    aliases: tuple[Alias, ...] = ()
    aliases_known: bool = True
    resource_policy: str | None = None
    resource_policy_known: bool = True
    managed_runtime_arn: str | None = None
    owner_source: str | None = None
    purpose_source: str | None = None
    registry_known: bool = True
    stewards: tuple[Steward, ...] = ()

    @property
    def draft(self) -> AgentVersion | None:
        """Return the working copy, None where it could not be read."""
        return next((item for item in self.versions if item.is_draft), None)

    @property
    def live_versions(self) -> tuple[str, ...]:
        """Return what an alias or endpoint serves, in numeric order; a draft is never live."""
        found = {
            version
            for alias in self.aliases
            if not alias.test
            for version in alias.versions
            if version != DRAFT
        }
        return tuple(sorted(found, key=lambda text: (len(text), text)))

    @property
    def draft_served(self) -> bool:
        """Tell whether an alias other than the built-in test alias routes to the draft."""
        return any(DRAFT in alias.versions for alias in self.aliases if not alias.test)

    def version(self, version: str) -> AgentVersion | None:
        """Return one version, None where it was not read."""
        return next((item for item in self.versions if item.version == version), None)

    @property
    def reviewed_versions(self) -> tuple[AgentVersion, ...]:
        """Return what a review judges: the live versions, else the draft, else the newest one read."""
        live = tuple(
            found for name in self.live_versions if (found := self.version(name)) is not None
        )
        if live:
            return live
        return (self.draft,) if self.draft is not None else self.versions[-1:]

    @property
    def role_arns(self) -> tuple[str, ...]:
        """Return the execution roles of the reviewed versions, newest first, without repeats."""
        roles = [item.role_arn for item in reversed(self.reviewed_versions) if item.role_arn]
        return tuple(dict.fromkeys(roles))

    @property
    def execution_role_arn(self) -> str | None:
        """Return the role of the newest reviewed version, None where there is none or none was read."""
        return self.role_arns[0] if self.role_arns else None
