"""A reduction names the actions that stay, the resources, or both; it never widens anything."""

from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError

WHY = {"rationale": "It reads only.", "verdict": Verdict.REDUCE}
PART = "arn:aws:s3:::files/hr/*"
ALL = "arn:aws:s3:::files/*"


def test_resources_alone_and_with_actions(house: Any, hr: str) -> None:
    one = house.line(hr, "GetObject").id
    made = house.decide("alice", hr, one, reduce_resources=(PART,), **WHY)
    assert (made[0].reduce_to, made[0].reduce_resources) == ((), (PART,))
    other = house.line(hr, "s3:*").id
    made = house.decide(
        "alice", hr, other, reduce_to=("S3:getobject",), reduce_resources=(PART, PART), **WHY
    )
    assert (made[0].reduce_to, made[0].reduce_resources) == (("s3:GetObject",), (PART,))
    made = house.decide(
        "alice", hr, other, reduce_to=("s3:GetObject",), reduce_resources=(ALL,), **WHY
    )
    assert made[0].reduce_resources == (ALL,)
    every = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")
    made = house.decide("alice", hr, other, reduce_to=every, reduce_resources=(PART,), **WHY)
    assert made[0].reduce_to == every
    assert house.problems() == []


@pytest.mark.parametrize(
    ("title", "more", "rule"),
    [
        ("GetObject", {"reduce_resources": (ALL,)}, "reduce_to"),
        ("GetObject", {"reduce_resources": ("*",)}, "reduce_to"),
        ("GetObject", {"reduce_resources": ("arn:aws:s3:::other/*",)}, "reduce_to"),
        ("GetObject", {"reduce_resources": (" ",)}, "reduce_to"),
        ("GetObject", {"reduce_to": ("s3:GetObject",), "reduce_resources": (ALL,)}, "reduce_to"),
        ("GetObject", {"reduce_to": ("s3:PutObject",), "reduce_resources": (PART,)}, "reduce_to"),
        ("belongs", {"reduce_resources": (PART,)}, "reduce_kind"),
    ],
)
def test_what_is_no_narrowing_is_refused(
    house: Any, hr: str, title: str, more: dict[str, Any], rule: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", hr, house.line(hr, title).id, **more, **WHY)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("resource", "done"), [(ALL, False), (PART, True), ("arn:aws:s3:::files/hr/a", True)]
)
def test_a_later_reading_verifies_narrower_resources(
    house: Any, w: Any, hr: str, resource: str, done: Any
) -> None:
    item = house.line(hr, "GetObject").id
    house.decide("alice", hr, item, reduce_resources=(PART,), **WHY)
    house.as_("alice").sign(hr)
    house.as_("owner").end_review(hr)
    house.tomorrow()
    actions = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")
    narrowed = w.role("hr-role", actions)
    document = narrowed.inline[0].document.replace(ALL, resource, 1)
    policy = narrowed.inline[0].model_copy(update={"document": document})
    role = narrowed.model_copy(update={"inline": (policy,)})
    house.sync(w.estate([w.agent("hr")], [role], day=1))
    told = [one["body"] for one in house.entries() if one["type"] == "remediation.recorded"]
    assert [one["state"] for one in told] == (["verified"] if done else [])


def test_a_shared_role_tells_both_reviewers_whom_a_revocation_breaks(house: Any, w: Any) -> None:
    agents = [w.agent("hr"), w.agent("pay", owner="bob", role="hr-role")]
    house.sync(w.estate(agents, {"hr-role": ("s3:GetObject",)}))
    campaign = house.open("hr", "pay")
    mine, theirs = (
        next(one for one in house.lines(campaign, agent=w.arn(name)) if "GetObject" in one.title)
        for name in ("hr", "pay")
    )
    made = house.decide("alice", campaign, mine.id, verdict=Verdict.REVOKE, rationale="Not needed.")
    assert [(one["agent"], one["item"], one["reviewer"]) for one in made[0].breaks] == [
        (w.arn("pay"), theirs.id, "bob")
    ]
    shown = house.as_("bob").item(campaign, theirs.id).links
    assert [(one["agent"], one["verdict"], one["decided_by"], one["signed"]) for one in shown] == [
        (w.arn("hr"), "revoke", "alice", False)
    ]
    house.as_("alice").sign(campaign)
    assert house.as_("bob").item(campaign, theirs.id).links[0]["signed"] is True
    assert house.decide("bob", campaign, theirs.id)[0].breaks == ()
