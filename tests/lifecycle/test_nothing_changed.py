"""What is no change gives no event, however it is written."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recert.analysis import fingerprint
from recert.estate.authority import InlinePolicy
from recert.estate.estate import Estate
from recert.lifecycle import compare

LISTS = (
    "agents",
    "roles",
    "managed_policies",
    "functions",
    "knowledge_bases",
    "guardrails",
    "buckets",
)


def rewrite(document: str, draw: Any) -> str:
    """Write a policy in another way that means the same."""
    parsed = json.loads(document)
    statements: list[dict[str, Any]] = []
    for statement in parsed["Statement"]:
        found = dict(statement)
        actions = found["Action"] if isinstance(found["Action"], list) else [found["Action"]]
        actions = draw(
            st.permutations([draw(st.sampled_from((a, a.upper(), a.lower()))) for a in actions])
        )
        if draw(st.booleans()) and len(actions) > 1:
            statements += [{**found, "Action": action} for action in actions]
            continue
        found["Action"] = actions if draw(st.booleans()) or len(actions) > 1 else actions[0]
        if "Resource" in found and isinstance(found["Resource"], str) and draw(st.booleans()):
            found["Resource"] = [found["Resource"], found["Resource"]]
        if draw(st.booleans()):
            found["Sid"] = "Renamed"
        statements.append(dict(draw(st.permutations(list(found.items())))))
    if draw(st.booleans()):
        statements.append(dict(statements[0]))
    written: Any = draw(st.permutations(statements))
    if len(written) == 1 and draw(st.booleans()):
        written = written[0]
    return json.dumps(
        {"Statement": written, "Version": parsed["Version"]},
        indent=draw(st.sampled_from((None, 2))),
    )


def shuffled(dumped: Any, draw: Any) -> Any:
    """Put every list whose order means nothing into another order."""
    if isinstance(dumped, dict):
        return {
            key: draw(st.permutations([shuffled(item, draw) for item in value]))
            if isinstance(value, list) and key not in ("policies", "levels")
            else shuffled(value, draw)
            for key, value in draw(st.permutations(list(dumped.items())))
        }
    return dumped


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_estate_written_another_way_is_the_same_estate(data: st.DataObject, w: Any) -> None:
    estate = w.small()
    dumped = shuffled(estate.model_dump(mode="json"), data.draw)
    for role in dumped["roles"]:
        role["trust"] = rewrite(role["trust"], data.draw)
        for item in role["inline"]:
            item["document"] = rewrite(item["document"], data.draw)
    for policy in dumped["managed_policies"]:
        policy["document"] = rewrite(policy["document"], data.draw)
        policy["version_id"] = data.draw(st.sampled_from(("v1", "v2")))
    for function in dumped["functions"]:
        function["resource_policy"] = rewrite(function["resource_policy"], data.draw)
    again = w.later(Estate.model_validate_json(json.dumps(dumped)))
    assert compare(estate, again) == ()
    for agent in estate.agents:
        assert fingerprint(estate, agent.arn) == fingerprint(again, agent.arn)


def test_a_redundant_statement_is_no_change(w: Any, estate: Estate) -> None:
    document = w.policy(
        w.allow(["bedrock:InvokeModel", "bedrock:Retrieve"], w.BASE),
        w.allow("bedrock:Ret*", f"{w.BASE}"),
    )
    wide = w.with_role(estate, w.HR_ROLE, inline=(InlinePolicy(name="p0", document=document),))
    assert [event.kind for event in compare(estate, wide)] == ["policy.widened"]
    narrow = w.policy(
        w.allow("bedrock:Ret*", w.BASE),
        w.allow(["bedrock:InvokeModel", "bedrock:Retrieve"], w.BASE),
    )
    same = w.with_role(wide, w.HR_ROLE, inline=(InlinePolicy(name="p0", document=narrow),))
    assert compare(wide, same) == ()


def test_authority_that_moves_to_another_policy_is_noted_and_no_more(
    w: Any, estate: Estate
) -> None:
    role = estate.roles_by_arn[w.HR_ROLE]
    moved = w.with_role(
        estate, w.HR_ROLE, inline=(InlinePolicy(name="other", document=role.inline[0].document),)
    )
    events = compare(estate, moved)
    assert [(event.kind, event.severity.value) for event in events] == [("policy.changed", "low")]


def test_hashes_under_another_key_are_unknown_not_changed(w: Any, estate: Estate) -> None:
    other = w.with_version(estate, w.HR, "1", instruction=w.concealed("anything", "k2"))
    assert compare(estate, other) == ()


def test_usage_descriptions_and_dates_are_no_change(w: Any, estate: Estate) -> None:
    role = w.with_role(estate, w.HR_ROLE, last_used_at=w.START, last_used_known=True)
    assert compare(estate, role) == ()
    described = w.with_agent(
        estate, w.HR, lambda a: a.model_copy(update={"description": "new", "updated_at": w.START})
    )
    assert compare(estate, described) == ()


@pytest.mark.parametrize("text", ["not json", "[]", "{", '{"Statement": [3]}', "[" * 5000])
def test_a_policy_that_cannot_be_understood_counts_as_wider(
    text: str, w: Any, estate: Estate
) -> None:
    broken = w.with_role(estate, w.HR_ROLE, inline=(InlinePolicy(name="p0", document=text),))
    assert "policy.widened" in {event.kind for event in compare(estate, broken)}
    assert compare(broken, w.later(broken)) == ()


def test_two_things_under_one_arn_change_nothing_by_themselves(w: Any, estate: Estate) -> None:
    twice = w.later(
        estate,
        agents=(*estate.agents, w.agent(w.HR, w.version("1", model="other"))),
        roles=(*estate.roles, w.role(w.HR_ROLE, w.policy(w.allow("s3:*")))),
        buckets=(*estate.buckets, estate.buckets[0].model_copy(update={"tags": {}})),
    )
    assert compare(twice, w.later(twice)) == ()
