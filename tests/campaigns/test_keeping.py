"""Who may say who somebody is and what they may do, and that a refusal is written down."""

from typing import Any

import pytest

from recert.campaigns import keeping
from recert.campaigns.people import Person
from recert.campaigns.views import DecisionRequest, Verdict
from recert.errors import RefusedError
from recert.store.ledger import Actor


def say(house: Any, by: str, person: str, *roles: str, **more: Any) -> None:
    made = Person(id=person, name=person.title(), roles=roles or ("reviewer",), **more)
    keeping.keep(house.store, [made], clock=house.clock, actor=Actor(by, "os"))


@pytest.fixture
def kept(house: Any) -> Any:
    """Return a house that `root` set up, with an owner, a reviewer and an approver."""
    say(house, "root", "olga", "campaign_owner")
    say(house, "root", "rene")
    say(house, "olga", "arno", "approver")
    return house


def test_whoever_is_there_sets_up_a_store_without_a_campaign_owner(house: Any) -> None:
    say(house, "root", "tom")
    say(house, "tom", "kim", "approver", "applier")
    say(house, "tom", "tom", "campaign_owner")


@pytest.mark.parametrize(
    ("by", "person", "roles", "more"),
    [
        ("eve", "eve", ("approver",), {}),
        ("eve", "eve", ("campaign_owner",), {}),
        ("eve", "eve", ("reviewer",), {}),
        ("eve", "zed", ("reviewer",), {}),
        ("rene", "rene", ("reviewer", "approver"), {}),
        ("rene", "zed", ("applier",), {}),
        ("rene", "zed", ("reviewer",), {"aliases": ("hr-team",)}),
        ("rene", "zed", ("reviewer",), {"sts": ("arn:aws:sts::111122223333:assumed-role/R/*",)}),
        ("rene", "rene", ("reviewer",), {"aliases": ("arno2",)}),
        ("rene", "rene", ("reviewer",), {"active": False}),
        ("rene", "arno", ("reviewer",), {}),
        ("rene", "olga", ("reviewer",), {}),
        ("arno", "arno", ("approver", "campaign_owner"), {}),
        ("root", "root", ("approver",), {}),
        ("root", "zed", ("campaign_owner",), {"aliases": ("root",)}),
    ],
)
def test_a_power_or_another_name_is_given_by_a_campaign_owner_only(
    kept: Any, by: str, person: str, roles: tuple[str, ...], more: dict[str, Any]
) -> None:
    before = kept.as_("x").people()
    with pytest.raises(RefusedError) as refused:
        say(kept, by, person, *roles, **more)
    assert refused.value.rule == "not_keeper"
    assert "olga" in refused.value.remedy
    assert kept.as_("x").people() == before
    told = kept.entries()[-1]
    assert (told["type"], told["actor"]["id"], told["body"]["rule"]) == (
        "refusal",
        by,
        "not_keeper",
    )
    assert kept.problems() == []


@pytest.mark.parametrize(
    ("by", "person", "roles", "more"),
    [
        ("olga", "rene", ("approver", "applier"), {"aliases": ("r.n",)}),
        ("olga", "olga", ("campaign_owner", "applier"), {}),
        ("root", "kim", ("approver",), {}),
        ("root", "root", ("reviewer",), {}),
        ("rene", "kim", ("reviewer", "auditor"), {}),
        ("rene", "rene", ("reviewer",), {"email": "rene@example.com"}),
        ("RENE", "rene", ("reviewer",), {"backup": "arno"}),
    ],
)
def test_what_is_right_is_not_refused(
    kept: Any, by: str, person: str, roles: tuple[str, ...], more: dict[str, Any]
) -> None:
    say(kept, by, person, *roles, **more)
    assert kept.entries()[-1]["type"] == "person.set"


def test_only_who_keeps_the_persons_says_that_somebody_left(kept: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        kept.as_("rene").leave("olga")
    assert refused.value.rule == "not_keeper"
    kept.as_("olga").leave("rene")


def test_of_a_file_of_persons_all_are_kept_or_none(kept: Any) -> None:
    before = kept.as_("x").people()
    both = [Person(id="zed", name="Zed"), Person(id="yan", name="Yan", roles=("approver",))]
    with pytest.raises(RefusedError):
        keeping.keep(kept.store, both, clock=kept.clock, actor=Actor("rene", "os"))
    assert kept.as_("x").people() == before


def test_a_decision_that_is_not_ones_own_leaves_a_trace(kept: Any, w: Any) -> None:
    kept.sync(w.estate([w.agent("hr", owner="rene")], {"hr-role": ("s3:GetObject",)}))
    campaign = kept.as_("olga").open((w.arn("hr"),), ask=w.ask).id
    item = kept.line(campaign, "GetObject").id
    for name, rule in (("arno", "not_reviewer"), ("eve", "not_reviewer")):
        with pytest.raises(RefusedError):
            kept.as_(name).decide(_attest(campaign, item))
        told = kept.entries()[-1]
        assert (told["type"], told["campaign"]) == ("refusal", campaign)
        assert told["body"] == {"action": "decide", "rule": rule, "what": told["body"]["what"]}
    assert kept.problems() == []


def test_an_owner_who_keeps_their_own_privilege_leaves_a_trace(kept: Any, w: Any) -> None:
    kept.sync(w.estate([w.agent("hr", owner="olga")], {"hr-role": ("iam:PassRole",)}))
    campaign = kept.as_("olga").open((w.arn("hr"),), ask=w.ask).id
    item = kept.line(campaign, "PassRole").id
    with pytest.raises(RefusedError) as refused:
        kept.as_("olga").reassign(campaign, (item,), "olga", "To me.")
    assert refused.value.rule == "independence"
    assert kept.entries()[-1]["body"]["action"] == "reassign"


def test_what_anybody_is_refused_leaves_no_trace(kept: Any, w: Any) -> None:
    kept.sync(w.estate([w.agent("hr", owner="rene")], {"hr-role": ("s3:GetObject",)}))
    campaign = kept.as_("olga").open((w.arn("hr"),), ask=w.ask).id
    item = kept.line(campaign, "GetObject").id
    size = len(kept.entries())
    with pytest.raises(RefusedError):
        kept.as_("rene").decide(_attest(campaign, item, verdict="revoke"))
    assert len(kept.entries()) == size


def _attest(campaign: str, item: str, verdict: str = "attest") -> Any:
    return DecisionRequest(campaign=campaign, items=(item,), verdict=Verdict(verdict))


def test_nobody_takes_an_agent_from_its_owner_and_strangers_say_nothing_of_it(
    kept: Any, w: Any
) -> None:
    kept.sync(w.estate([w.agent("hr", owner="rene")], {"hr-role": ("s3:GetObject",)}))
    for who, words in (("arno", "take hr from rene"), ("eve", "whose hr is")):
        with pytest.raises(RefusedError, match=words) as refused:
            kept.as_(who).set_agent(w.arn("hr"), owner=who, ask=w.ask)
        assert refused.value.rule == "not_keeper"
        assert kept.entries()[-1]["type"] == "refusal"
    kept.as_("arno").set_agent(w.arn("hr"), purpose="time off", ask=w.ask)
    kept.as_("rene").set_agent(w.arn("hr"), owner="arno", ask=w.ask)
    kept.as_("olga").set_agent(w.arn("hr"), owner="olga", ask=w.ask)
    assert kept.problems() == []
