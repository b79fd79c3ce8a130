"""What makes an item changed, asked of the real analysis: each part of its context by itself."""

import json
from typing import Any

import pytest

from recert.campaigns.asking import asking
from recert.campaigns.views import Verdict
from recert.estate.authority import InlinePolicy
from recert.estate.integrations import ActionGroup, DataSource, KnowledgeBase, KnowledgeBaseLink


def role(w: Any, **change: Any) -> Any:
    made = w.role("hr-role", ("s3:GetObject",))
    return made.model_copy(update={name: made_of(made, value) for name, value in change.items()})


def made_of(made: Any, value: Any) -> Any:
    return value(made) if callable(value) else value


def with_condition(made: Any) -> Any:
    document = json.loads(made.inline[0].document)
    document["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    return (made.inline[0].model_copy(update={"document": json.dumps(document)}),)


def with_source(made: Any) -> Any:
    trust = json.loads(made.trust)
    trust["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    return json.dumps(trust)


def with_another(made: Any) -> Any:
    trust = json.loads(made.trust)
    other = {"AWS": "arn:aws:iam::999988887777:role/other"}
    trust["Statement"].append({"Effect": "Allow", "Principal": other, "Action": "sts:AssumeRole"})
    return json.dumps(trust)


FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:"


def group(name: str = "Files", function: str = "files") -> ActionGroup:
    return ActionGroup(
        id=name.upper(), name=name, state="ENABLED", function_arn=FUNCTION + function
    )


def made_of_bucket(bucket: str) -> KnowledgeBase:
    source = DataSource(
        id="DS1", name="files", kind="S3", bucket_arn=f"arn:aws:s3:::{bucket}", status="AVAILABLE"
    )
    return KnowledgeBase(
        arn="arn:aws:bedrock:us-east-1:111122223333:knowledge-base/KB1",
        id="KB1",
        name="handbook",
        account="111122223333",
        region="us-east-1",
        data_sources=(source,),
    )


GROUPS = {"action_groups": (group(),)}
BASE = {"knowledge_bases": (KnowledgeBaseLink(id="KB1", state="ENABLED"),)}
CHANGES: dict[str, tuple[Any, Any, Any, str]] = {
    "condition": ({}, {}, {"inline": with_condition}, "permission"),
    "boundary": (
        {},
        {},
        {"boundary": "arn:aws:iam::111122223333:policy/limit"},
        "permission",
    ),
    "owner": ({}, {"owner": "bob"}, {}, "permission"),
    "owner, of whom is in charge": ({}, {"owner": "bob"}, {}, "stewardship"),
    "purpose": ({}, {"purpose": "payroll"}, {}, "permission"),
    "purpose, of an integration": (GROUPS, {**GROUPS, "purpose": "payroll"}, {}, "integration"),
    "role made anew": ({}, {}, {"role_id": "AROAOTHER"}, "permission"),
    "trust": ({}, {}, {"trust": with_source}, "trust"),
    "trust, of what the role may do": ({}, {}, {"trust": with_source}, "permission"),
    "somebody else trusted": ({}, {}, {"trust": with_another}, "permission"),
    "function of an action group": (
        GROUPS,
        {"action_groups": (group(function="other"),)},
        {},
        "integration",
    ),
}


def attest(house: Any, campaign: str) -> None:
    """Attest and sign what could be read, and end the review."""
    for one in house.lines(campaign, undecided=True):
        if one.kind != "unread":
            house.decide(one.reviewer, campaign, one.id, rationale="It is needed.")
    house.as_("alice").sign(campaign)
    owner = house.as_("owner")
    if owner.campaign(campaign).state == "active":
        owner.end_review(campaign)


@pytest.mark.parametrize("name", CHANGES)
def test_each_part_of_the_context_makes_an_item_changed(house: Any, w: Any, name: str) -> None:
    before, after, held, kind = CHANGES[name]
    ask = asking()
    house.sync(estate(w, before, role(w)), ask=ask)
    first = house.open("hr", ask=ask)
    attest(house, first)
    again = house.open("hr", ask=ask)
    deltas = {one.delta for one in house.lines(again) if one.kind != "unread"}
    assert deltas == {"unchanged"}
    house.as_("owner").cancel(again, "Only to compare.")

    house.tomorrow(3)
    house.sync(estate(w, after, role(w, **held), day=3), ask=ask)
    fresh = house.open("hr", ask=ask)
    items = [one for one in house.lines(fresh) if one.kind == kind and one.delta == "changed"]
    assert items, [(one.kind, one.title, one.delta) for one in house.lines(fresh)]
    shown = house.as_("x").item(fresh, items[0].id).evidence
    assert shown["before"] != shown["after"]


def estate(w: Any, agent: Any, held: Any, *, day: int = 0) -> Any:
    made = w.estate([w.agent("hr", **agent)], [held], day=day)
    bases = (made_of_bucket("files"),) if "knowledge_bases" in agent else ()
    return made.model_copy(update={"knowledge_bases": bases})


def test_a_permission_whose_integration_is_gone_is_changed(house: Any, w: Any) -> None:
    ask = asking()
    document = {"Effect": "Allow", "Action": "bedrock:Retrieve", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [document]})
    inline = (InlinePolicy(name="p", document=text),)
    house.sync(estate(w, BASE, role(w, inline=inline)), ask=ask)
    first = house.open("hr", ask=ask)
    attest(house, first)
    house.tomorrow(3)
    house.sync(estate(w, {}, role(w, inline=inline), day=3), ask=ask)
    fresh = house.open("hr", ask=ask)
    (item,) = [one for one in house.lines(fresh) if one.kind == "permission"]
    shown = house.as_("x").item(fresh, item.id).evidence
    assert item.delta == "changed"
    assert (shown["before"]["integration"] is None, shown["after"]) == (
        False,
        {"integration": None},
    )


def test_a_changed_source_of_a_knowledge_base_makes_its_item_changed(house: Any, w: Any) -> None:
    ask = asking()
    deltas = []
    for day, bucket in ((0, "files"), (3, "salaries")):
        made = w.estate([w.agent("hr", **BASE)], [role(w)], day=day)
        house.sync(made.model_copy(update={"knowledge_bases": (made_of_bucket(bucket),)}), ask=ask)
        campaign = house.open("hr", ask=ask)
        found = {one.title: one.delta for one in house.lines(campaign)}
        deltas.append(next(delta for title, delta in found.items() if "Data source" in title))
        attest(house, campaign)
        house.tomorrow(3)
    assert deltas == ["new", "changed"]


def test_a_trust_policy_that_was_narrowed_since_takes_no_certificate_away(
    house: Any, w: Any
) -> None:
    ask = asking()
    house.sync(w.estate([w.agent("hr")], [role(w, trust=with_another)]), ask=ask)
    campaign = house.open("hr", ask=ask)
    for one in house.lines(campaign):
        gone = "999988887777" in one.title
        verdict = Verdict.REVOKE if gone else Verdict.ATTEST
        house.decide(one.reviewer, campaign, one.id, verdict=verdict, rationale="As it should be.")
    for name in sorted({str(one.reviewer) for one in house.lines(campaign)}):
        house.as_(name).sign(campaign)
    house.tomorrow(3)
    house.sync(w.estate([w.agent("hr")], [role(w)], day=3), ask=ask)
    view = house.as_("owner").close(campaign, ask=ask)
    assert view.state == "closed"
    assert house.as_("x").agent(w.arn("hr"))["certified"] is True


def test_a_trust_policy_that_was_widened_since_is_certified_by_nothing(house: Any, w: Any) -> None:
    ask = asking()
    house.sync(w.estate([w.agent("hr")], [role(w)]), ask=ask)
    campaign = house.open("hr", ask=ask)
    house.attest_all(campaign)
    house.tomorrow(3)
    house.sync(w.estate([w.agent("hr")], [role(w, trust=with_another)], day=3), ask=ask)
    house.as_("owner").close(campaign, ask=ask)
    assert house.as_("x").agent(w.arn("hr"))["certified"] is False
