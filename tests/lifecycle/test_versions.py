"""Live is not draft: which version a difference reaches."""

from typing import Any

from recert.analysis import fingerprint
from recert.estate.agents import Agent, Alias
from recert.estate.authority import (
    Ceiling,
    CeilingLevel,
    ControlPolicy,
    InlinePolicy,
    Organization,
)
from recert.estate.base import Concealed
from recert.estate.companions import Access, Integration
from recert.estate.estate import Estate
from recert.lifecycle import Event, compare


def shape(events: tuple[Event, ...]) -> set[tuple[str, bool]]:
    return {(event.kind, event.live) for event in events}


def routed(w: Any, *versions: Any, to: tuple[str, ...]) -> Any:
    def change(agent: Agent) -> Agent:
        kept = tuple(
            item for item in agent.versions if item.version not in {v.version for v in versions}
        )
        aliases = (agent.aliases[0], Alias(id="PROD", name="prod", versions=to))
        return agent.model_copy(update={"versions": (*versions, *kept), "aliases": aliases})

    return change


def test_a_first_reading_names_the_agents_and_nothing_else(estate: Estate) -> None:
    events = compare(None, estate)
    assert {event.kind for event in events} == {"agent.added"}
    assert {event.agent for event in events} == {agent.arn for agent in estate.agents}


def test_a_change_of_the_draft_alone_is_not_live(w: Any, estate: Estate) -> None:
    draft = w.with_version(estate, w.HR, "DRAFT", model="amazon.nova-pro-v1:0")
    assert shape(compare(estate, draft)) == {("model.changed", False)}


def test_an_alias_that_moves_makes_the_difference_of_versions_live(w: Any, estate: Estate) -> None:
    draft = w.with_version(estate, w.HR, "DRAFT", model="amazon.nova-pro-v1:0")
    fresh = w.version("2", model="amazon.nova-pro-v1:0")
    live = w.with_agent(draft, w.HR, routed(w, fresh, to=("2",)))
    assert shape(compare(draft, live)) == {("alias.routed", True), ("model.changed", True)}


def test_the_same_difference_in_draft_and_live_is_told_once_as_live(w: Any, estate: Estate) -> None:
    draft = w.with_version(estate, w.HR, "DRAFT", model="amazon.nova-pro-v1:0")
    fresh = w.version("2", model="amazon.nova-pro-v1:0")
    live = w.with_agent(draft, w.HR, routed(w, fresh, to=("2",)))
    assert shape(compare(estate, live)) == {("alias.routed", True), ("model.changed", True)}


def test_an_alias_that_splits_its_traffic_compares_with_what_it_served(
    w: Any, estate: Estate
) -> None:
    fresh = w.version("2", guardrail=None)
    split = w.with_agent(estate, w.HR, routed(w, fresh, to=("1", "2")))
    assert shape(compare(estate, split)) == {("alias.routed", True), ("guardrail.removed", True)}


def test_a_first_version_is_compared_with_the_draft_that_was(w: Any, estate: Estate) -> None:
    role = w.BANK_ROLE
    plain = {"action_groups": (), "knowledge_bases": (), "guardrail": None}
    same = w.with_agent(estate, w.BANK, routed(w, w.version("1", role, **plain), to=("1",)))
    assert shape(compare(estate, same)) == {("alias.routed", True)}
    other = w.version("1", role, **{**plain, "action_groups": (w.GROUP,)})
    changed = w.with_agent(estate, w.BANK, routed(w, other, to=("1",)))
    assert ("action_group.added", True) in shape(compare(estate, changed))


def test_a_draft_that_an_alias_serves_is_live(w: Any, estate: Estate) -> None:
    served = w.with_agent(estate, w.HR, routed(w, to=("DRAFT",)))
    changed = w.with_version(served, w.HR, "DRAFT", guardrail=None)
    assert shape(compare(served, changed)) == {("guardrail.removed", True)}


def test_a_shared_function_gives_each_agent_its_event(w: Any, estate: Estate) -> None:
    both = w.with_version(estate, w.BANK, "DRAFT", action_groups=(w.GROUP,))
    new = both.functions[0].model_copy(update={"code_sha256": "two"})
    events = compare(both, w.later(both, functions=(new,)))
    assert {(event.agent, event.live) for event in events} == {(w.HR, True), (w.BANK, False)}


def test_a_role_behind_a_collaborator_concerns_the_supervisor(w: Any, estate: Estate) -> None:
    team = w.with_version(estate, w.HR, "1", collaborators=(w.COLLABORATOR,))
    wider = w.with_role(
        team, w.BANK_ROLE, inline=(InlinePolicy(name="p0", document=w.policy(w.allow("s3:*"))),)
    )
    widened = {e.agent for e in compare(team, wider) if e.kind == "policy.widened"}
    assert widened == {w.HR, w.BANK}


