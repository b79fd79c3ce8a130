"""Instants, days and lists as people type them."""

from datetime import UTC, datetime

import click
import pytest

from recert.cli.types import Day, Instant, Words


def test_an_instant_needs_its_zone() -> None:
    wanted = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert Instant().convert("2026-11-01T09:00:00+01:00", None, None) == wanted
    with pytest.raises(click.BadParameter):
        Instant().convert("2026-11-01T09:00:00", None, None)


def test_a_day_ends_with_its_last_second() -> None:
    wanted = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert Day().convert("2026-12-31", None, None) == wanted


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "31.12.2026", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Day().convert(text, None, None)


def test_words_have_commas_between_them() -> None:
    assert Words().convert("s3:GetObject, s3:ListBucket,", None, None) == (
        "s3:GetObject",
        "s3:ListBucket",
    )
    with pytest.raises(click.BadParameter):
        Words().convert(" , ", None, None)
