"""Each row of the trigger catalogue: exactly that change gives exactly that event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from recert.analysis import fingerprint
from recert.estate.agents import Agent, Alias
from recert.estate.authority import InlinePolicy
from recert.estate.estate import Coverage, Estate, Gap
from recert.estate.integrations import DataSource, GuardrailRef, KnowledgeBaseLink, ToolFunction
from recert.lifecycle import compare

Change = Callable[[Any, Estate], Estate]


@dataclass(frozen=True)
class Row:
    name: str
    change: Change
    kind: str
    severity: str
    live: bool = True
    agent: str = "HR"
    holds: tuple[str, ...] = ()


def draft(**changes: Any) -> Change:
    return lambda w, e: w.with_version(e, w.HR, "DRAFT", **{k: v(w) for k, v in changes.items()})


def live(**changes: Any) -> Change:
    return lambda w, e: w.with_version(e, w.HR, "1", **{k: v(w) for k, v in changes.items()})


def about(**changes: Any) -> Change:
    return lambda w, e: w.with_agent(e, w.HR, lambda a: a.model_copy(update=changes))


def hr_role(**changes: Any) -> Change:
    return lambda w, e: w.with_role(e, w.HR_ROLE, **{k: v(w, e) for k, v in changes.items()})


def function(**changes: Any) -> Change:
    def change(w: Any, e: Estate) -> Estate:
        new = e.functions[0].model_copy(update={k: v(w) for k, v in changes.items()})
        return w.later(e, functions=(new,))

    return change


def base(**changes: Any) -> Change:
    def change(w: Any, e: Estate) -> Estate:
        new = e.knowledge_bases[0].model_copy(update={k: v(w) for k, v in changes.items()})
        return w.later(e, knowledge_bases=(new,))

    return change


def sources(*more: DataSource) -> Callable[[Any], tuple[DataSource, ...]]:
    return lambda w: (*w.small().knowledge_bases[0].data_sources, *more)


def inline(action: Any, resource: str = "*", **more: Any) -> Callable[[Any, Estate], Any]:
    def change(w: Any, e: Estate) -> tuple[InlinePolicy, ...]:
        role = e.roles_by_arn[w.HR_ROLE]
        document = w.policy(w.allow(action, resource, **more))
        return (*role.inline, InlinePolicy(name="extra", document=document))

    return change


def group(**changes: Any) -> Callable[[Any], Any]:
    return lambda w: (w.GROUP.model_copy(update=changes),)


def boundary_document(text: Callable[[Any], str]) -> Change:
    def change(w: Any, e: Estate) -> Estate:
        policies = tuple(
            item.model_copy(update={"document": text(w), "version_id": "v2"})
            if item.arn == w.BOUNDARY
            else item
            for item in e.managed_policies
        )
        return w.later(e, managed_policies=policies)

    return change


def shared_document(text: Callable[[Any], str]) -> Change:
    def change(w: Any, e: Estate) -> Estate:
        policies = tuple(
            item.model_copy(update={"document": text(w), "version_id": "v2"})
            if item.arn == w.SHARED_POLICY
            else item
            for item in e.managed_policies
        )
        return w.later(e, managed_policies=policies)

    return change


def new_agent(w: Any, e: Estate) -> Estate:
    fresh = w.agent(w.arn("NEW0000001"), w.version("DRAFT", w.TOOL_ROLE), live=None)
    return w.later(e, agents=(*e.agents, fresh))


def removed_agent(w: Any, e: Estate) -> Estate:
    return w.later(e, agents=tuple(item for item in e.agents if item.arn != w.HR))


def shares(w: Any, e: Estate) -> Estate:
    return w.with_version(e, w.BANK, "DRAFT", role_arn=w.HR_ROLE)


def route(w: Any, e: Estate) -> Estate:
    def change(item: Agent) -> Agent:
        return item.model_copy(
            update={
                "versions": (*item.versions, w.version("2")),
                "aliases": (item.aliases[0], Alias(id="PROD", name="prod", versions=("2",))),
            }
        )

    return w.with_agent(e, w.HR, change)


def gap(w: Any, e: Estate) -> Estate:
    found = Gap(
        account=w.ACCOUNT, region=w.REGION, service="bedrock-agent",
        operation="ListAgentActionGroups", error="AccessDeniedException",
        effect="its action groups are unknown", subject="HR00000001",
    )  # fmt: skip
    silent = w.with_version(e, w.HR, "1", action_groups=())
    return w.later(silent, coverage=Coverage(gaps=(found,)))


NEW_GROUP = {"id": "AG2", "name": "Refund"}
CONFLUENCE = DataSource(id="DS2", name="wiki", kind="CONFLUENCE", urls=("https://wiki",))
SECRET_BUCKET = DataSource(id="DS2", name="pay", kind="S3", bucket_arn="arn:aws:s3:::payroll")
MATE = lambda w: (w.COLLABORATOR,)  # noqa: E731  # as short as the rows that use it

ROWS = [
    Row("1 new agent", new_agent, "agent.added", "high", False, "NEW", ("new",)),
    Row(
        "2 action group added to the draft",
        draft(action_groups=lambda w: (w.GROUP, w.GROUP.model_copy(update=NEW_GROUP))),
        "action_group.added", "high", False, holds=("Refund", "function:tool"),
    ),
    Row(
        "2 action group added to what runs",
        live(action_groups=lambda w: (w.GROUP, w.GROUP.model_copy(update=NEW_GROUP))),
        "action_group.added", "critical", holds=("Refund", "function:tool"),
    ),
    Row("2 action group disabled", live(action_groups=group(state="DISABLED")),
        "action_group.disabled", "low"),
    Row("3 other function", draft(action_groups=group(function_arn="arn:aws:lambda:x:1:function:y")),
        "action_group.changed", "high", False, holds=("function:y",)),
    Row("4 code changed", function(code_sha256=lambda w: "two"), "function.code_changed", "high",
        holds=("one", "two")),
    Row("4 layer added", function(layers=lambda w: ("arn:layer",)), "function.code_changed", "high"),
    Row("5 function's role swapped", function(role_arn=lambda w: w.BASE_ROLE),
        "function.role_swapped", "critical", holds=("role/tool", "role/base")),
    Row(
        "6 invoke policy without a source",
        function(resource_policy=lambda w: w.policy({
            "Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": w.TOOL})),
        "function.policy_widened", "critical",
    ),
    Row("7 writing tool", draft(action_groups=group(functions=(
        ToolFunction(name="get_time_off", parameters=("employee",)),
        ToolFunction(name="request_time_off", requires_confirmation=True),
        ToolFunction(name="delete_employee"),
    ))), "action_group.changed", "high", False, holds=("delete_employee",)),
    Row("7 schema changed", draft(action_groups=group(schema_digest="x")),
        "action_group.changed", "medium", False),
    Row("8 confirmation removed", draft(action_groups=group(functions=(
        ToolFunction(name="get_time_off", parameters=("employee",)),
        ToolFunction(name="request_time_off"),
    ))), "action_group.changed", "high", False, holds=("request_time_off",)),
    Row("9 code interpreter", draft(action_groups=lambda w: (
        w.GROUP, w.GROUP.model_copy(update={
            "id": "AG9", "name": "code", "executor": "builtin", "function_arn": None,
            "functions": (), "signature": "AMAZON.CodeInterpreter"}))),
        "action_group.added", "high", False, holds=("AMAZON.CodeInterpreter",)),
    Row("10 parser set", draft(parser_function_arn=lambda w: w.TOOL), "parser.changed", "high", False),
    Row("10 orchestration", draft(orchestration=lambda w: "CUSTOM_ORCHESTRATION"),
        "orchestration.changed", "high", False),
    Row("11 knowledge base disabled then", live(knowledge_bases=lambda w: (
        KnowledgeBaseLink(id="KB00000001", state="DISABLED"),)), "knowledge_base.disabled", "low"),
    Row("11 knowledge base removed", live(knowledge_bases=lambda w: ()),
        "knowledge_base.removed", "low"),
    Row("11 knowledge base added", draft(knowledge_bases=lambda w: (
        KnowledgeBaseLink(id="KB00000001", state="ENABLED"),
        KnowledgeBaseLink(id="KB2", state="ENABLED"))), "knowledge_base.added", "high", False,
        holds=("KB2",)),
    Row("12 data source added", base(data_sources=sources(CONFLUENCE)), "data_source.added",
        "critical", holds=("wiki",)),
    Row("12 bucket added", base(data_sources=sources(SECRET_BUCKET)), "data_source.added",
        "critical", holds=("payroll",)),
    Row("12 prefix narrowed", base(data_sources=lambda w: (
        w.small().knowledge_bases[0].data_sources[0].model_copy(update={"prefixes": ("a/",)}),)),
        "data_source.changed", "low"),
    Row("13 base's role swapped", base(role_arn=lambda w: w.TOOL_ROLE),
        "knowledge_base.role_swapped", "critical"),
    Row("13 store changed", base(storage_arns=lambda w: ("arn:other",)), "knowledge_base.changed",
        "critical"),
    Row("14 classification raised", lambda w, e: w.later(e, buckets=(e.buckets[0].model_copy(
        update={"tags": {"data-classification": "Confidential"}}),)), "data_class.raised", "critical",
        holds=("confidential", "hr-handbook")),
    Row("15 collaborator added", draft(collaborators=MATE), "collaborator.added", "high", False),
    Row("15 collaborator in another account", draft(collaborators=lambda w: (
        w.COLLABORATOR.model_copy(update={"alias_arn": w.COLLABORATOR.alias_arn.replace(
            w.ACCOUNT, "999999999999")}),)), "collaborator.added", "critical", False),
    Row("16 model changed", draft(model=lambda w: "amazon.nova-pro-v1:0"), "model.changed",
        "medium", False),
    Row("16 model changed in what runs", live(model=lambda w: "amazon.nova-pro-v1:0"),
        "model.changed", "high"),
    Row("16 model outside Bedrock", draft(model=lambda w: "openai/gpt"), "model.changed", "high",
        False),
    Row("17 instruction changed", draft(instruction=lambda w: w.concealed("pay")),
        "instruction.changed", "high", False),
    Row("18 guardrail removed", draft(guardrail=lambda w: None), "guardrail.removed", "critical",
        False, holds=("GR00000001",)),
    Row("19 guardrail version", draft(guardrail=lambda w: GuardrailRef(
        identifier="GR00000001", version="DRAFT")), "guardrail.changed", "high", False),
    Row("19 guardrail weakened", lambda w, e: w.later(e, guardrails=(e.guardrails[0].model_copy(
        update={"content": "weak"}),)), "guardrail.changed", "critical"),
    Row("20 role swapped", draft(role_arn=lambda w: w.TOOL_ROLE), "role.swapped", "critical", False,
        holds=("role/tool",)),
    Row("21 inline widened", hr_role(inline=inline("bedrock:ListAgents")), "policy.widened",
        "critical", holds=("extra", "bedrock:ListAgents")),
    Row("22 managed policy's new version", shared_document(lambda w: w.policy(w.allow("logs:*"))),
        "policy.widened", "critical", holds=("agents-common", "v2")),
    Row("23 policy detached", hr_role(attached=lambda w, e: ()), "policy.narrowed", "low"),
    Row("24 condition dropped", hr_role(trust=lambda w, e: w.trust()), "trust.widened", "critical"),
    Row("24 trust narrowed", hr_role(trust=lambda w, e: w.trust(condition={
        **w.GUARDED, "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*:*:agent/*"}})),
        "trust.narrowed", "low"),
    Row("25 boundary removed", hr_role(boundary=lambda w, e: None), "boundary.removed", "critical"),
    Row("25 boundary wider", boundary_document(lambda w: w.policy(w.allow("*"))),
        "boundary.changed", "critical"),
    Row("25 boundary narrower", boundary_document(lambda w: w.policy(w.allow("bedrock:*"))),
        "boundary.changed", "low"),
    Row("27 owner changed", about(owner="bob@example.com"), "owner.changed", "high",
        holds=("alice@example.com", "bob@example.com")),
    Row("27 owner removed", about(owner=None), "owner.changed", "high"),
    Row("29 purpose changed", about(purpose="payroll"), "purpose.changed", "medium"),
    Row("29 criticality tag", about(tags={"owner": "alice@example.com", "purpose": "time off",
        "criticality": "high"}), "tag.changed", "medium"),
    Row("30 alias routed", route, "alias.routed", "high", holds=("prod", "2")),
    Row("34 environment", function(environment=lambda w: {"TABLE": w.concealed("c")}),
        "function.environment_changed", "high"),
    Row("41 memory", draft(memory=lambda w: ("SESSION_SUMMARY",)), "memory.changed", "medium", False),
    Row("43 role shared", shares, "role.shared", "high", holds=("BANK000001",)),
    Row("47 agent removed", removed_agent, "agent.removed", "medium", holds=("role/hr-agent",)),
    Row("48 key removed", draft(kms_key_arn=lambda w: "arn:aws:kms:x:1:key/k"), "kms_key.changed",
        "medium", False),
    Row("49 gap", gap, "coverage.gap", "medium", holds=("ListAgentActionGroups",)),
    Row("role made anew", hr_role(role_id=lambda w, e: "AROAOTHER"), "role.recreated", "critical"),
    Row("prompt templates", draft(prompt_overrides=lambda w: w.concealed("x")), "prompt.changed",
        "high", False),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_one_change_gives_its_event_and_nothing_else(row: Row, w: Any, estate: Estate) -> None:
    events = compare(estate, row.change(w, estate))
    mine = [event for event in events if event.agent.rpartition("/")[2].startswith(row.agent)]
    assert [event.kind for event in mine] == [row.kind]
    event = mine[0]
    assert (event.severity.value, event.live) == (row.severity, row.live)
    shown = f"{event.before} {event.after}"
    for text in row.holds:
        assert text in shown


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_same_change_read_again_gives_nothing(row: Row, w: Any, estate: Estate) -> None:
    changed = row.change(w, estate)
    assert compare(changed, w.later(changed)) == ()


UNSEEN = {
    "agent.added", "agent.removed", "coverage.gap", "role.shared", "alias.routed", "tag.changed",
    "data_class.raised",
}  # fmt: skip
"""Events of what a certification does not rest on by itself: other agents, tags, coverage."""


RESTING = [row for row in ROWS if row.kind not in UNSEEN]


@pytest.mark.parametrize("row", RESTING, ids=lambda row: row.name)
def test_what_raises_an_event_ends_a_certification(row: Row, w: Any, estate: Estate) -> None:
    changed = row.change(w, estate)
    judged = None if row.live else "DRAFT"
    assert fingerprint(changed, w.HR, judged) != fingerprint(estate, w.HR, judged)
