"""Resource policies and keys that an agent rests on: who is let in, and whether the key still works."""

from typing import Any

import pytest

from recert.estate.estate import Estate
from recert.estate.integrations import EncryptionKey
from recert.lifecycle import compare

KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-1111-1111-1111-111111111111"
STRANGER = "arn:aws:iam::999988887777:root"


def own(*more: dict[str, Any]) -> dict[str, Any]:
    home = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [home, *more]}


def let_in(action: str, principal: Any = None) -> dict[str, Any]:
    who = principal or {"AWS": STRANGER}
    return {"Effect": "Allow", "Principal": who, "Action": action, "Resource": "*"}


def place(w: Any, estate: Estate, what: str, text: str | None, *, known: bool = True) -> Estate:
    """Give one of the things behind the agent a resource policy."""
    if what == "bucket":
        bucket = estate.buckets[0].model_copy(update={"policy": text, "policy_known": known})
        return w.later(estate, buckets=(bucket,))  # type: ignore[no-any-return]  # the module is loaded by path
    fields = {"resource_policy": text, "resource_policy_known": known}
    if what == "knowledge base":
        base = estate.knowledge_bases[0].model_copy(update=fields)
        return w.later(estate, knowledge_bases=(base,))  # type: ignore[no-any-return]  # as above
    if what == "guardrail":
        guardrail = estate.guardrails[0].model_copy(update=fields)
        return w.later(estate, guardrails=(guardrail,))  # type: ignore[no-any-return]  # as above
    key = EncryptionKey(
        arn=KEY, account=w.ACCOUNT, region=w.REGION, written=KEY, state="Enabled",
        manager="CUSTOMER", policy=text, policy_known=known, used_by=(w.HR,),
    )  # fmt: skip
    keyed = w.with_version(estate, w.HR, "1", kms_key_arn=KEY)
    return w.later(keyed, keys=(key,))  # type: ignore[no-any-return]  # as above


WHATS = ("bucket", "knowledge base", "guardrail", "key")


@pytest.mark.parametrize("what", WHATS)
def test_a_policy_that_lets_somebody_in_widens_what_the_agent_rests_on(
    what: str, w: Any, estate: Estate
) -> None:
    before = place(w, estate, what, w.policy(*own()["Statement"]))
    after = place(w, before, what, w.policy(*own(let_in("x:Use"))["Statement"]))
    (event,) = compare(before, after)
    assert (event.agent, event.kind, event.severity, event.live) == (
        w.HR, "resource_policy.widened", "critical", True,
    )  # fmt: skip
    assert event.after is not None
    assert event.after["resource"] == what
    assert event.after["statements"][0]["principal"] == f"AWS:{STRANGER}"
    (back,) = compare(after, w.later(before, taken_at=after.taken_at))
    assert (back.kind, back.severity) == ("resource_policy.narrowed", "low")


@pytest.mark.parametrize("what", WHATS)
def test_a_policy_that_was_not_read_on_one_side_is_no_event(
    what: str, w: Any, estate: Estate
) -> None:
    before = place(w, estate, what, None, known=False)
    after = place(w, before, what, w.policy(*own(let_in("x:Use"))["Statement"]))
    assert compare(before, after) == ()
    assert compare(after, place(w, after, what, None, known=False)) == ()


@pytest.mark.parametrize("what", WHATS)
def test_the_same_policy_written_another_way_is_no_event(what: str, w: Any, estate: Estate) -> None:
    statements = own(let_in("x:Use"))["Statement"]
    before = place(w, estate, what, w.policy(*statements))
    after = place(w, before, what, w.policy(*reversed(statements)))
    assert compare(before, after) == ()


def test_a_key_that_is_to_be_deleted_is_an_event(w: Any, estate: Estate) -> None:
    before = place(w, estate, "key", w.policy(*own()["Statement"]))
    dying = before.keys[0].model_copy(update={"state": "PendingDeletion"})
    (event,) = compare(before, w.later(before, keys=(dying,)))
    assert (event.kind, event.severity, event.live) == ("kms_key.changed", "high", True)
    assert event.after == {"kms_key_arn": KEY, "state": "PendingDeletion"}


def test_what_no_version_of_the_agent_rests_on_is_no_event_of_it(w: Any, estate: Estate) -> None:
    idle = w.with_version(estate, w.HR, "1", knowledge_bases=())
    idle = w.with_version(idle, w.HR, "DRAFT", knowledge_bases=())
    before = place(w, idle, "bucket", None)
    after = place(w, before, "bucket", w.policy(let_in("s3:PutObject")))
    assert compare(before, after) == ()
