"""Persons in a file."""

from pathlib import Path

import pytest

from recert.campaigns.people import Person
from recert.cli.people_file import read_people
from recert.errors import UsageError


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    table, tree = tmp_path / "p.csv", tmp_path / "p.json"
    table.write_text(
        "id,name,roles,aliases,active\nkim,Kim Lee,reviewer;approver,k.lee;hr,\ntom,,,,left\n",
        encoding="utf-8-sig",
    )
    tree.write_text(
        '{"people": [{"id": "kim", "name": "Kim Lee", "roles": ["reviewer", "approver"],'
        ' "aliases": ["k.lee", "hr"]}, {"id": "tom", "active": false}]}'
    )
    wanted = [
        Person("kim", "Kim Lee", ("reviewer", "approver"), ("k.lee", "hr")),
        Person("tom", "tom", ("reviewer",), active=False),
    ]
    assert read_people(table) == wanted
    assert read_people(tree) == wanted


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("p.csv", "", "id"),
        ("p.csv", "name\nKim\n", "id"),
        ("p.csv", "id,colour\nkim,red\n", "colour"),
        ("p.csv", "id\nkim\n  \n ,\n", "person 2"),
        ("p.json", "{", "JSON"),
        ("p.json", "[]", "nobody"),
        ("p.json", '[{"id": "kim"}, {"name": "x"}]', "person 2"),
        ("p.json", '{"people": 3}', "list"),
    ],
)
def test_a_file_that_cannot_be_meant_is_named(
    tmp_path: Path, name: str, text: str, named: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(UsageError, match=named):
        read_people(file)
