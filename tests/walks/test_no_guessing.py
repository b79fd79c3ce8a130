"""What people typed that cannot be meant is refused with what to do; nothing has to be guessed."""

from typing import Any

import pytest

from recert.cli.readings import in_words

OWNER = {"RECERT_USER": "agnes.lindholm"}


def first(walk: Any) -> tuple[str, str]:
    campaigns = walk.json("campaigns")["campaigns"]
    campaign = next(one["id"] for one in campaigns if one["name"].startswith("hr-assistant"))
    return campaign, walk.mine(campaign)[0]["id"]


def test_one_item_is_shown_with_its_evidence_by_the_beginning_of_its_id(walk: Any) -> None:
    campaign, item = first(walk)
    (found,) = walk.json("items", campaign, item)["items"]
    assert found["id"] == item
    card = walk("items", campaign, item)
    assert card.code == 0, card.err
    for part in (item, found["title"], found["recommendation"]["reason"], found["basis_digest"]):
        assert part in card.out
    assert walk("items", campaign, item, "--mine").code == 2


def test_a_decision_says_what_it_decided(walk: Any) -> None:
    campaign, item = first(walk)
    (found,) = walk.json("items", campaign, item)["items"]
    done = walk("decide", campaign, item, "--revoke", "--rationale", "Nobody uses it")
    assert done.out == f"{item}: revoke  {found['title']}\n"
    assert walk("undo", campaign).code == 0
    signing = walk("sign", campaign)
    assert signing.code == 1
    assert signing.err.startswith("recert: There is nothing in ")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("explain", "hr-assistant", "s3:GetObject", "bucket"), 2, "'bucket' is no ARN"),
        (("who-can", "s3:GetObject", "bucket"), 2, "'bucket' is no ARN"),
        (("people", "add", "agnes.lindholm"), 2, "agnes.lindholm is known already"),
        (("campaign", "reassign", "{c}", "{i}", "--to", "bob", "--note", "x"), 2, "known as 'bob'"),
        (("campaign", "open", "hr-assistant", "--owner", "bob"), 2, "known as 'bob'"),
        (("campaign", "launch", "{c}"), 1, "is active already"),
        (
            ("gate", "hr-assistant", "--certificate", "no.cert", "--signers", "s"),
            2,
            "no certificate at",
        ),
        (("decide", "{c}", "{i}", "--until", "soon", "--rationale", "x"), 2, "write 2026-12-31"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    walk: Any, words: tuple[str, ...], code: int, told: str
) -> None:
    campaign, item = first(walk)
    done = walk(*(word.format(c=campaign, i=item) for word in words), **OWNER)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_a_person_who_is_known_as_they_are_may_be_added_again(walk: Any) -> None:
    assert walk("people", "add", "zoe", **OWNER).code == 0
    assert walk("people", "add", "zoe", **OWNER).code == 0
    people = walk.json("people", "list")["people"]
    roles = {one["id"]: one["roles"] for one in people}
    assert "campaign_owner" in roles["agnes.lindholm"]


def test_a_call_that_is_refused_in_many_regions_is_one_line() -> None:
    gap = {"account": "1", "service": "bedrock", "operation": "ListX", "error": "No", "effect": "x"}
    gaps = [{**gap, "region": f"r-{number}"} for number in range(5)]
    taken = {
        **dict.fromkeys(("agents", "roles", "api_calls", "calls_needed", "events"), 1),
        "unchanged": False,
        "campaigns": [],
        "coverage": {"gaps": gaps},
    }
    assert list(in_words(taken))[-1] == (
        "  bedrock:ListX No (1 r-0, 1 r-1, 1 r-2 and 2 more): unknown is x"
    )
