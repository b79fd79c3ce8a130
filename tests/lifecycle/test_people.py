from typing import Any

from recert.estate.estate import Estate
from recert.lifecycle import TriggerPolicy, owners_left, plan


def test_an_owner_who_left_opens_a_campaign_for_each_agent(w: Any, estate: Estate) -> None:
    events = owners_left(estate, [" Alice@Example.com ", ""])
    assert {event.agent for event in events} == {w.HR, w.BANK}
    assert {event.kind for event in events} == {"owner.left"}
    assert len(plan(events, TriggerPolicy())) == 2


def test_nobody_left(w: Any, estate: Estate) -> None:
    assert owners_left(estate, ["bob", " "]) == ()
    unowned = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"owner": None}))
    assert {event.agent for event in owners_left(unowned, ["alice@example.com"])} == {w.BANK}