def test_a_collaborator_that_drives_more_concerns_the_supervisor(w: Any, estate: Estate) -> None:
    team = w.with_version(estate, w.HR, "1", collaborators=(w.COLLABORATOR,), action_groups=())
    more = w.with_version(team, w.BANK, "DRAFT", action_groups=(w.GROUP,))
    mine = {(e.kind, e.live) for e in compare(team, more) if e.agent == w.HR}
    assert mine == {("collaborator.changed", True)}
    assert fingerprint(team, w.HR) != fingerprint(more, w.HR)


def test_collaborators_in_a_circle_end(w: Any, estate: Estate) -> None:
    back = w.COLLABORATOR.model_copy(
        update={
            "id": "C2",
            "name": "hr",
            "alias_arn": w.COLLABORATOR.alias_arn.replace("BANK000001", "HR00000001"),
        }
    )
    circle = w.with_version(estate, w.HR, "DRAFT", collaborators=(w.COLLABORATOR,))
    circle = w.with_version(circle, w.BANK, "DRAFT", collaborators=(back,))
    assert compare(circle, w.later(circle)) == ()


def organization(w: Any, *documents: str) -> Organization:
    policies = tuple(
        ControlPolicy(id=f"p-{n}", arn=f"arn:p-{n}", name=f"p{n}", kind="scp", document=text)
        for n, text in enumerate(documents)
    )
    level = CeilingLevel(target_id="r", name="root", scps=tuple(item.id for item in policies))
    return Organization(
        id="o-1", ceilings=(Ceiling(account=w.ACCOUNT, levels=(level,)),), policies=policies
    )


def test_a_ceiling_that_lets_more_through_is_relaxed(w: Any, estate: Estate) -> None:
    everything = w.policy(w.allow("*"))
    deny = w.policy({"Effect": "Deny", "Action": "bedrock:Delete*", "Resource": "*"})
    strict = w.later(estate, organization=organization(w, everything, deny))
    loose = w.later(strict, organization=organization(w, everything))
    assert {e.kind for e in compare(strict, loose)} == {"ceiling.relaxed"}
    assert {e.kind for e in compare(loose, w.later(strict))} == {"ceiling.tightened"}
    assert compare(strict, w.later(strict, organization=None)) == ()


def test_a_last_use_that_grows_old_is_told_on_the_day(w: Any, estate: Estate) -> None:
    idle = w.START.replace(month=8, day=4)
    known = w.with_role(estate, w.HR_ROLE, last_used_at=idle, last_used_known=True)
    before = w.later(known, taken_at=w.START)
    after = w.later(known, taken_at=w.START.replace(day=3))
    assert [(e.agent, e.kind) for e in compare(before, after)] == [(w.HR, "agent.dormant")]
    assert compare(after, w.later(after)) == ()


def test_rows_of_agentcore(w: Any, estate: Estate) -> None:
    target = Integration(kind="gateway_target", id="T1", name="orders", target="https://a")
    engine = Integration(kind="policy_engine", id="E1", name="engine", mode="ENFORCE")
    closed = Access(authorizer="CUSTOM_JWT", issuer="https://i", clients=("a",))
    old = w.with_version(
        estate,
        w.HR,
        "1",
        integrations=(engine,),
        access=closed,
        artifact="repo:1",
        network=("VPC",),
        environment={"URL": w.concealed("a")},
    )
    cases: dict[str, dict[str, Any]] = {
        "gateway_target.added": {"integrations": (engine, target)},
        "policy_engine.removed": {"integrations": ()},
        "policy_engine.changed": {
            "integrations": (engine.model_copy(update={"mode": "LOG_ONLY"}),)
        },
        "access.widened": {"access": Access(authorizer="NONE")},
        "access.narrowed": {"access": closed.model_copy(update={"audiences": ("x",)})},
        "artifact.changed": {"artifact": "repo:2"},
        "network.changed": {"network": ("PUBLIC",)},
        "environment.changed": {
            "environment": {
                "URL": w.concealed("a"),
                "KEY": Concealed(digest="d", length=1, key_id="k1"),
            }
        },
    }
    for kind, changes in cases.items():
        events = compare(old, w.with_version(old, w.HR, "1", **changes))
        assert [event.kind for event in events] == [kind]
    engine_off = w.with_version(old, w.HR, "1", **cases["policy_engine.changed"])
    assert compare(old, engine_off)[0].severity.value == "critical"


def test_an_endpoint_that_comes_to_a_version_which_another_one_serves_tells_the_difference(
    w: Any, estate: Estate
) -> None:
    fresh = w.version("2", model="amazon.nova-pro-v1:0")

    def serving(prod: str) -> Any:
        def change(agent: Agent) -> Agent:
            kept = tuple(item for item in agent.versions if item.version != "2")
            aliases = (
                Alias(id="LATEST", name="latest", versions=("2",)),
                Alias(id="PROD", name="prod", versions=(prod,)),
            )
            return agent.model_copy(update={"versions": (fresh, *kept), "aliases": aliases})

        return change

    before = w.with_agent(estate, w.HR, serving("1"))
    after = w.with_agent(before, w.HR, serving("2"))
    assert shape(compare(before, after)) == {("alias.routed", True), ("model.changed", True)}
