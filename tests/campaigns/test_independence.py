"""Who keeps what is privileged: neither owner, creator, last changer, nor able to assume the role."""

from typing import Any

import pytest

from recert.campaigns.independence import CHANGED_BY, CREATED_BY, Facts, independence, tagged
from recert.campaigns.people import Directory, Person
from recert.campaigns.views import Verdict
from recert.errors import RefusedError

ADMIN = "arn:aws:sts::111122223333:assumed-role/Admin/*"
ALICE = Person("alice", "Alice", ("reviewer",), ("alice@example.com",), (ADMIN,))
BOB = Person(
    "bob", "Bob", ("reviewer",), (), ("arn:aws:sts::111122223333:assumed-role/Reader/bob",)
)
CARL = Person("carl", "Carl", ("reviewer",))
ROLE = "arn:aws:iam::111122223333:role/"
SERVICE = "bedrock.amazonaws.com"


def judged(name: str, facts: Facts, *persons: Person) -> Any:
    return independence(Directory(persons), name, facts)


def test_unknown_is_recorded_as_unknown_and_is_no_pass() -> None:
    found = judged("bob", Facts("alice"), ALICE, BOB)
    assert found.independent is None
    assert found.as_json() == {
        "independent": None,
        "is_owner": False,
        "is_creator": "unknown",
        "is_last_changer": "unknown",
        "can_assume_role": "unknown",
        "other_persons": 0,
    }


def test_independent_is_who_is_known_to_be_none_of_the_four() -> None:
    facts = Facts("alice", ("dora",), ("alice",), (SERVICE,))
    assert judged("bob", facts, ALICE, BOB).independent is True
    assert judged("alice", facts, ALICE, BOB).independent is False


@pytest.mark.parametrize("name", ["alice", "alice@example.com", " Alice "])
def test_an_owner_is_not_independent_by_any_of_their_names(name: str) -> None:
    assert judged(name, Facts("alice"), ALICE).barred == ("owns the agent",)


@pytest.mark.parametrize(
    ("facts", "barred"),
    [
        (Facts("x", creators=("alice@example.com",)), "created the agent"),
        (
            Facts("x", creators=("arn:aws:sts::111122223333:assumed-role/Admin/ally",)),
            "created the agent",
        ),
        (Facts("x", changers=("dora", "alice")), "changed the agent last"),
        (Facts("x", principals=(SERVICE, f"{ROLE}Admin")), "can assume its role"),
        (Facts("x", principals=(f"{ROLE}teams/Admin",)), "can assume its role"),
        (Facts("x", principals=("*",)), "can assume its role"),
    ],
)
def test_each_of_the_others_bars_as_well(facts: Facts, barred: str) -> None:
    assert judged("alice", facts, ALICE, BOB).barred == (barred,)
    other = judged("bob", facts, ALICE, BOB)
    assert (barred not in other.barred) or facts.principals == ("*",)


@pytest.mark.parametrize(
    ("name", "principals", "assumes"),
    [
        ("alice", (SERVICE,), False),
        ("carl", (SERVICE,), False),
        ("carl", (f"{ROLE}Admin",), None),
        ("alice", (f"{ROLE}Other",), False),
        ("alice", ("arn:aws:iam::111122223333:root",), None),
        ("alice", ("111122223333",), None),
        ("alice", ("arn:aws:iam::999988887777:root",), False),
        ("alice", None, None),
        ("alice", (), False),
    ],
)
def test_what_a_trust_policy_says_of_a_person(
    name: str, principals: tuple[str, ...] | None, assumes: Any
) -> None:
    found = judged(name, Facts("x", principals=principals), ALICE, BOB, CARL)
    assert found.assumes is assumes


def test_creators_and_changers_come_from_tags_in_any_spelling() -> None:
    assert tagged(CREATED_BY, {"created-by": "a"}, {"CreatedBy": "b", "Owner": "c"}) == ("a", "b")
    assert tagged(CREATED_BY, {"aws:createdBy": " d "}) == ("d",)
    assert tagged(CHANGED_BY, {"Last_Modified_By": "e"}) == ("e",)
    assert tagged(CHANGED_BY, {"owner": "e", "changed-by": " "}, None) is None


@pytest.fixture
def barred(house: Any, w: Any) -> str:
    """Return a campaign over an agent that alice owns and bob created; carl stands outside."""
    house.know("alice", "bob", "carl")
    agent = w.agent("hr").model_copy(update={"tags": {"created-by": "bob"}})
    house.sync(w.estate([agent], {"hr-role": ("iam:PassRole", "s3:GetObject")}))
    return str(house.open("hr"))


def test_a_privileged_item_goes_past_everybody_who_is_barred(house: Any, barred: str) -> None:
    assert house.line(barred, "PassRole").reviewer == "carl"
    assert house.line(barred, "GetObject").reviewer == "alice"


@pytest.mark.parametrize("verdict", [Verdict.ATTEST, Verdict.ATTEST_UNTIL, Verdict.EXCEPTION])
def test_the_creator_keeps_nothing_privileged_while_somebody_else_can_judge(
    house: Any, w: Any, barred: str, verdict: Verdict
) -> None:
    item = house.line(barred, "PassRole").id
    with pytest.raises(RefusedError) as refused:
        house.as_("carl").reassign(barred, (item,), "bob", "You know it.")
    assert refused.value.rule == "independence"
    people = Person("bob", "Bob", ("reviewer",), ("carl2",))
    assert people.judges
    with house.store.write(house.actor) as tx:
        # As if it had been handed over before anybody knew who created the agent.
        row = tx.session.get_one(type(tx.session.get(*_item(item))), item)
        row.reviewer = "bob"
    with pytest.raises(RefusedError) as refused:
        house.decide(
            "bob",
            barred,
            item,
            verdict=verdict,
            rationale="Needed.",
            until=w.START.replace(year=2027),
            control="c",
            approver="dora",
        )
    assert refused.value.rule == "independence"
    house.decide("bob", barred, item, verdict=Verdict.REVOKE, rationale="Not needed.")


def _item(item: str) -> tuple[Any, str]:
    from recert.store.tables import ItemRow  # noqa: PLC0415 - the one raw write of these tests

    return ItemRow, item


def test_owners_attest_what_is_ordinary(house: Any, barred: str) -> None:
    made = house.decide("alice", barred, house.line(barred, "GetObject").id)
    assert made[0].independence["is_owner"] is True
    house.as_("alice").sign(barred)
    assert house.problems() == []


def test_where_there_is_only_one_person_it_works_and_is_said_to_be_not_independent(
    house: Any, w: Any
) -> None:
    house.know("alice")
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("iam:PassRole",)}))
    campaign = house.as_("alice").open([w.arn("hr")], ask=w.ask).id
    item = house.line(campaign, "PassRole")
    assert item.reviewer == "alice"
    made = house.decide("alice", campaign, item.id, rationale="It is needed.")
    assert made[0].independent is False
    assert house.as_("alice").summary(campaign).not_independent == 1
    house.as_("alice").sign(campaign)
    told = [one["body"] for one in house.entries() if one["type"] == "decision.recorded"]
    assert told[0]["independence"]["independent"] is False
    assert house.problems() == []
