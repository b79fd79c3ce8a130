"""What makes an item changed, asked of the real analysis: each part of its context by itself."""

import json
from typing import Any

import pytest

from recert.campaigns.asking import asking


def role(w: Any, **change: Any) -> Any:
    made = w.role("hr-role", ("s3:GetObject",))
    return made.model_copy(update={name: made_of(made, value) for name, value in change.items()})


def made_of(made: Any, value: Any) -> Any:
    return value(made) if callable(value) else value


def with_condition(made: Any) -> Any:
    document = json.loads(made.inline[0].document)
    document["Statement"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    return (made.inline[0].model_copy(update={"document": json.dumps(document)}),)


def with_source(made: Any) -> Any:
    trust = json.loads(made.trust)
    trust["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    return json.dumps(trust)


CHANGES = {
    "condition": ({}, {"inline": with_condition}, "permission"),
    "boundary": ({}, {"boundary": "arn:aws:iam::111122223333:policy/limit"}, "permission"),
    "owner": ({"owner": "bob"}, {}, "permission"),
    "purpose": ({"purpose": "payroll"}, {}, "permission"),
    "role made anew": ({}, {"role_id": "AROAOTHER"}, "permission"),
    "trust": ({}, {"trust": with_source}, "trust"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_part_of_the_context_makes_an_item_changed(house: Any, w: Any, name: str) -> None:
    ask = asking()
    house.sync(w.estate([w.agent("hr")], [role(w)]), ask=ask)
    first = house.open("hr", ask=ask)
    house.attest_all(first)
    house.as_("owner").close(first, ask=ask)
    again = house.open("hr", ask=ask)
    assert {one.delta for one in house.lines(again)} == {"unchanged"}
    house.as_("owner").cancel(again, "Only to compare.")

    agent, held, kind = CHANGES[name]
    house.tomorrow(3)
    house.sync(w.estate([w.agent("hr", **agent)], [role(w, **held)], day=3), ask=ask)
    fresh = house.open("hr", ask=ask)
    found = {one.kind: one.delta for one in house.lines(fresh)}
    assert found[kind] == "changed"
    item = next(one for one in house.lines(fresh) if one.kind == kind)
    shown = house.as_("x").item(fresh, item.id).evidence
    assert shown["before"] != shown["after"]
