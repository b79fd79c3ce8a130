"""Documents that nobody sane writes: a verdict all the same, in finite time."""

from typing import Any

import pytest
from policy_words import CATALOGUE, ROLE, allow, deny

from recert.iam.effective import effective_grants
from recert.iam.escalation import escalations
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.still_allowed import overlaps
from recert.iam.targets import TargetRole
from recert.iam.who_can import WhoCan

MANY = [f"arn:aws:s3:::bucket-{n}-*/a*b*c" for n in range(3500)]


@pytest.mark.parametrize(
    "statements",
    [
        [allow("s3:*", MANY), deny("s3:*", [f"{each}x" for each in MANY])],
        [allow("s3:*", MANY), {"Effect": "Deny", "Action": "s3:*", "NotResource": MANY}],
        [allow("*"), deny("*", [f"arn:aws:*:*:*:a{n}*" for n in range(1000)])],
        [allow([f"s3:*{'a*' * (n % 50)}b{n}" for n in range(200)])],
        [allow(["*" + "?*" * 60, *(f"*:{'?' * n}*a*" for n in range(60))])],
        [
            allow("s3:*", "arn:aws:s3:::" + "*a" * 5_000),
            deny("*", "arn:aws:s3:::" + "a*" * 5_000),
        ],
        [allow(["s3:" + "a*" * 40_000, "*" * 100_000, "s3:" + "?" * 100_000, "*:*" + "e*" * 40])],
        [allow([f"service{n}:Act" for n in range(1500)])],
        [allow("s3:*", "arn:aws:s3:::" + "${aws:PrincipalTag/a}" * 2000)],
        [
            allow(
                "s3:*",
                ["", ":", ":::::", "arn", "arn:", "*:*", "\x00", "\x01\x02\x03\x12", "é" * 99],
            )
        ],
        [allow(["", ":", "s3", "s3:", ":GetObject", "s3:Get Object", "\x1b[2J:x", "*" * 5000])],
        [allow([]), allow("s3:*", []), {"Effect": "Allow", "NotAction": [], "Resource": "*"}],
        [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}],
        [{"Effect": "Allow", "Action": "s3:*", "NotResource": []}],
        [{"Effect": "Allow", "Action": "s3:*"}],
    ],
)
def test_every_question_gets_an_answer(statements: list[dict[str, Any]]) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": statements})
    subject = Authority(ROLE, (SourcedPolicy(policy, "inline", "p"),))
    grants = effective_grants(subject, CATALOGUE)
    assert len({grant.key for grant in grants}) == len(grants)
    assert set(overlaps(grants)) == {grant.key for grant in grants}
    escalations(subject, (TargetRole(ROLE), TargetRole(f"{ROLE}-2")), catalogue=CATALOGUE)
    WhoCan([subject], CATALOGUE).query("s3:GetObject", "arn:aws:s3:::kb/a")


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:iam::1:role", "arn:::::", "é:\x00"])
def test_a_principal_of_any_name_is_judged(arn: str) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]})
    subject = Authority(arn, (SourcedPolicy(policy, "inline", "p"),))
    assert effective_grants(subject, CATALOGUE)[0].effective == ("s3:GetObject",)
    assert escalations(subject, (TargetRole(arn),), catalogue=CATALOGUE) == ()


def test_control_characters_never_open_anything() -> None:
    policy = parse_policy(
        {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "arn:aws:s3:::\x03/\x03")]}
    )
    subject = Authority(ROLE, (SourcedPolicy(policy, "inline", "p"),))
    index = WhoCan([subject], CATALOGUE)
    assert index.query("s3:GetObject", "arn:aws:s3:::kb/a") == ()
