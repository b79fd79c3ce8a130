"""How single values are compared, by operator family; None is a side of the wrong type."""

import pytest

from recert.iam.comparisons import COMPARISONS
from recert.iam.operators import BASE_OPERATORS
from recert.iam.variables import joined, resolve, shielded, template, widened

NEW_YEAR = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("operator", "policy", "given", "expected"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringLike", "a*b", "a\nb", True),
        ("StringEqualsIgnoreCase", "ÄB", "äb", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", " +10 ", "1e1", True),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("NumericEquals", "10", "ten", None),
        ("NumericEquals", "0x10", "16", None),
        ("NumericEquals", "", "0", None),
        ("NumericEquals", "1" * 500, "1" * 500, None),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "-1e999", "0", True),
        ("DateEquals", NEW_YEAR, "2026-01-01", True),
        ("DateEquals", NEW_YEAR, "2026", True),
        ("DateEquals", NEW_YEAR, "1767225600", True),
        ("DateEquals", NEW_YEAR, "2026-01-01T01:00:00+01:00", True),
        ("DateEquals", NEW_YEAR, "2025-12-31T19:00:00.000-0500", True),
        ("DateEquals", NEW_YEAR, "2026-01-01T00:00Z", True),
        ("DateEquals", NEW_YEAR, "2026-01-01T00:00:00.0000001Z", False),
        ("DateLessThan", NEW_YEAR, "0001-01-01T00:00:00+14:00", True),
        ("DateLessThan", NEW_YEAR, "2026-02-30", None),
        ("DateLessThan", NEW_YEAR, "2026-01-01T00:00:00+99:00", None),
        ("DateLessThan", NEW_YEAR, "yesterday", None),
        ("Bool", "TRUE", "true", True),
        ("Bool", "true", "1", None),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "qq==", False),
        ("IpAddress", "0.0.0.0/0", "203.0.113.7", True),
        ("IpAddress", "10.1.2.3/8", "10.9.9.9", True),
        ("IpAddress", "10.0.0.1", "10.0.0.1", True),
        ("IpAddress", "2001:DB8::/32", "2001:db8:0:0::1", True),
        ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
        ("IpAddress", "10.0.0.0/33", "10.0.0.1", None),
        ("IpAddress", "10.0.0.0/8", "10.0.0.0/8", None),
    ],
)
def test_a_comparison(operator: str, policy: str, given: str, *, expected: bool | None) -> None:
    assert COMPARISONS[operator](policy, given) is expected


def test_every_operator_but_null_has_a_comparison() -> None:
    assert set(COMPARISONS) == set(BASE_OPERATORS) - {"Null"}


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a-${aws:u}-b", {"aws:u": "x"}, "a-x-b"),
        ("${ AWS:U }", {"aws:u": "x"}, "x"),
        ("${aws:u}${aws:v}", {"aws:u": "x", "aws:v": "y"}, "xy"),
        ("${aws:u}", {"aws:u": "${aws:v}", "aws:v": "y"}, "${aws:v}"),
        ("${aws:u}", {}, None),
        ("${aws:u}", {"aws:u": ""}, None),
        ("${aws:u}", {"aws:u": ("x",)}, None),
        ("${aws:u, 'a, b'}", {}, "a, b"),
        ("${aws:u, 'a'}", {"aws:u": "x"}, "x"),
        ("${aws:u,'a'}", {}, None),
        ("${aws:u, a}", {}, None),
        ("${*}${?}${$}", {}, "*?$"),
        ("${}", {}, None),
    ],
)
def test_a_template_is_resolved(text: str, values: dict[str, str], expected: str | None) -> None:
    found = template(text)
    assert found is not None
    pieces = resolve(found, values, 100)
    assert (None if pieces is None else joined(pieces)) == expected


@pytest.mark.parametrize("text", ["", "plain", "${open", "$", "a}b"])
def test_a_text_without_variables_is_none(text: str) -> None:
    assert template(text) is None


def test_plain_wildcards_match_themselves_and_pattern_ones_anything() -> None:
    found = template("${aws:u}/*")
    assert found is not None
    pieces = resolve(found, {"aws:u": "a*"}, 100)
    assert pieces is not None
    pattern, text = shielded(pieces, "a*/x\ue000")
    assert pattern.count("*") == 1
    assert pattern[:2] == text[:2]
    assert joined(widened(found, {}, 100)) == "*/*"
