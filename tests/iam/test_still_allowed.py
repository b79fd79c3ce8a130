"""Grants that allow the same thing."""

from typing import Any

from recert.iam.catalogue import load_catalogue
from recert.iam.effective import effective_grants
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.still_allowed import overlaps

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/subject"
CATALOGUE = load_catalogue()


def policy(*statements: dict[str, Any], kind: Any = "inline", name: str = "p") -> SourcedPolicy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return SourcedPolicy(parse_policy(document), kind, name)


def allow(action: object, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def grants(*policies: SourcedPolicy, **layers: Any) -> tuple[EffectiveGrant, ...]:
    return effective_grants(Authority(ROLE, policies, **layers), CATALOGUE)


def only(*policies: SourcedPolicy, **layers: Any) -> EffectiveGrant:
    (grant,) = grants(*policies, **layers)
    return grant


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
