from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from recert.estate.authority import Role
from recert.estate.estate import Estate, Gap, Source

TAKEN = datetime(2026, 11, 1, 9, tzinfo=UTC)


def estate(**fields: object) -> Estate:
    values = {"taken_at": TAKEN, "source": Source(kind="replay"), **fields}
    return Estate.model_validate(values)


def role(name: str) -> Role:
    return Role(
        arn=f"arn:aws:iam::111122223333:role/{name}",
        role_id="AROA" + name,
        name=name,
        path="/",
        account="111122223333",
        trust="{}",
    )


def test_an_estate_survives_the_round_trip_through_json() -> None:
    before = estate(roles=(role("a"),))
    assert Estate.model_validate_json(before.model_dump_json()) == before


def test_the_time_of_a_reading_needs_a_zone_and_is_kept_in_utc() -> None:
    with pytest.raises(ValidationError, match="zone"):
        estate(taken_at=datetime(2026, 11, 1))  # noqa: DTZ001 - the naive time is the point
    berlin = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert estate(taken_at=berlin).model_dump(mode="json")["taken_at"] == "2026-11-01T09:00:00Z"


def test_the_content_digest_leaves_out_when_and_from_where() -> None:
    later = estate(taken_at=TAKEN + timedelta(days=1), source=Source(kind="live"))
    assert later.content_digest == estate().content_digest


def test_the_content_digest_sees_what_was_read_and_what_was_not() -> None:
    gap = Gap(
        account="1" * 12,
        region="us-east-1",
        service="iam",
        operation="GetPolicy",
        error="AccessDenied",
        effect="x",
    )
    digests = {
        estate().content_digest,
        estate(roles=(role("a"),)).content_digest,
        estate(coverage={"gaps": (gap,)}).content_digest,
    }
    assert len(digests) == 3


def test_the_index_finds_roles_by_arn() -> None:
    found = estate(roles=(role("a"), role("b")))
    assert found.roles_by_arn["arn:aws:iam::111122223333:role/b"].name == "b"


def test_a_changed_copy_has_indexes_of_its_own() -> None:
    before = estate(roles=(role("a"),))
    assert set(before.roles_by_arn) == {"arn:aws:iam::111122223333:role/a"}
    after = before.model_copy(update={"roles": (role("b"),)})
    assert set(after.roles_by_arn) == {"arn:aws:iam::111122223333:role/b"}
    assert after.content_digest != before.content_digest
