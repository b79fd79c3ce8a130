"""The gate over the life of an agent: no after every change, yes after a review that was carried out."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_demo import reading

from recert.campaigns.intake import record_reading
from recert.clock import SystemClock
from recert.estate.authority import InlinePolicy
from recert.estate.estate import Coverage, Estate, Gap, Source
from recert.store.ledger import Actor
from recert.store.store import Store

AGENT = "booking-agent"
Change = Callable[[Estate], dict[str, Any]]


@pytest.fixture(scope="module")
def estate() -> Estate:
    """Return the demo's estate as a recording of one's own, without a gap."""
    tape = Source(kind="replay", recording_digest="ab" * 32)
    return reading().model_copy(update={"source": tape, "coverage": Coverage()})


class Life:
    """A store that takes one reading after the other of an agent, and the commands on it."""

    def __init__(self, recert: Any, store: Path, estate: Estate) -> None:
        self._recert, self._store, self.now = recert, store, estate
        self.keep()

    def __call__(self, *args: object, user: str = "kim", code: int = 0) -> Any:
        done = self._recert("--store", self._store, *args, "--json", RECERT_USER=user)
        assert done.code == code, done.err + done.out
        return done.json()

    def refused(self, *args: object) -> str:
        """Return why a command was refused."""
        done = self._recert("--store", self._store, *args, RECERT_USER="kim")
        assert done.code == 1
        return str(done.err)

    def keep(self, **changes: Any) -> tuple[str, ...]:
        at = self.now.taken_at + timedelta(hours=1)
        self.now = self.now.model_copy(update={"taken_at": at, **changes})
        opened = Store.open(self._store, clock=SystemClock())
        taken = record_reading(
            opened, self.now, api_calls=1, clock=SystemClock(), actor=Actor("kim", "os")
        )
        opened.close()
        return taken.campaigns

    def gate(self, *, yes: bool) -> Any:
        found = self("gate", AGENT, "--stored", code=0 if yes else 1)
        assert found["certified"] is yes
        return found

    def review(self, campaign: str, revoke: str = "") -> None:
        """Attest every open item but those whose grant holds a text, and sign."""
        items = [one for one in self("items", campaign)["items"] if one["state"] == "pending"]
        for one in items:
            verdict = "--revoke" if revoke and revoke in json.dumps(one["grant"]) else "--attest"
            self(
                "decide", campaign, one["id"], verdict, "--rationale", "Looked at it.",
                user=one["reviewer"],
            )  # fmt: skip
        for user in sorted({one["reviewer"] for one in items}):
            self("sign", campaign, "--yes", user=user)

    def certify(self) -> None:
        campaign = str(self("campaign", "open", AGENT)["id"])
        self.review(campaign)
        self("campaign", "close", campaign)


@pytest.fixture
def life(recert: Any, tmp_path: Path, estate: Estate) -> Life:
    return Life(recert, tmp_path / "replay.db", estate)


def role_of(estate: Estate) -> str:
    agent = next(one for one in estate.agents if one.name == AGENT)
    assert agent.execution_role_arn is not None
    return agent.execution_role_arn


def with_inline(estate: Estate, *statements: dict[str, Any]) -> dict[str, Any]:
    """Put statements before those of the first policy, so that every other one moves."""
    arn = role_of(estate)

    def changed(role: Any) -> Any:
        first, *rest = role.inline
        document = json.loads(first.document)
        held = document["Statement"]
        document["Statement"] = [*statements, *(held if isinstance(held, list) else [held])]
        policy = InlinePolicy(name=first.name, document=json.dumps(document))
        return role.model_copy(update={"inline": (policy, *rest)})

    roles = tuple(changed(one) if one.arn == arn else one for one in estate.roles)
    return {"roles": roles}


def with_agent(estate: Estate, **fields: Any) -> dict[str, Any]:
    agents = tuple(
        one.model_copy(update=fields) if one.name == AGENT else one for one in estate.agents
    )
    return {"agents": agents}


def with_version(estate: Estate, **fields: Any) -> dict[str, Any]:
    agent = next(one for one in estate.agents if one.name == AGENT)
    versions = tuple(
        one.model_copy(update=fields) if one.version in agent.live_versions else one
        for one in agent.versions
    )
    return with_agent(estate, versions=versions)


def unread_role(estate: Estate) -> dict[str, Any]:
    """Take the agent's role out of the reading, as where IAM refused it."""
    account = role_of(estate).split(":")[4]
    refused = Gap(
        account=account, region="aws-global", service="iam",
        operation="GetAccountAuthorizationDetails", error="AccessDenied", effect="unknown",
    )  # fmt: skip
    roles = tuple(one for one in estate.roles if one.account != account)
    return {"roles": roles, "coverage": Coverage(gaps=(refused,))}


