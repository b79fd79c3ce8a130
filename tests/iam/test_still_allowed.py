"""Grants that allow the same thing."""

from policy_words import allow, deny, grants, policy

from recert.iam.still_allowed import overlaps


def test_overlaps_name_what_still_allows() -> None:
    wide, narrow, apart = found = grants(
        policy(
            allow("s3:*", "arn:aws:s3:::kb/*"),
            allow("s3:GetObject", "arn:aws:s3:::kb/a/*"),
            allow("s3:GetObject", "arn:aws:s3:::other/*"),
        )
    )
    shared = overlaps(found)
    assert [(o.other, o.actions, o.whole) for o in shared[wide.key]] == [
        (narrow.key, ("s3:GetObject",), False)
    ]
    assert [(o.other, o.actions, o.whole) for o in shared[narrow.key]] == [
        (wide.key, ("s3:GetObject",), True)
    ]
    assert shared[apart.key] == ()


def test_what_is_blocked_does_not_overlap() -> None:
    one, other = found = grants(policy(allow("s3:Get*"), allow("s3:*")), policy(deny("s3:Get*")))
    assert overlaps(found) == {one.key: (), other.key: ()}


def test_unknown_actions_overlap_as_they_are_written() -> None:
    one, other = found = grants(policy(allow("new:Do"), allow("new:*")))
    shared = overlaps(found)
    assert [o.actions for o in shared[one.key]] == [("new:Do",)]
    assert [o.other for o in shared[other.key]] == [one.key]
