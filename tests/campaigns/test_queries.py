from itertools import groupby
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import ItemFilter
from recert.errors import AmbiguousNameError, UsageError


@pytest.fixture
def many(w: ModuleType, house: Any) -> str:
    """Return a campaign of 1,203 items."""
    actions = [f"s3:Get{number:04}" for number in range(1_201)]
    roles = {"hr-role": actions, "pay-role": []}
    house.sync(w.estate([w.agent("hr"), w.agent("pay", owner="bob")], roles))
    return str(house.open("hr", "pay"))


def test_pages_hold_every_item_once_and_in_order(house: Any, many: str) -> None:
    service = house.as_("alice")
    found, after, pages = [], None, 0
    while True:
        page = service.items(many, after=after, limit=100)
        assert page.total == 1_203
        found += [line.id for line in page.items]
        pages += 1
        after = page.next
        if after is None:
            break
    assert pages == 13
    assert len(set(found)) == len(found) == 1_203
    assert found == [line.id for line in house.lines(many)]


def test_pages_do_not_move_when_items_are_decided(house: Any, many: str) -> None:
    service = house.as_("alice")
    first = service.items(many, limit=10)
    second = service.items(many, after=first.next, limit=10)
    for line in first.items:
        house.decide("alice", many, line.id, rationale="Needed.")
    assert [line.id for line in service.items(many, after=first.next, limit=10).items] == [
        line.id for line in second.items
    ]


def test_counts_completion_and_items_agree_beyond_a_thousand(house: Any, many: str) -> None:
    mine = [line.id for line in house.lines(many, reviewer="alice")]
    assert len(mine) == 1_202
    house.decide("alice", many, *mine[:1_100], rationale="All of these are needed.")
    counts = house.as_("x").counts(many)
    assert (counts.items, counts.pending, counts.decided) == (1_203, 103, 1_100)
    assert house.as_("alice").sign(many).items == 1_100
    view = house.as_("alice").campaign(many)
    assert (view.counts.signed_off, view.mine_pending, view.state) == (1_100, 102, "active")
    assert view.blockers[0].startswith("102 items wait for alice: `recert items ")


def test_filters_hold_together(house: Any, many: str) -> None:
    lines = house.lines
    assert len(lines(many, reviewer="bob")) == 1
    assert len(lines(many, text="get0007")) == 1
    assert len(lines(many, text="s3 get000")) == 10
    assert len(lines(many, text="pay")) == 1
    assert lines(many, text="100%") == []
    house.decide("alice", many, lines(many, text="get0007")[0].id)
    assert len(lines(many, undecided=True)) == 1_202
    assert len(lines(many, states=("decided",))) == 1


def test_a_cursor_that_is_none_is_refused(house: Any, many: str) -> None:
    with pytest.raises(UsageError, match="no place in a list"):
        house.as_("x").items(many, after="somewhere")


def test_items_and_campaigns_are_found_by_their_beginning(house: Any, many: str) -> None:
    service = house.as_("x")
    item = house.lines(many)[0].id
    assert service.find_item(many, item[:7]) == item
    assert service.find_item(many, item) == item
    assert service.find_campaign(many[:4]) == many
    assert service.find_campaign(service.campaign(many).name) == many
    with pytest.raises(AmbiguousNameError):
        service.find_item(many, "i-")
    for typed in ("", "i-%", "nothing"):
        with pytest.raises(UsageError):
            service.find_item(many, typed)


def test_unknown_things_are_named(house: Any, many: str) -> None:
    service = house.as_("x")
    for call in (
        lambda: service.campaign("c-none"),
        lambda: service.counts("c-none"),
        lambda: service.items("c-none"),
        lambda: service.item(many, "i-none"),
        lambda: service.summary("c-none"),
        lambda: service.preview("c-none"),
    ):
        with pytest.raises(UsageError, match="There is no"):
            call()


def test_the_most_urgent_campaign_comes_first(w: ModuleType, house: Any) -> None:
    house.sync(
        w.estate(
            [w.agent("hr"), w.agent("pay", owner="bob")],
            {"hr-role": ["s3:GetObject"], "pay-role": ["s3:GetObject"]},
        )
    )
    done = house.open("hr", name="over")
    house.attest_all(done)
    late = house.open("pay", name="later", due_in_days=30)
    soon = house.open("pay", name="sooner", due_in_days=3)
    mine = house.open("hr", name="mine", due_in_days=60)
    assert [view.id for view in house.as_("bob").campaigns()] == [soon, late, mine, done]
    assert [view.id for view in house.as_("alice").campaigns()] == [mine, soon, late, done]


def test_an_item_shows_the_policy_that_it_comes_from(w: ModuleType, house: Any) -> None:
    found = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]})
    house.sync(found)
    campaign = house.as_("owner").open([w.arn("hr")]).id
    line = next(one for one in house.lines(campaign) if one.kind == "permission")
    document = house.as_("x").item(campaign, line.id).evidence["policy_document"]
    assert document["Statement"][0]["Action"] == "s3:GetObject"


