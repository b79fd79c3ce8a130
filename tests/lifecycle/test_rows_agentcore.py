"""The rows of the trigger catalogue that belong to AgentCore, to flows and to what agents share."""

from dataclasses import dataclass
from typing import Any

import pytest

from recert.analysis import fingerprint
from recert.estate.agents import Alias
from recert.estate.companions import Access, Integration, Resource
from recert.estate.estate import Estate
from recert.lifecycle import KINDS, Event, compare

TARGET = Integration(kind="gateway_target", id="T1", name="orders", target="https://a")
TOOL = Integration(kind="tool", id="browse", name="browse", target="arn:aws:x:browser/b", type="t")
SKILL = Integration(kind="skill", id="s", name="s", content="k1:a")
HOOK = Integration(kind="hook", id="h", name="h", function_arn="arn:aws:lambda:x:1:function:h")
NODE = Integration(kind="flow_node", id="n", name="n", type="agent", content="k1:a")
TASK = Integration(kind="task", id="t", name="t", target="arn:aws:states:::bedrock:invokeModel")
ENGINE = Integration(kind="policy_engine", id="E1", name="engine", mode="ENFORCE")
ALL = (TARGET, TOOL, SKILL, HOOK, NODE, TASK, ENGINE)
JWT = Access(authorizer="CUSTOM_JWT", issuer="https://i", clients=("a",), scopes=("read",))
PROVIDER = Resource(
    arn="arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default/oauth2/p",
    id="p",
    name="p",
    kind="oauth2-provider",
    account="111122223333",
    region="us-east-1",
    vendor="GithubOauth2",
    secret_arns=("arn:aws:secretsmanager:us-east-1:111122223333:secret:p",),
)


@pytest.fixture
def core(w: Any, estate: Estate) -> Any:
    """Return an estate whose agent runs what AgentCore, flows and state machines run."""
    named = TARGET.model_copy(update={"provider_arns": (PROVIDER.arn,), "scopes": ("read",)})
    old = w.with_version(
        estate,
        w.HR,
        "1",
        integrations=(named, *ALL[1:]),
        access=JWT,
        artifact="repo@sha256:1",
        network=("VPC", "sg-1"),
        environment={"URL": w.concealed("a")},
        memory=("arn:memory",),
    )
    shut = w.policy(
        {"Effect": "Allow", "Principal": {"AWS": w.ACCOUNT}, "Action": "*", "Resource": "*"}
    )
    old = w.with_agent(old, w.HR, lambda a: a.model_copy(update={"resource_policy": shut}))
    return w.later(old, resources=(PROVIDER,))


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    severity: str
    version: dict[str, Any] | None = None
    agent: dict[str, Any] | None = None
    provider: dict[str, Any] | None = None
    replace: dict[str, dict[str, Any]] | None = None
    add: tuple[Integration, ...] = ()
    drop: str = ""


OPEN = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},'
    '"Action":"*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"111122223333"},'
    '"Action":"*","Resource":"*"}]}'
)
LAMBDA = "arn:aws:lambda:us-east-1:111122223333:function:other"

ROWS = [
    Row("32 runtime image", "artifact.changed", "critical", version={"artifact": "repo@sha256:2"}),
    Row("34 environment name added", "environment.changed", "high", version={"environment": {}}),
    Row("35 token authorizer gone", "access.widened", "critical",
        version={"access": Access(authorizer="NONE")}),
    Row("35 another client let in", "access.widened", "critical",
        version={"access": JWT.model_copy(update={"clients": ("a", "b")})}),
    Row("35 a client is shut out", "access.narrowed", "low",
        version={"access": JWT.model_copy(update={"scopes": ("read",), "audiences": ("x",)})}),
    Row("36 resource policy opened", "resource_policy.widened", "critical",
        agent={"resource_policy": OPEN}),
    Row("36 resource policy removed", "resource_policy.narrowed", "low",
        agent={"resource_policy": None}),
    Row("37 target's endpoint", "gateway_target.changed", "critical",
        replace={"T1": {"target": "https://b"}}),
    Row("37 target's function", "gateway_target.changed", "critical",
        replace={"T1": {"function_arn": LAMBDA}}),
    Row("37 target added", "gateway_target.added", "critical",
        add=(TARGET.model_copy(update={"id": "T2", "name": "pay"}),)),
    Row("37 target removed", "gateway_target.removed", "low", drop="T1"),
    Row("38 scopes widened", "gateway_target.changed", "critical",
        replace={"T1": {"scopes": ("read", "write")}}),
    Row("38 provider's secret", "credential_provider.changed", "critical",
        provider={"secret_arns": ("arn:other",)}),
    Row("38 provider's vendor", "credential_provider.changed", "critical",
        provider={"vendor": "CustomOauth2"}),
    Row("39 policy engine only logs", "policy_engine.changed", "critical",
        replace={"E1": {"mode": "LOG_ONLY"}}),
    Row("39 policy engine detached", "policy_engine.removed", "critical", drop="E1"),
    Row("40 tool swapped", "tool.changed", "critical", replace={"browse": {"target": "arn:other"}}),
    Row("40 skill rewritten", "skill.changed", "critical", replace={"s": {"content": "k1:b"}}),
    Row("40 hook's function", "hook.changed", "critical", replace={"h": {"function_arn": LAMBDA}}),
    Row("40 tool added", "tool.added", "critical",
        add=(TOOL.model_copy(update={"id": "shell", "name": "shell"}),)),
    Row("flow node rewired", "flow_node.changed", "critical", replace={"n": {"content": "k1:b"}}),
    Row("state machine's task", "task.changed", "critical", replace={"t": {"target": LAMBDA}}),
    Row("41 memory elsewhere", "memory.changed", "high", version={"memory": ("arn:other",)}),
    Row("42 network opened", "network.changed", "high", version={"network": ("PUBLIC",)}),
    Row("42 security group", "network.changed", "high", version={"network": ("VPC", "sg-2")}),
]  # fmt: skip


