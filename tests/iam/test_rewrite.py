"""Rewriting of policy documents, and its proof by the engine."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.iam.catalogue import load_catalogue
from recert.iam.context import UNKNOWN
from recert.iam.effective import effective_grants
from recert.iam.errors import PolicyError
from recert.iam.evaluate import load
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, Request, SourcedPolicy
from recert.iam.narrowing import beyond
from recert.iam.proof import prove
from recert.iam.rewrite import (
    INLINE_LIMIT,
    MANAGED_LIMIT,
    Rewritten,
    check_size,
    narrow_action,
    narrow_resources,
    not_action_element,
    policy_size,
    remove_action,
    split_statement,
)

ROLE = "arn:aws:iam::111122223333:role/subject"
CATALOGUE = load_catalogue()


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "x", "Statement": list(statements)}


def allow(action: object, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Sid": "One", "Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_an_element_is_taken_out_and_nothing_else_is_touched() -> None:
    other = allow("ec2:*")
    before = policy(
        allow(["s3:*", "sqs:*"], Condition={"Bool": {"aws:SecureTransport": "true"}}), other
    )
    kept = copy.deepcopy(before)
    after = remove_action(before, 0, "s3:*").document
    assert before == kept
    assert after is not None
    assert after["Statement"][0] == {**before["Statement"][0], "Action": ["sqs:*"]}
    assert after["Statement"][1] is other
    assert list(after) == list(before)
    assert list(after["Statement"][0]) == list(before["Statement"][0])


def test_every_occurrence_of_an_element_is_taken_out() -> None:
    after = remove_action(policy(allow(["s3:*", "a:b", "s3:*"])), 0, "s3:*").document
    assert after is not None
    assert after["Statement"][0]["Action"] == ["a:b"]


@pytest.mark.parametrize("written", ["s3:*", ["s3:*"]])
def test_a_statement_that_grants_nothing_is_dropped(written: object) -> None:
    found = remove_action(policy(allow(written), allow("ec2:*")), 0, "s3:*")
    assert found.document is not None
    assert [each["Action"] for each in found.document["Statement"]] == ["ec2:*"]
    assert found.origins == (1,)


def test_a_policy_that_grants_nothing_is_none_at_all() -> None:
    assert remove_action(policy(allow("s3:*")), 0, "s3:*") == Rewritten(None, ())
    assert remove_action({"Statement": allow("s3:*")}, 0, "s3:*").document is None


def test_a_deny_that_is_left_alone_keeps_its_policy() -> None:
    denial = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    found = remove_action(policy(allow("s3:*"), denial), 0, "s3:*")
    assert found.document is not None
    assert found.document["Statement"] == [denial]


def test_a_lone_statement_stays_an_object() -> None:
    found = remove_action({"Version": "2012-10-17", "Statement": allow(["a:b", "c:d"])}, 0, "a:b")
    assert found.document is not None
    assert found.document["Statement"]["Action"] == ["c:d"]


def test_a_not_action_is_one_grant() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    element = not_action_element(["iam:*", "sts:*"])
    assert remove_action(policy(statement), 0, element).document is None
    found = narrow_action(policy(statement), 0, element, to={"s3:GetObject"}).document
    assert found is not None
    assert found["Statement"][0] == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}
    with pytest.raises(PolicyError, match="is not part of"):
        narrow_action(policy(statement), 0, element, to={"iam:PassRole"})


def test_a_wildcard_becomes_a_set_in_its_place() -> None:
    before = policy(allow(["a:b", "s3:*", "c:d"]))
    found = narrow_action(before, 0, "s3:*", to={"s3:PutObject", "s3:GetObject"}).document
    assert found is not None
    assert found["Statement"][0]["Action"] == ["a:b", "s3:GetObject", "s3:PutObject", "c:d"]


def test_what_the_statement_holds_already_is_not_written_twice() -> None:
    before = policy(allow(["s3:GetObject", "s3:*"]))
    found = narrow_action(before, 0, "s3:*", to={"s3:GetObject", "s3:PutObject"}).document
    assert found is not None
    assert found["Statement"][0]["Action"] == ["s3:GetObject", "s3:PutObject"]


def test_narrowing_never_widens() -> None:
    before = policy(allow(["s3:Get*"]))
    for wider in ("s3:*", "s3:PutObject", "*", "ec2:GetX"):
        with pytest.raises(PolicyError, match="is not part of"):
            narrow_action(before, 0, "s3:Get*", to={wider})
    with pytest.raises(PolicyError, match="Nothing is left"):
        narrow_action(before, 0, "s3:Get*", to=())


def test_splitting_sets_elements_apart_at_the_end() -> None:
    before = policy(allow(["s3:*", "sqs:*"]), allow("ec2:*"))
    found = split_statement(before, 0, ["sqs:*"])
    assert found.document is not None
    one, two, three = found.document["Statement"]
    assert (one["Action"], two["Action"], three["Action"]) == (["s3:*"], "ec2:*", ["sqs:*"])
    assert three["Sid"] == "One2"
    assert found.origins == (0, 1, 0)
    with pytest.raises(PolicyError, match="nothing behind"):
        split_statement(before, 0, ["s3:*", "sqs:*"])


def test_resources_are_narrowed_for_one_element_only() -> None:
    before = policy(
        allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"])
    )
    found = narrow_resources(before, 0, "s3:PutObject", to=["arn:aws:s3:::a/in/*"])
    assert found.document is not None
    one, two = found.document["Statement"]
    assert one["Action"] == ["s3:GetObject"]
    assert one["Resource"] == ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]
    assert (two["Action"], two["Resource"]) == (["s3:PutObject"], ["arn:aws:s3:::a/in/*"])
    with pytest.raises(PolicyError, match="not within"):
        narrow_resources(before, 0, "s3:PutObject", to=["arn:aws:s3:::c/*"])
    with pytest.raises(PolicyError, match="keep no resource"):
        narrow_resources(before, 0, "s3:PutObject", to=[])


def test_all_but_some_resources_are_narrowed_to_what_none_of_them_meets() -> None:
    wide = {"Sid": "One", "Effect": "Allow", "NotResource": "arn:aws:s3:::secret/*"}
    whole = policy({**wide, "Action": "s3:GetObject"})
    found = narrow_resources(whole, 0, "s3:GetObject", to=["arn:aws:s3:::a/*"])
    assert found.document is not None
    (one,) = found.document["Statement"]
    assert list(one) == ["Sid", "Effect", "Resource", "Action"]
    assert one["Resource"] == ["arn:aws:s3:::a/*"]
    both = policy({**wide, "Action": ["s3:GetObject", "s3:PutObject"]})
    apart = narrow_resources(both, 0, "s3:PutObject", to=["arn:aws:s3:::a/*"])
    assert apart.document is not None
    kept, narrow = apart.document["Statement"]
    assert kept["NotResource"] == "arn:aws:s3:::secret/*"
    assert "NotResource" not in narrow
    source = SourcedPolicy(parse_policy(both), "inline", "p")
    authority = Authority(ROLE, (source,))
    shown = prove(
        authority, source, apart, {(0, "s3:PutObject"): ["s3:PutObject"]}, catalogue=CATALOGUE
    )
    assert shown.problems == ()
    for outside in ("arn:aws:s3:::secret/x", "arn:aws:s3:::*", "*"):
        with pytest.raises(PolicyError, match="not within"):
            narrow_resources(whole, 0, "s3:GetObject", to=[outside])


@pytest.mark.parametrize(
    ("wanted", "held", "outside"),
    [
        (["arn:a:b:::c/d"], ["arn:a:b:::c/*"], ()),
        (["arn:a:b:::x"], ["arn:a:b:::c/*"], ("arn:a:b:::x",)),
        (["arn:a:b:::x"], ["NotResource: arn:a:b:::c/*"], ()),
        (["arn:a:b:::c/d"], ["NotResource: arn:a:b:::c/*"], ("arn:a:b:::c/d",)),
        (["NotResource: a", "NotResource: b"], ["NotResource: a"], ()),
        (["NotResource: a"], ["NotResource: a", "NotResource: b"], ("NotResource: a",)),
        (["NotResource: a"], ["arn:a:b:::c/*"], ("NotResource: a",)),
        (["NotResource: a"], ["*"], ()),
    ],
)
def test_what_reaches_beyond_is_told(
    wanted: list[str], held: list[str], outside: tuple[str, ...]
) -> None:
    assert beyond(wanted, held) == outside


@pytest.mark.parametrize(
    ("document", "index", "element"),
    [
        (policy(allow("s3:*")), 1, "s3:*"),
        (policy(allow("s3:*")), -1, "s3:*"),
        (policy(allow("s3:*")), 0, "ec2:*"),
        (policy(allow("s3:*")), 0, ""),
        (policy({**allow("s3:*"), "Effect": "Deny"}), 0, "s3:*"),
        ({}, 0, "s3:*"),
        ([], 0, "s3:*"),
        (None, 0, "s3:*"),
        (policy(allow(["s3:*", 3])), 0, "s3:*"),
        (policy(allow({"a": "b"})), 0, "s3:*"),
        ({"Statement": "x"}, 0, "s3:*"),
        ({"Statement": [None]}, 0, "s3:*"),
        ({"Statement": [{"Effect": "Allow"}]}, 0, "s3:*"),
        ({"Statement": [{"Effect": "Allow", "Action": 3}]}, 0, "s3:*"),
    ],
)
def test_what_is_not_there_cannot_be_rewritten(document: Any, index: int, element: str) -> None:
    with pytest.raises(PolicyError):
        remove_action(document, index, element)
    with pytest.raises(PolicyError):
        narrow_action(document, index, element, to={"s3:GetObject"})
    with pytest.raises(PolicyError):
        split_statement(document, index, [element])


def test_sizes_are_counted_without_white_space() -> None:
    document = policy(allow("s3:*"))
    assert policy_size(document) == len("".join(json.dumps(document).split()))


def test_a_policy_that_iam_would_not_store_is_refused() -> None:
    wide = policy(allow("*"))
    names = CATALOGUE.expand("s3:*")
    found = narrow_action(wide, 0, "*", to=names)
    check_size(found, "inline")
    with pytest.raises(PolicyError, match=f"more than the {INLINE_LIMIT}"):
        check_size(found, "inline", other_inline=INLINE_LIMIT - found.size + 1)
    huge = narrow_action(wide, 0, "*", to=CATALOGUE.expand("ec2:*"))
    with pytest.raises(PolicyError, match=f"more than the {MANAGED_LIMIT}"):
        check_size(huge, "managed")


# --- proof -------------------------------------------------------------------------------------


def authority(*documents: dict[str, Any]) -> Authority:
    return Authority(
        ROLE,
        tuple(
            SourcedPolicy(parse_policy(each), "inline", f"p{n}") for n, each in enumerate(documents)
        ),
    )


def test_a_clean_revocation_is_proved() -> None:
    document = policy(allow(["s3:GetObject", "sqs:SendMessage"]), allow("ec2:RunInstances"))
    subject = authority(document)
    proof = prove(
        subject,
        subject.identity[0],
        remove_action(document, 0, "s3:GetObject"),
        {(0, "s3:GetObject"): ()},
        catalogue=CATALOGUE,
    )
    assert proof.ok
    assert proof.gone == ("s3:GetObject",)
    assert proof.still_allowed_by == ()


def test_what_another_grant_still_allows_is_named() -> None:
    document = policy(allow(["s3:Get*", "s3:GetObject"]))
    other = policy(allow("s3:*", "arn:aws:s3:::kb/*"))
    subject = authority(document, other)
    proof = prove(
        subject,
        subject.identity[0],
        remove_action(document, 0, "s3:GetObject"),
        {(0, "s3:GetObject"): ()},
        catalogue=CATALOGUE,
    )
    assert proof.ok
    assert proof.gone == ()
    grants = {grant.key: grant for grant in effective_grants(subject, CATALOGUE)}
    still = {grants[each.other].action: each for each in proof.still_allowed_by}
    assert set(still) == {"s3:Get*", "s3:*"}
    assert still["s3:Get*"].whole
    assert not still["s3:*"].whole


def test_a_rewriting_that_takes_too_much_is_not_proved() -> None:
    document = policy(allow(["s3:GetObject", "sqs:SendMessage"]))
    subject = authority(document)
    proof = prove(
        subject,
        subject.identity[0],
        Rewritten(None, ()),
        {(0, "s3:GetObject"): ()},
        catalogue=CATALOGUE,
    )
    assert not proof.ok
    assert "sqs:SendMessage" in proof.problems[0]


@pytest.mark.parametrize(
    "forged",
    [
        policy(allow(["s3:GetObject", "sqs:SendMessage"])),
        policy(allow(["sqs:*"])),
        policy(allow(["sqs:SendMessage", "iam:PassRole"])),
        policy({**allow(["sqs:SendMessage"]), "Resource": "arn:aws:sqs:::x"}),
        policy({**allow(["sqs:SendMessage"]), "Condition": {"Bool": {"a:b": "true"}}}),
    ],
)
def test_a_forged_document_is_not_proved(forged: dict[str, Any]) -> None:
    document = policy(allow(["s3:GetObject", "sqs:SendMessage"]))
    subject = authority(document)
    proof = prove(
        subject,
        subject.identity[0],
        Rewritten(forged, (0,)),
        {(0, "s3:GetObject"): ()},
        catalogue=CATALOGUE,
    )
    assert not proof.ok
    assert proof.problems


def test_a_grant_that_was_never_there_is_an_error() -> None:
    document = policy(allow("s3:GetObject"))
    subject = authority(document)
    with pytest.raises(PolicyError, match="has no grant"):
        prove(
            subject,
            subject.identity[0],
            Rewritten(document, (0,)),
            {(0, "x:y"): ()},
            catalogue=CATALOGUE,
        )
    stranger = SourcedPolicy(parse_policy(document), "inline", "elsewhere")
    with pytest.raises(PolicyError, match="no policy of"):
        prove(subject, stranger, Rewritten(document, (0,)), {}, catalogue=CATALOGUE)


ACTIONS = [
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "s3:PutObject",
    "sqs:*",
    "iam:PassRole",
    "*",
    "new:Do",
    "s3:ge?Object",
]
RESOURCES = [
    "*",
    "arn:aws:s3:::kb/*",
    "arn:aws:s3:::kb",
    "arn:aws:sqs:*:*:q",
    "arn:aws:iam::111122223333:role/x",
]
CONCRETE = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "sqs:SendMessage",
    "iam:PassRole",
    "new:Do",
    "s3:ListAllMyBuckets",
]

ASKED = [
    "arn:aws:s3:::kb/a",
    "arn:aws:s3:::kb",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "arn:aws:iam::111122223333:role/x",
]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    def statement() -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
        key = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
        made[key] = draw(
            st.one_of(st.sampled_from(ACTIONS), st.lists(st.sampled_from(ACTIONS), max_size=4))
        )
        made["Resource"] = draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3))
        if draw(st.booleans()):
            made["Condition"] = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
        return made

    return policy(*(statement() for _ in range(draw(st.integers(1, 4)))))


def allowed(subject: Authority) -> set[tuple[str, str]]:
    engine = load(subject)
    return {
        (action, resource)
        for action in CONCRETE
        for resource in ASKED
        if CATALOGUE.accepts(action, resource)
        and engine.explain(Request(action, resource, context=UNKNOWN)).allowed
    }


def _some(data: st.DataObject, names: tuple[str, ...]) -> list[str]:
    places = data.draw(st.lists(st.integers(0, len(names) - 1), min_size=1, max_size=5))
    return [names[each] for each in places]


@given(st.data(), documents(), documents())
@settings(max_examples=60, deadline=None)
def test_no_rewriting_changes_what_was_not_revoked(
    data: st.DataObject, document: dict[str, Any], other: dict[str, Any]
) -> None:
    subject = authority(document, other)
    grants = [g for g in effective_grants(subject, CATALOGUE) if g.source is subject.identity[0]]
    if not grants:
        return
    grant = grants[data.draw(st.integers(0, len(grants) - 1))]
    kept: tuple[str, ...] = ()
    if grant.effective and data.draw(st.booleans()):
        kept = tuple(_some(data, grant.effective))
        if grant.action.startswith("NotAction") and any(n not in CATALOGUE.names for n in kept):
            return
        found = narrow_action(document, grant.index, grant.action, to=kept)
    else:
        found = remove_action(document, grant.index, grant.action)
    proof = prove(
        subject,
        subject.identity[0],
        found,
        {(grant.index, grant.action): kept},
        catalogue=CATALOGUE,
    )
    assert proof.ok, proof.problems
    successor = () if found.document is None else (authority(found.document).identity[0],)
    after = Authority(ROLE, (*successor, subject.identity[1]))
    was, now = allowed(subject), allowed(after)
    assert now <= was
    lost = {action for action, _ in was - now}
    assert lost <= set(grant.effective) - set(kept) | {
        n for n in CONCRETE if n not in CATALOGUE.names
    }


@pytest.mark.parametrize(
    "to", ["", "nonsense", "s3: GetObject", "s3:GetObject,s3:PutObject", "s3:Get\n", ":x", "s3:"]
)
def test_what_iam_would_not_store_as_an_action_is_not_written(to: str) -> None:
    with pytest.raises(PolicyError):
        narrow_action(policy(allow("*")), 0, "*", to=[to])


@pytest.mark.parametrize("to", ["", "bucket", "arn:aws:s3", "arn:aws:s3:::"])
def test_what_iam_would_not_store_as_a_resource_is_not_written(to: str) -> None:
    with pytest.raises(PolicyError):
        narrow_resources(policy(allow("s3:*")), 0, "s3:*", to=[to])


@pytest.mark.parametrize(
    ("held", "to", "written"),
    [
        (["s3:*", "s3:getobject"], ["s3:GetObject"], ["s3:getobject"]),
        (["s3:*", "sqs:*"], ["s3:GetObject", "s3:getobject"], ["s3:GetObject", "sqs:*"]),
        (["s3:*", "s3:*"], ["s3:Get*"], ["s3:Get*"]),
        ("s3:*", ["s3:GetObjec?"], "s3:GetObjec?"),
        ("s3:*", ["s3:GetObject"], "s3:GetObject"),
    ],
)
def test_an_action_is_written_once_whatever_its_case(
    held: object, to: list[str], written: object
) -> None:
    after = narrow_action(policy(allow(held)), 0, "s3:*", to=to).document
    assert after is not None
    assert after["Statement"][0]["Action"] == written


def test_a_lone_resource_stays_a_text() -> None:
    before = policy(allow("s3:*", "arn:aws:s3:::*"))
    after = narrow_resources(before, 0, "s3:*", to=["arn:aws:s3:::a/*"]).document
    assert after is not None
    assert after["Statement"][0]["Resource"] == "arn:aws:s3:::a/*"
