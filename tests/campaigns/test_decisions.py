from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import DecisionRequest, Verdict
from recert.errors import RefusedError, UsageError

SOON = datetime(2027, 3, 1, tzinfo=UTC)
PAST = datetime(2026, 1, 1, tzinfo=UTC)


def refused(house: Any, name: str, campaign: str, *items: str, **more: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        house.decide(name, campaign, *items, **more)
    assert str(caught.value).strip()
    return caught.value.rule


def test_a_reviewer_attests_without_a_word(house: Any, hr: str) -> None:
    line = house.line(hr, "GetObject")
    (made,) = house.decide("alice", hr, line.id)
    assert (made.verdict, made.basis_digest) == (Verdict.ATTEST, line.basis_digest)
    assert not made.basis_named
    view = house.as_("alice").item(hr, line.id)
    assert view.line.state == "decided"
    assert view.decision is not None
    assert view.decision.id == made.id
    assert house.problems() == []


def test_a_decision_that_names_what_it_saw_says_so(house: Any, hr: str) -> None:
    line = house.line(hr, "GetObject")
    (made,) = house.decide("alice", hr, line.id, seen={line.id: f"sha256:{line.basis_digest}"})
    assert made.basis_named


@pytest.mark.parametrize(
    ("text", "more", "rule"),
    [
        ("GetObject", {"verdict": Verdict.REVOKE}, "rationale"),
        ("GetObject", {"verdict": Verdict.REVOKE, "rationale": "  \n"}, "rationale"),
        ("GetObject", {"verdict": Verdict.ABSTAIN}, "rationale"),
        ("s3:*", {"verdict": Verdict.REDUCE, "reduce_to": ("s3:GetObject",)}, "rationale"),
        ("iam:PassRole", {"verdict": Verdict.ATTEST}, "rationale"),
        ("GetObject", {"verdict": Verdict.NO_RESPONSE, "rationale": "late"}, "no_response"),
        ("GetObject", {"verdict": Verdict.ATTEST_UNTIL}, "until"),
        ("GetObject", {"verdict": Verdict.ATTEST_UNTIL, "until": PAST}, "until"),
        ("s3:*", {"verdict": Verdict.REDUCE, "rationale": "w"}, "reduce_to"),
        ("s3:*", {"verdict": Verdict.REDUCE, "rationale": "w", "reduce_to": (" ",)}, "reduce_to"),
        (
            "s3:*",
            {"verdict": Verdict.REDUCE, "rationale": "w", "reduce_to": ("s3:DeleteObject",)},
            "reduce_to",
        ),
        (
            "s3:*",
            {
                "verdict": Verdict.REDUCE,
                "rationale": "w",
                "reduce_to": ("s3:getobject", "s3:ListBucket", "s3:PutObject"),
            },
            "reduce_to",
        ),
        (
            "belongs to",
            {"verdict": Verdict.REDUCE, "rationale": "w", "reduce_to": ("s3:GetObject",)},
            "reduce_kind",
        ),
        (
            "GetObject",
            {"verdict": Verdict.EXCEPTION, "rationale": "w", "approver": "bob", "expires": SOON},
            "exception",
        ),
        (
            "GetObject",
            {"verdict": Verdict.EXCEPTION, "rationale": "w", "control": "c", "expires": SOON},
            "exception",
        ),
        (
            "GetObject",
            {"verdict": Verdict.EXCEPTION, "rationale": "w", "control": "c", "approver": "bob"},
            "exception",
        ),
        (
            "GetObject",
            {
                "verdict": Verdict.EXCEPTION,
                "rationale": "w",
                "control": "c",
                "approver": "Alice",
                "expires": SOON,
            },
            "approver",
        ),
        ("GetObject", {"seen": {"*": "0" * 64}}, "stale_basis"),
    ],
)
def test_a_rule_refuses_with_its_name_and_nothing_is_recorded(
    house: Any, hr: str, text: str, more: dict[str, Any], rule: str
) -> None:
    line = house.line(hr, text)
    if "seen" in more:
        more = {"seen": {line.id: more["seen"]["*"]}}
    size = house.store.head().size
    assert refused(house, "alice", hr, line.id, **more) == rule
    assert {one["type"] for one in house.entries()[size:]} <= {"refusal"}
    assert house.line(hr, text).state == "pending"


def test_only_the_reviewer_of_record_decides(house: Any, hr: str) -> None:
    assert refused(house, "bob", hr, house.line(hr, "GetObject").id) == "not_reviewer"


def test_a_reviewer_is_known_by_every_name_of_theirs(house: Any, hr: str) -> None:
    house.know("alice.smith", aliases=("ALICE",))
    assert house.decide("alice.smith", hr, house.line(hr, "GetObject").id)


def test_a_reduction_keeps_some_of_the_effective_actions(house: Any, hr: str) -> None:
    line = house.line(hr, "s3:*")
    (made,) = house.decide(
        "alice",
        hr,
        line.id,
        verdict=Verdict.REDUCE,
        rationale="It reads only.",
        reduce_to=("S3:getobject", "s3:ListBucket", "s3:GetObject"),
    )
    assert made.reduce_to == ("s3:GetObject", "s3:ListBucket")


def test_an_exception_has_its_control_its_approver_and_its_end(house: Any, hr: str) -> None:
    (made,) = house.decide(
        "alice",
        hr,
        house.line(hr, "GetObject").id,
        verdict=Verdict.EXCEPTION,
        rationale="Until the migration.",
        control="Logged and alarmed.",
        approver="bob",
        expires=SOON,
    )
    assert (made.control, made.approver, made.until) == ("Logged and alarmed.", "bob", SOON)
    assert house.as_("x").counts(hr).excepted == 1


def test_where_approvers_are_known_only_they_approve(house: Any, hr: str) -> None:
    house.know("carol", roles=("approver",))
    line = house.line(hr, "GetObject")
    more = {"verdict": Verdict.EXCEPTION, "rationale": "w", "control": "c", "expires": SOON}
    assert refused(house, "alice", hr, line.id, approver="bob", **more) == "approver"
    assert house.decide("alice", hr, line.id, approver="carol", **more)


def test_what_could_not_be_read_cannot_be_attested(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {}))
    campaign = house.open("hr")
    line = next(one for one in house.lines(campaign) if one.kind == "unread")
    assert refused(house, "alice", campaign, line.id, rationale="fine") == "unread"
    assert house.decide(
        "alice",
        campaign,
        line.id,
        verdict=Verdict.EXCEPTION,
        rationale="The role is in a sealed account.",
        control="It is reviewed there.",
        approver="bob",
        expires=SOON,
    )