def test_a_filter_by_a_person_knows_their_other_names(house: Any, many: str) -> None:
    house.know("robert", aliases=("bob",))
    service = house.as_("robert")
    assert service.items(many, ItemFilter(reviewer="robert")).total == 1
    assert service.campaign(many).mine_pending == 1


def test_a_reviewer_is_found_whatever_the_case_of_the_owner_tag(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr", owner="Alice")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    service = house.as_("alice")
    assert service.items(campaign, ItemFilter(reviewer="alice")).total == 2
    assert service.campaign(campaign).mine_pending == service.summary(campaign).pending == 2
    assert house.decide("alice", campaign, house.lines(campaign)[0].id)
    assert service.items(campaign, ItemFilter(reviewer="nobody")).total == 0


@pytest.fixture
def mixed(w: ModuleType, house: Any) -> str:
    """Return a campaign with grants of several services, levels and policies."""
    actions = [
        f"{service}:{name}"
        for service in ("s3", "sqs", "iam", "kms")
        for name in ("GetObject", "PutObject", "PassRole", "Decrypt")
    ]
    house.sync(w.estate([w.agent("hr")], {"hr-role": actions}))
    return str(house.open("hr"))


def in_pages(service: Any, campaign: str, wanted: ItemFilter, size: int) -> list[Any]:
    found, after = [], None
    while True:
        page = service.items(campaign, wanted, after=after, limit=size)
        found += page.items
        after = page.next
        if after is None:
            assert page.total == len(found)
            return found


GROUP = {
    "risk": lambda line: "privileged" if line.privileged else line.level,
    "service": lambda line: line.service,
    "policy": lambda line: line.policy,
    "delta": lambda line: line.delta,
}


@pytest.mark.parametrize("by", GROUP)
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_groups_are_paged_whole_each_in_review_order(
    house: Any, mixed: str, by: str, size: int
) -> None:
    service = house.as_("alice")
    wanted = ItemFilter(group=by)
    lines = in_pages(service, mixed, wanted, size)
    assert sorted(line.id for line in lines) == sorted(line.id for line in house.lines(mixed))
    told = [(group.key, group.items) for group in service.groups(mixed, wanted)]
    keys = [GROUP[by](line) for line in lines]
    assert [(key, len(list(same))) for key, same in groupby(keys)] == told
    for _, same in groupby(lines, key=GROUP[by]):
        ranks = [line.rank for line in same]
        assert ranks == sorted(ranks)


def test_the_gravest_group_comes_first(house: Any, mixed: str) -> None:
    service = house.as_("alice")
    by_risk = [group.key for group in service.groups(mixed, ItemFilter(group="risk"))]
    assert by_risk[0] == "privileged"
    assert by_risk.index("Write") < by_risk.index("Read")
    first = house.lines(mixed)[0]
    assert service.groups(mixed, ItemFilter(group="service"))[0].key == first.service


def test_a_page_goes_on_where_the_group_of_the_last_item_is_decided_away(
    house: Any, mixed: str
) -> None:
    service = house.as_("alice")
    wanted = ItemFilter(reviewer="alice", undecided=True, group="service")
    every = in_pages(service, mixed, wanted, 50)
    first = service.items(mixed, wanted, limit=2)
    gone = [line for line in every if line.service == first.items[-1].service]
    for line in gone:
        house.decide("alice", mixed, line.id, rationale="Needed.")
    rest = service.items(mixed, wanted, after=first.next, limit=50).items
    behind = [one for one in every[every.index(gone[-1]) + 1 :] if one.service != gone[0].service]
    assert [line.id for line in rest] == [line.id for line in behind]


def test_groups_count_what_is_pending(house: Any, mixed: str) -> None:
    service = house.as_("alice")
    wanted = ItemFilter(group="service", reviewer="alice")
    line = house.lines(mixed, reviewer="alice")[0]
    house.decide("alice", mixed, line.id, rationale="Needed.")
    group = next(one for one in service.groups(mixed, wanted) if one.key == line.service)
    assert group.pending == group.items - 1


def test_items_are_not_grouped_by_anything_else(house: Any, mixed: str) -> None:
    with pytest.raises(UsageError, match="not grouped by 'colour'"):
        house.as_("alice").items(mixed, ItemFilter(group="colour"))


def test_a_line_says_action_resource_policy_and_last_use(house: Any, mixed: str) -> None:
    line = next(one for one in house.lines(mixed) if one.action == "s3:GetObject")
    grant = house.as_("alice").item(mixed, line.id).grant
    assert (line.policy, line.resource) == (grant["policy"]["name"], grant["resources"][0])
    assert line.used == "unknown"
