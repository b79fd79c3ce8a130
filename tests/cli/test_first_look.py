"""What the first run makes of what it found."""

import pytest

from recert.aws.sessions import Caller
from recert.campaigns.people import Person
from recert.cli.first_look import caller_as_person, parse_person, sts_pattern, with_alias
from recert.errors import UsageError


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
    caller = Caller("111122223333", "arn:aws:iam::111122223333:user/kim")
    assert "campaign_owner" in caller_as_person("kim", caller).roles


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("kim", Person("kim", "kim", ("reviewer",))),
        ("kim=Kim Lee", Person("kim", "Kim Lee", ("reviewer",))),
        ("kim=Kim Lee=hr,k.lee", Person("kim", "Kim Lee", ("reviewer",), ("hr", "k.lee"))),
    ],
)
def test_a_person_is_read_from_one_option(text: str, person: Person) -> None:
    assert parse_person(text) == person


def test_nobody_is_no_person() -> None:
    with pytest.raises(UsageError):
        parse_person("=Kim")


def test_an_owner_tag_becomes_a_name_of_its_person_or_a_new_person() -> None:
    kim = Person("kim", "Kim", ("reviewer",))
    assert with_alias([kim], "kim", "hr-team") == [
        Person("kim", "Kim", ("reviewer",), ("hr-team",))
    ]
    assert with_alias([kim], "kim", "kim") == [kim]
    assert with_alias([kim], "lee", "lee")[-1] == Person("lee", "lee", ("reviewer",))
