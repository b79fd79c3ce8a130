"""What happens to an agent joins the campaign that is still being prepared, and none that runs."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recert.campaigns.catalogue_growth import grown_since
from recert.errors import RefusedError
from recert.lifecycle import TriggerPolicy, read_trigger_policy

WINDOW = read_trigger_policy({"window_minutes": 60})


def start(w: ModuleType, house: Any, policy: TriggerPolicy = WINDOW) -> str:
    """Sync a baseline and a first change and return the campaign."""
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}), policy=policy)
    first = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1)
    (campaign,) = house.sync(first, policy=policy).campaigns
    return str(campaign)


def causes(house: Any, campaign: str) -> list[str]:
    return [one["kind"] for one in house.as_("x").campaign(campaign).trigger["events"]]


def test_inside_the_window_an_event_joins_with_its_cause(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    view = house.as_("x").campaign(campaign)
    assert (view.state, view.counts.items) == ("preparing", 3)
    roles = {"hr-role": ["s3:GetObject", "s3:*", "s3:PutObject"]}
    house.clock.instant += timedelta(minutes=5)
    taken = house.sync(w.estate([w.agent("hr", purpose="payroll")], roles, day=2), policy=WINDOW)
    assert taken.campaigns == (campaign,)
    assert causes(house, campaign) == ["policy.widened", "purpose.changed"]
    joined = house.as_("x").campaign(campaign)
    assert (joined.state, joined.counts.pending) == ("preparing", 4)
    assert "new purpose" in joined.name
    assert {line.title for line in house.lines(campaign)} >= {"May s3:PutObject"}
    assert house.problems() == []


def test_when_the_window_is_over_it_is_launched_and_the_next_cause_follows(
    w: ModuleType, house: Any
) -> None:
    campaign = start(w, house)
    with pytest.raises(RefusedError):
        house.decide("alice", campaign, house.lines(campaign)[0].id)
    house.clock.instant += timedelta(minutes=61)
    roles = {"hr-role": ["s3:GetObject", "s3:*"]}
    taken = house.sync(w.estate([w.agent("hr")], roles, day=2), policy=WINDOW)
    assert (taken.events, taken.campaigns) == (0, (campaign,))
    assert house.as_("x").campaign(campaign).state == "active"
    later = w.estate([w.agent("hr")], {"hr-role": [*roles["hr-role"], "iam:PassRole"]}, day=3)
    (successor,) = house.sync(later, policy=WINDOW).campaigns
    view = house.as_("x").campaign(successor)
    assert (view.predecessor, view.state) == (campaign, "preparing")
    more = [*roles["hr-role"], "iam:PassRole", "s3:DeleteObject"]
    again = house.sync(w.estate([w.agent("hr")], {"hr-role": more}, day=4), policy=WINDOW)
    assert again.campaigns == (successor,), "one linked successor"
    assert {line.title for line in house.lines(successor)} == {
        "May iam:PassRole", "May s3:DeleteObject",
    }  # fmt: skip
    assert house.problems() == []


def test_the_same_event_twice_changes_nothing(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    roles = {"hr-role": ["s3:GetObject", "s3:*"]}
    before = causes(house, campaign), len(house.lines(campaign))
    for day in (1, 2):
        taken = house.sync(w.estate([w.agent("hr")], roles, day=day), policy=WINDOW)
        assert (taken.events, taken.campaigns) == (0, ())
    assert (causes(house, campaign), len(house.lines(campaign))) == before


def test_what_vanishes_while_it_is_prepared_leaves_nothing_to_launch(
    w: ModuleType, house: Any
) -> None:
    campaign = start(w, house)
    house.sync(w.estate([], {}, day=2), policy=WINDOW)
    house.clock.instant += timedelta(hours=2)
    house.sync(w.estate([], {}, day=3), policy=WINDOW)
    assert house.as_("x").campaign(campaign).state == "prepare_failed"
    assert house.problems() == []


def test_its_owner_may_launch_or_cancel_it_before_its_time(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    assert house.as_("owner").launch(campaign).state == "active"
    other = w.estate([w.agent("hr", owner="bob")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=2)
    (second,) = [one for one in house.sync(other, policy=WINDOW).campaigns if one != campaign] or [
        campaign
    ]
    assert house.as_("owner").cancel(second, "Not now.").state == "cancelled"
    assert house.problems() == []


STEPS = {
    "wider": {"roles": ("s3:GetObject", "s3:*")},
    "purpose": {"purpose": "payroll"},
    "model": {"model": "other.model"},
}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sorted(STEPS)))
def test_changes_one_by_one_ask_what_they_ask_at_once(
    order: list[str], w: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = []
    for batches in ([order], [[one] for one in order]):
        house = w.House.build(tmp_path_factory.mktemp("joined"))
        house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}), policy=WINDOW)
        state: dict[str, Any] = {"roles": ("s3:GetObject",), "purpose": "time off"}
        for day, batch in enumerate(batches, start=1):
            for name in batch:
                state.update(STEPS[name])
            one = w.agent("hr", purpose=state["purpose"])
            model = one.versions[0].model_copy(update={"model": state.get("model", "a.model")})
            one = one.model_copy(update={"versions": (model,)})
            house.sync(w.estate([one], {"hr-role": state["roles"]}, day=day), policy=WINDOW)
        (view,) = house.as_("x").campaigns()
        asked = sorted((line.kind, line.title) for line in house.lines(view.id, undecided=True))
        found.append((view.name, asked, sorted(causes(house, view.id))))
        assert house.problems() == []
        house.store.close()
    assert found[0] == found[1]


def test_the_policy_says_whom_an_event_asks(w: ModuleType, house: Any) -> None:
    asks = read_trigger_policy(
        {"events": {"policy.*": {"opens": "full", "ask": "carol", "due_days": 2}}}
    )
    campaign = start(w, house, asks)
    assert {line.reviewer for line in house.lines(campaign)} == {"carol"}
    view = house.as_("x").campaign(campaign)
    assert view.due_at is not None
    assert view.due_at.date().isoformat() == "2026-11-04"
    changed = w.agent("hr", purpose="salaries")
    house.sync(w.estate([changed], {"hr-role": ["s3:GetObject", "s3:*"]}, day=2), policy=asks)
    assert {line.reviewer for line in house.lines(campaign)} == {"carol"}


class Catalogue:
    def __init__(self, digest: str, *names: str) -> None:
        self.digest, self.names = digest, names


def test_a_catalogue_that_learned_actions_tells_only_those(house: Any) -> None:
    with house.store.write(house.actor) as tx:
        assert grown_since(tx.session, Catalogue("1", "s3:A", "s3:B")) == ()
        assert grown_since(tx.session, Catalogue("1", "s3:A", "s3:B")) == ()
        assert grown_since(tx.session, Catalogue("2", "s3:A", "s3:B", "s3:C")) == ("s3:C",)
        assert grown_since(tx.session, Catalogue("2", "s3:A", "s3:B", "s3:C")) == ()
    assert house.problems() == []