def change(row: Row, w: Any, core: Estate) -> Any:
    if row.provider is not None:
        return w.later(core, resources=(PROVIDER.model_copy(update=row.provider),))
    if row.agent is not None:
        return w.with_agent(core, w.HR, lambda a: a.model_copy(update=row.agent))
    if row.version is not None:
        return w.with_version(core, w.HR, "1", **row.version)
    held = core.agents_by_arn[w.HR].version("1")
    assert held is not None
    new = [
        item.model_copy(update=(row.replace or {}).get(item.id, {}))
        for item in held.integrations
        if item.id != row.drop
    ]
    return w.with_version(core, w.HR, "1", integrations=(*new, *row.add))


def of_hr(w: Any, events: tuple[Event, ...]) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.severity.value, one.live) for one in events if one.agent == w.HR]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_one_change_gives_its_event_and_nothing_else(row: Row, w: Any, core: Estate) -> None:
    assert of_hr(w, compare(core, change(row, w, core))) == [(row.kind, row.severity, True)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_same_change_read_again_gives_nothing(row: Row, w: Any, core: Estate) -> None:
    changed = change(row, w, core)
    assert compare(changed, w.later(changed)) == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_it_ends_a_certification(row: Row, w: Any, core: Estate) -> None:
    assert fingerprint(change(row, w, core), w.HR) != fingerprint(core, w.HR)


def test_an_endpoint_that_is_repointed_shows_what_goes_live(w: Any, core: Estate) -> None:
    """Row 33: the difference of the two versions is live."""
    held = core.agents_by_arn[w.HR]
    one = held.version("1")
    assert one is not None
    two = one.model_copy(update={"version": "2", "network": ("PUBLIC",)})
    both = w.with_agent(core, w.HR, lambda a: a.model_copy(update={"versions": (*a.versions, two)}))
    moved = w.with_agent(
        both,
        w.HR,
        lambda a: a.model_copy(
            update={"aliases": (Alias(id="PROD", name="prod", versions=("2",)),)}
        ),
    )
    kinds = {kind for kind, _, live in of_hr(w, compare(core, moved)) if live}
    assert {"alias.routed", "network.changed"} <= kinds


def test_a_draft_that_only_the_test_alias_serves_is_not_live(w: Any, estate: Estate) -> None:
    """Row 31: what only the built-in test alias reaches is told, and not as live."""
    tested = w.with_agent(
        estate,
        w.HR,
        lambda a: a.model_copy(
            update={
                "aliases": (
                    *a.aliases,
                    Alias(id="TSTALIASID", name="test", versions=("DRAFT",), test=True),
                )
            }
        ),
    )
    changed = w.with_version(tested, w.HR, "DRAFT", model="other")
    assert of_hr(w, compare(tested, changed)) == [("model.changed", "medium", False)]


def test_digests_under_another_key_are_unknown_and_not_changed(w: Any, core: Estate) -> None:
    """A store that was read with one key and then with another tells no change by that alone."""
    group = w.GROUP.model_copy(update={"schema_digest": "k1:aaa"})
    rail = core.guardrails[0].model_copy(update={"content": "k1:aaa"})
    before = w.with_version(core, w.HR, "1", action_groups=(group,))
    before = w.later(before, guardrails=(rail,))
    held = before.agents_by_arn[w.HR].version("1")
    assert held is not None
    other_items = tuple(
        item.model_copy(update={"content": "k2:zzz"}) if item.content else item
        for item in held.integrations
    )
    after = w.with_version(
        before,
        w.HR,
        "1",
        action_groups=(group.model_copy(update={"schema_digest": "k2:bbb"}),),
        integrations=other_items,
        environment={"URL": w.concealed("other", "k2")},
        instruction=w.concealed("other", "k2"),
    )
    after = w.later(after, guardrails=(rail.model_copy(update={"content": "k2:bbb"}),))
    kinds = {event.kind for event in compare(before, after) if event.agent == w.HR}
    assert kinds == set()


@pytest.mark.parametrize("digests", [("k1:a", "k1:b"), ("plain", "k1:a"), (None, "k1:a")])
def test_what_is_known_to_differ_is_a_change(
    digests: tuple[str | None, str], w: Any, core: Estate
) -> None:
    group = w.GROUP.model_copy(update={"schema_digest": digests[0]})
    before = w.with_version(core, w.HR, "1", action_groups=(group,))
    after = w.with_version(
        before,
        w.HR,
        "1",
        action_groups=(group.model_copy(update={"schema_digest": digests[1]}),),
    )
    assert "action_group.changed" in {event.kind for event in compare(before, after)}


def test_every_kind_says_what_it_is_in_words() -> None:
    assert all(row.words for row in KINDS.values())
