"""How a store begins: who owns it, and by which names persons are known."""

import pytest

from recert.campaigns.beginning import first_owner, with_alias
from recert.campaigns.people import Person
from recert.campaigns.strength import sts_pattern


@pytest.mark.parametrize(
    ("arn", "pattern"),
    [
        (
            "arn:aws:sts::111122223333:assumed-role/Reader/session-1",
            "arn:aws:sts::111122223333:assumed-role/Reader/*",
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/SSO/kim@example.com",
            "arn:aws:sts::111122223333:assumed-role/SSO/kim@example.com",
        ),
        ("arn:aws:iam::111122223333:user/kim", "arn:aws:iam::111122223333:user/kim"),
    ],
)
def test_a_session_that_names_a_person_is_kept_whole(arn: str, pattern: str) -> None:
    assert sts_pattern(arn) == pattern


def test_who_runs_the_first_run_owns_campaigns() -> None:
    assert "campaign_owner" in first_owner("kim", "arn:aws:iam::111122223333:user/kim").roles


def test_an_owner_tag_becomes_a_name_of_its_person_or_a_new_person() -> None:
    kim = Person("kim", "Kim", ("reviewer",))
    assert with_alias([kim], "kim", "hr-team") == [
        Person("kim", "Kim", ("reviewer",), ("hr-team",))
    ]
    assert with_alias([kim], "kim", "kim") == [kim]
    assert with_alias([kim], "lee", "lee")[-1] == Person("lee", "lee", ("reviewer",))
