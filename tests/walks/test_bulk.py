"""What counts as deciding in bulk, and what bulk may not do, through the command line."""

from typing import Any

Walk = Any
WHY = ("--rationale", "It answers payroll questions.")


def mine(walk: Walk) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a campaign with the persona's ordinary items, and a privileged one with its reviewer."""
    campaign = walk.active()["id"]
    there = walk.json("items", campaign)["items"]
    own = [one for one in there if one["reviewer"] == "maria.sanchez"]
    plain = [one for one in own if not one["privileged"] and one["kind"] != "unread"]
    secret = [one for one in there if one["privileged"] and one["kind"] != "unread"]
    return campaign, plain, secret


def refused(walk: Walk, words: str, *args: object, **environ: str) -> None:
    done = walk(*args, **environ)
    assert done.code == 1, (args, done.out, done.err)
    assert words in done.err
    assert "Traceback" not in done.err


def test_many_at_once_need_a_rationale_and_say_by_what_they_were_chosen(walk: Walk) -> None:
    campaign, plain, _ = mine(walk)
    ids = [one["id"] for one in plain[:3]]
    refused(walk, "needs a rationale", "decide", campaign, *ids, "--attest")
    assert {one["state"] for one in walk.json("items", campaign)["items"]} == {"pending"}
    words = "role"
    refused(walk, "needs a rationale", "decide", campaign, "--matching", words, "--attest")
    one_word = walk("decide", campaign, "--matching", "  ", "--attest", *WHY)
    assert one_word.code == 2
    nothing = walk("decide", campaign, "--matching", "no such words at all", "--attest", *WHY)
    assert nothing.code == 2
    assert "matches" in nothing.err
    both = walk("decide", campaign, ids[0], "--matching", words, "--attest", *WHY)
    assert both.code == 2


def test_a_filter_decides_what_it_leaves_and_stands_in_the_evidence(walk: Walk) -> None:
    campaign, plain, _ = mine(walk)
    word = "Knowledge base"
    wanted = {one["id"] for one in plain if word.casefold() in one["title"].casefold()}
    made = walk.json("decide", campaign, "--matching", word, "--attest", *WHY)["decisions"]
    assert wanted <= {one["item"] for one in made}
    assert {one["bulk"] for one in made} == {len(made)}
    told = walk.json("items", campaign)["items"]
    assert {one["id"] for one in told if one["state"] == "decided"} == {one["item"] for one in made}


def test_privileged_items_are_not_kept_in_bulk_with_or_without_a_rationale(walk: Walk) -> None:
    campaign, plain, secret = mine(walk)
    who = secret[0]["reviewer"]
    held = [one["id"] for one in secret if one["reviewer"] == who]
    other = [
        one["id"]
        for one in walk.json("items", campaign)["items"]
        if one["reviewer"] == who and one["id"] not in held
    ]
    several = [*held, *other][:2]
    if len(several) > 1:
        refused(walk, "privileged", "decide", campaign, *several, "--attest", *WHY, RECERT_USER=who)
    refused(walk, "rationale", "decide", campaign, held[0], "--attest", RECERT_USER=who)
    assert plain


def test_a_loop_of_headless_decisions_counts_as_bulk(walk: Walk) -> None:
    campaign, plain, _ = mine(walk)
    assert len(plain) > 5
    counts = []
    for one in plain[:5]:
        made = walk.json("decide", campaign, one["id"], "--attest")["decisions"]
        counts.append(made[0]["bulk"])
    assert counts == [1, 1, 1, 1, 1]
    refused(walk, "bulk", "decide", campaign, plain[5]["id"], "--attest")
    (sixth,) = walk.json("decide", campaign, plain[5]["id"], "--attest", *WHY)["decisions"]
    assert sixth["bulk"] == 6


def test_a_loop_does_not_keep_a_privileged_item_whose_basis_it_does_not_name(walk: Walk) -> None:
    campaign, _, secret = mine(walk)
    who = secret[0]["reviewer"]
    own = [
        one
        for one in walk.json("items", campaign)["items"]
        if one["reviewer"] == who and one["kind"] != "unread" and not one["privileged"]
    ]
    if len(own) < 5:
        note = ("--to", who, "--note", "You know these.")
        spare = [one["id"] for one in mine(walk)[1][: 5 - len(own)]]
        walk.json("campaign", "reassign", campaign, *spare, *note)
        own += [one for one in mine(walk)[1] if one["id"] in spare]
        own = [
            one
            for one in walk.json("items", campaign)["items"]
            if one["reviewer"] == who and one["kind"] != "unread" and not one["privileged"]
        ]
    for one in own[:5]:
        walk.json("decide", campaign, one["id"], "--attest", *WHY, RECERT_USER=who)
    last = secret[0]
    refused(walk, "bulk", "decide", campaign, last["id"], "--attest", *WHY, RECERT_USER=who)
    seen = ("--seen", last["basis_digest"])
    walk.json("decide", campaign, last["id"], "--attest", *WHY, *seen, RECERT_USER=who)