def test_a_decision_on_many_items_needs_a_reason_and_says_how_many(house: Any, hr: str) -> None:
    items = [house.line(hr, text).id for text in ("GetObject", "PutObject")]
    assert refused(house, "alice", hr, *items) == "rationale"
    made = house.decide("alice", hr, *items, rationale="Both read the same bucket.")
    assert [one.bulk for one in made] == [2, 2]


def test_privileged_items_are_not_kept_in_bulk(house: Any, hr: str) -> None:
    items = [house.line(hr, text).id for text in ("GetObject", "iam:PassRole")]
    assert refused(house, "alice", hr, *items, rationale="All fine.") == "bulk_privileged"
    assert {line.state for line in house.lines(hr)} == {"pending"}


def test_one_bad_item_refuses_the_whole_request(house: Any, hr: str) -> None:
    good, other = house.line(hr, "GetObject").id, house.line(hr, "PutObject").id
    rule = refused(house, "alice", hr, good, other, rationale="Both.", seen={other: "0" * 64})
    assert rule == "stale_basis"
    assert house.as_("x").counts(hr).decided == 0


def test_a_repeated_request_is_harmless(house: Any, hr: str) -> None:
    line = house.line(hr, "GetObject")
    first = house.decide("alice", hr, line.id, client_id="once")
    size = house.store.head().size
    assert [one.id for one in house.decide("alice", hr, line.id, client_id="once")] == [first[0].id]
    assert house.store.head().size == size
    with pytest.raises(RefusedError) as caught:
        house.decide(
            "alice", hr, line.id, client_id="once", verdict=Verdict.REVOKE, rationale="No."
        )
    assert caught.value.rule == "client_id"


