"""What is typed in the first run."""

import pytest

from recert.campaigns.people import Person
from recert.cli.first_look import parse_person
from recert.errors import UsageError


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
