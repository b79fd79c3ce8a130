"""Who owns an agent, and who stands in."""

from datetime import date
from typing import Any

import pytest

from recert.errors import UsageError
from recert.estate.companions import OwnerState
from recert.estate.estate import Estate
from recert.lifecycle import OwnerPolicy, compare, read_leavers, with_owners

TABLE = {
    "fallback": "desk",
    "mapping": {"hr*": "maria", "*": "nobody-else"},
    "backups": {"Maria": "omar"},
    "teams": {"people-ops": "lena"},
}


def ladder(w: Any, estate: Estate, **agent: Any) -> Any:
    found = w.with_agent(estate, w.HR, lambda one: one.model_copy(update=agent))
    policy = OwnerPolicy.from_table(TABLE)
    return with_owners(found, policy).agents_by_arn[w.HR]


@pytest.mark.parametrize(
    ("agent", "found", "stewards"),
    [
        ({"owner": "ana", "tags": {"owner": "ana"}}, ("ana", "tag"), ["fallback:desk"]),
        ({"owner": None, "tags": {}}, ("maria", "mapping"), ["backup:omar", "fallback:desk"]),
        (
            {"owner": None, "tags": {"Team": "people-ops", "Backup-Owner": "bea"}},
            ("maria", "mapping"), ["backup:bea", "backup:omar", "team:lena", "fallback:desk"],
        ),
        ({"owner": "ana", "tags": {"team": "sre"}}, ("ana", "tag"), ["team:sre", "fallback:desk"]),
        ({"owner": None, "tags": None}, (None, None), ["fallback:desk"]),
        (
            {"owner": "ana", "owner_source": "registry", "tags": {}}, ("ana", "registry"),
            ["fallback:desk"],
        ),
    ],
)  # fmt: skip
def test_each_rung_holds_where_the_one_above_is_empty(
    agent: dict[str, Any],
    found: tuple[str | None, str | None],
    stewards: list[str],
    w: Any,
    estate: Estate,
) -> None:
    owned = ladder(w, estate, **agent)
    assert (owned.owner, owned.owner_source) == found
    assert [f"{one.rung}:{one.name}" for one in owned.stewards] == stewards


def test_a_mapping_that_changes_is_a_new_owner(w: Any, estate: Estate) -> None:
    bare = w.with_agent(
        estate, w.HR, lambda one: one.model_copy(update={"owner": None, "tags": {}})
    )
    before = with_owners(bare, OwnerPolicy(mapping={"hr": "maria"}))
    after = with_owners(w.later(bare), OwnerPolicy(mapping={"hr": "omar"}))
    assert [event.kind for event in compare(before, after)] == ["owner.changed"]


def test_who_stands_in_is_no_part_of_what_changed(w: Any, estate: Estate) -> None:
    after = with_owners(w.later(estate), OwnerPolicy(fallback="desk"))
    assert compare(estate, after) == ()


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("active", "disabled", True),
        (None, "disabled", True),
        ("active", "missing", True),
        (None, "missing", False),
        ("disabled", "disabled", False),
        ("disabled", "active", False),
        ("active", None, False),
    ],
)
def test_the_identity_store_says_who_left(
    old: str | None, new: str | None, *, left: bool, w: Any, estate: Estate
) -> None:
    def seen(state: str | None) -> tuple[OwnerState, ...]:
        return () if state is None else (OwnerState(name="Alice@example.com", state=state),)

    events = compare(w.later(estate, owners=seen(old)), w.later(estate, owners=seen(new)))
    mine = [(event.agent, event.kind, event.severity.value) for event in events]
    assert mine == [
        (one.arn, "owner.left", "high") for one in estate.agents if left
    ] or (not left and mine == [])  # fmt: skip


def test_a_leavers_file_names_people_and_days() -> None:
    text = "\ufeffname,left\n# from HR\n\nalice@example.com, 2026-11-01\nbob\ncarol,2026-12-01\n"
    assert read_leavers(text, "l.csv", date(2026, 11, 30)) == ("alice@example.com", "bob")


def test_an_impossible_day_of_a_leaver_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError) as refused:
        read_leavers("alice\nbob,2026-02-30\n", "l.csv", date(2026, 11, 30))
    assert "l.csv, line 2" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[owners]\nfallbak = "x"', ("line 2", "Did you mean fallback?")),
        ("[owners]\nfallback = 3", ("line 2", "fallback is 3")),
        ('[owners.mapping]\n"hr-*" = ""', ("line 2", "hr-*")),
        ("[owners]\nbackup_tags = 'x'", ("line 2", "list of texts")),
        ('[owners]\nteams = "x"', ("line 2", "table")),
    ],
)
def test_a_ladder_that_cannot_hold_is_refused_with_its_line(
    text: str, says: tuple[str, ...]
) -> None:
    import tomllib  # noqa: PLC0415 - only this test reads TOML

    with pytest.raises(UsageError) as refused:
        OwnerPolicy.from_table(tomllib.loads(text)["owners"], text=text)
    for part in says:
        assert part in str(refused.value)