def test_a_changed_mind_leaves_the_first_decision_in_the_history(house: Any, hr: str) -> None:
    line = house.line(hr, "GetObject")
    house.decide("alice", hr, line.id)
    house.decide("alice", hr, line.id, verdict=Verdict.REVOKE, rationale="On second thoughts.")
    told = [one for one in house.entries() if one["type"] == "decision.recorded"]
    assert [one["body"]["verdict"] for one in told] == ["attest", "revoke"]
    assert told[1]["body"]["supersedes"] == told[0]["body"]["id"]
    counts = house.as_("x").counts(hr)
    assert (counts.attested, counts.revoked, counts.decided) == (0, 1, 1)


def test_a_suggestion_is_recorded_beside_the_decision_and_is_none(house: Any, hr: str) -> None:
    house.decide(
        "alice", hr, house.line(hr, "GetObject").id, verdict=Verdict.REVOKE, rationale="No."
    )
    told = next(one for one in house.entries() if one["type"] == "decision.recorded")
    assert (told["body"]["recommendation"], told["body"]["followed"]) == ("attest", False)


def test_unknown_things_are_named(house: Any, hr: str) -> None:
    with pytest.raises(UsageError, match="no campaign 'c-none'"):
        house.decide("alice", "c-none", "i-none")
    with pytest.raises(UsageError, match="no item 'i-none'"):
        house.decide("alice", hr, "i-none")
    with pytest.raises(UsageError, match="at least one item"):
        house.as_("alice").decide(DecisionRequest(hr, (), Verdict.ATTEST))


def test_a_campaign_that_is_not_active_takes_no_decision(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr", launch=False)
    line = house.lines(campaign)[0]
    assert refused(house, "alice", campaign, line.id) == "campaign_not_active"
    house.as_("owner").launch(campaign)
    assert house.decide("alice", campaign, line.id)
    house.as_("owner").cancel(campaign, "It was opened by mistake.")
    assert refused(house, "alice", campaign, line.id) == "campaign_not_active"


def test_a_signed_item_takes_no_decision(house: Any, hr: str) -> None:
    line = house.line(hr, "GetObject")
    house.decide("alice", hr, line.id)
    house.as_("alice").sign(hr)
    assert refused(house, "alice", hr, line.id) == "item_settled"


def test_an_owner_keeps_nothing_privileged_where_somebody_else_could_judge(
    house: Any, hr: str
) -> None:
    line = house.line(hr, "iam:PassRole")
    assert line.reviewer == "alice"
    house.know("alice", "bob")
    assert refused(house, "alice", hr, line.id, rationale="I need it.") == "independence"
    assert house.decide("alice", hr, line.id, verdict=Verdict.REVOKE, rationale="Nobody needs it.")


def test_where_there_is_one_person_the_ledger_says_not_independent(house: Any, hr: str) -> None:
    house.know("alice")
    line = house.line(hr, "iam:PassRole")
    (made,) = house.decide("alice", hr, line.id, rationale="There is only me.")
    assert made.independent is False
    told = next(one for one in house.entries() if one["type"] == "decision.recorded")
    assert told["body"]["independence"]["independent"] is False
    assert told["body"]["independence"]["is_last_changer"] == "unknown"
    assert house.as_("alice").item(hr, line.id).decision.independent is False
