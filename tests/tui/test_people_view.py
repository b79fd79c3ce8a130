from dataclasses import replace
from typing import Any

import pytest
from sample import Sample
from sample_data import ME, NOW

from recert.campaigns.views import DecisionView, ItemView, Verdict
from recert.tui.text import Row, plain
from recert.tui.view.campaigns import campaign_detail
from recert.tui.view.evidence import evidence_rows


def told(rows: list[Row]) -> str:
    return "\n".join(plain(row) for row in rows)


def decision(**more: Any) -> DecisionView:
    values: dict[str, Any] = {
        "id": "d1",
        "verdict": Verdict.REVOKE,
        "rationale": "Left over.",
        "decided_by": ME,
        "decided_at": NOW,
        "basis_digest": "b",
        "headless": False,
        **more,
    }
    return DecisionView(**values)


@pytest.fixture
def view() -> ItemView:
    return Sample().item("c1", "i00000")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "independence unknown, which is no pass"),
        ({"independent": False}, "not independent: the decider nobody else was known"),
        (
            {"independent": False, "independence": {"is_owner": True, "can_assume_role": True}},
            "not independent: the decider owns the agent, can assume the role",
        ),
        (
            {"verdict": Verdict.NO_RESPONSE, "consequence": "revoke"},
            "nobody answered; that means revoke",
        ),
        (
            {"verdict": Verdict.REDUCE, "reduce_resources": ("arn:aws:s3:::a",)},
            "to arn:aws:s3:::a",
        ),
        ({"breaks": ({"agent": "arn:x:agent/B"},)}, "▲ also taken from arn:x:agent/B"),
    ],
)
def test_a_decision_tells_what_it_rests_on_and_comes_to(
    view: ItemView, more: dict[str, Any], words: str
) -> None:
    assert words in told(evidence_rows(replace(view, decision=decision(**more))))


def test_an_independent_decision_needs_no_word(view: ItemView) -> None:
    shown = told(evidence_rows(replace(view, decision=decision(independent=True))))
    assert "independen" not in shown


def test_the_first_stage_is_shown_to_the_second_unless_it_is_blind(view: ItemView) -> None:
    seen = replace(view, answers=(decision(verdict=Verdict.ATTEST),))
    assert f"stage 1  ✓ attest  {ME}" in told(evidence_rows(seen))
    assert "hidden until this stage is over" in told(evidence_rows(replace(view, answers=(None,))))


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"agent": "B"}, "B  nobody is asked about it now"),
        ({"agent": "B", "item": "i", "reviewer": "jon"}, "B  jon is asked"),
        (
            {"agent": "B", "item": "i", "verdict": "revoke", "decided_by": "jon", "signed": True},
            "✗ revoke signed by jon  ▲ it goes here, too",
        ),
        (
            {"agent": "B", "item": "i", "verdict": "attest", "decided_by": "jon"},
            "✓ attest decided by jon",
        ),
    ],
)
def test_agents_that_share_a_role_are_named_with_what_was_decided_for_them(
    view: ItemView, link: dict[str, Any], words: str
) -> None:
    assert words in told(evidence_rows(replace(view, links=(link,))))


def test_a_request_to_take_a_decision_back_is_shown(view: ItemView) -> None:
    asked = {"state": "requested", "requested_by": "eve", "rationale": "Wrong agent."}
    shown = told(evidence_rows(replace(view, rescission=asked)))
    assert "To be taken back?  waits for a second person; R" in shown
    assert "“Wrong agent.”" in shown


def test_a_campaign_tells_its_stages_and_who_stands_in() -> None:
    campaign = replace(
        Sample().campaign("c1"),
        stages={
            "count": 2,
            "strategy": "allMustAccept",
            "blind": True,
            "items": {"1": 12, "2": 8},
        },
        delegations=(
            {
                "reviewer": ME,
                "delegate": "jon",
                "valid_until": "2026-12-01T00:00:00Z",
                "holds": True,
            },
        ),
        completely_reviewed=5,
    )
    shown = told(campaign_detail(campaign, None, NOW))
    assert "2 stages  allMustAccept, blind" in shown
    assert "8  in stage 2" in shown
    assert f"jon for {ME}  until 2026-12-01" in shown
    assert "5  completely reviewed" in shown