UNREAD: dict[str, Change] = {
    "its role": unread_role,
    "its action groups": lambda e: with_version(e, unknown=("action_groups",)),
    "its guardrail": lambda e: with_version(e, unknown=("guardrail",)),
    "who may call it": lambda e: with_agent(e, resource_policy_known=False),
}


NEW = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}
KEPT = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:bookings"}
CHANGES: dict[str, Change] = {
    "a grant": lambda e: with_inline(e, NEW),
    "the owner": lambda e: with_agent(e, owner="somebody.else"),
    "the purpose": lambda e: with_agent(e, purpose="something else"),
    "the model": lambda e: with_version(e, model="amazon.nova-pro-v1:0"),
    "the guardrail": lambda e: with_version(e, guardrail=None),
    "a tool": lambda e: with_version(e, action_groups=()),
    "the role": lambda e: with_version(
        e, role_arn=next(one.arn for one in e.roles if one.arn != role_of(e))
    ),
}


def test_no_after_each_change_and_yes_again_when_it_is_taken_back(life: Life) -> None:
    life.gate(yes=False)
    life.certify()
    good = life.now
    assert life.gate(yes=True)["fingerprint"]
    for name, change in CHANGES.items():
        if all(change(good)[key] == getattr(good, key) for key in change(good)):
            continue
        life.keep(**change(good))
        found = life.gate(yes=False)
        assert found["fingerprint"] != found["certified_fingerprint"], name
        assert found["difference"], name
        life.keep(agents=good.agents, roles=good.roles)
        assert life.gate(yes=True)["fingerprint"] == found["certified_fingerprint"], name


def test_no_for_as_long_as_something_could_not_be_read(life: Life) -> None:
    life.certify()
    good = life.now
    life.gate(yes=True)
    for name, change in UNREAD.items():
        life.keep(**change(good))
        reason = life.gate(yes=False)["reason"]
        assert "certified by" not in reason.lower(), name
        assert "Unread" in reason, name
        life.keep(agents=good.agents, roles=good.roles, coverage=Coverage())
        life.gate(yes=True)


def test_yes_only_when_the_revocation_was_carried_out_and_read_again(life: Life) -> None:
    life.certify()
    opened = life.keep(**with_inline(life.now, NEW, KEPT))
    campaign = next(
        one for one in opened if life("campaign", "show", one)["name"].startswith(AGENT)
    )
    life.gate(yes=False)
    life.review(campaign, revoke="Scan")
    life.gate(yes=False)
    assert "revoc" in life.refused("campaign", "close", campaign).lower()
    life.gate(yes=False)
    held = next(one for one in life.now.roles if one.arn == role_of(life.now))
    document = json.loads(held.inline[0].document)
    document["Statement"] = [one for one in document["Statement"] if one != NEW]
    policy = InlinePolicy(name=held.inline[0].name, document=json.dumps(document))
    mended = held.model_copy(update={"inline": (policy, *held.inline[1:])})
    life.keep(roles=tuple(mended if one.arn == held.arn else one for one in life.now.roles))
    life("campaign", "close", campaign)
    found = life.gate(yes=True)
    assert found["campaign"] == campaign


def test_a_version_that_is_to_go_live_is_judged_before_it_does(life: Life) -> None:
    life.certify()
    agent = next(one for one in life.now.agents if one.name == AGENT)
    live = agent.version(agent.live_versions[-1])
    assert live is not None
    fresh = live.model_copy(update={"version": "99", "model": "amazon.nova-pro-v1:0"})
    same = live.model_copy(update={"version": "98"})
    life.keep(**with_agent(life.now, versions=(*agent.versions, same, fresh)))
    life.gate(yes=True)
    assert life("gate", AGENT, "--stored", "--version", "98")["certified"]
    found = life("gate", AGENT, "--stored", "--version", "99", code=1)
    assert any("model" in one for one in found["difference"])
