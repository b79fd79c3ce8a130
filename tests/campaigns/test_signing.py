import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError
from recert.evidence import sshsig
from recert.evidence.keys import SshSigner, enrol, make_throwaway
from recert.evidence.pack import stored_ledger
from recert.evidence.signoffs import problems
from recert.store.signing import SIGNOFF, Signature


def decide_two(house: Any, campaign: str) -> None:
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    house.decide(
        "alice",
        campaign,
        house.line(campaign, "PutObject").id,
        verdict=Verdict.REVOKE,
        rationale="Nobody writes.",
    )


def test_a_summary_says_what_would_be_signed_and_what_stays_open(house: Any, hr: str) -> None:
    decide_two(house, hr)
    told = house.as_("alice").summary(hr)
    assert (told.signer, told.decided, told.pending) == ("alice", 2, 3)
    assert told.by_verdict == {"attest": 1, "revoke": 1}
    assert json.loads(told.statement)["counts"] == told.by_verdict


def test_a_sign_off_covers_the_decided_items_and_leaves_the_others(house: Any, hr: str) -> None:
    decide_two(house, hr)
    signed = house.as_("alice").sign(hr)
    assert (signed.items, signed.signature, signed.campaign_state) == (2, "none", "active")
    states = [line.state for line in house.lines(hr)]
    assert sorted(states) == ["pending", "pending", "pending", "signed_off", "signed_off"]
    assert house.problems() == []


def test_the_statement_is_made_over_the_ledger_and_the_decisions(house: Any, hr: str) -> None:
    decide_two(house, hr)
    head = house.store.head()
    house.as_("alice").sign(hr)
    with house.store.read() as session:
        ledger = stored_ledger(session)
    assert list(problems(ledger)) == []
    (signoff,) = ledger.projection.signoffs.values()
    statement = json.loads(signoff["statement"])
    assert statement["ledger"] == house.store.store_id
    assert (statement["size"], statement["head"]) == (head.size, head.hash)
    assert statement["signer"] == {"id": "alice", "name": "alice", "strength": "os", "key": None}
    assert statement["campaign"] == hr


def test_nothing_decided_is_nothing_to_sign(house: Any, hr: str) -> None:
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").sign(hr)
    assert refused.value.rule == "nothing_to_sign"


def test_nobody_signs_what_another_decided(house: Any, hr: str) -> None:
    decide_two(house, hr)
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").sign(hr)
    assert refused.value.rule == "nothing_to_sign"
    assert house.as_("alice").sign(hr).items == 2


def test_the_last_sign_off_ends_the_review(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"], "pay-role": ["s3:PutObject"]}
    house.sync(w.estate([w.agent("hr"), w.agent("pay", owner="bob")], roles))
    campaign = house.open("hr", "pay")
    house.attest_all(campaign)
    view = house.as_("x").campaign(campaign)
    assert view.state == "reviewed"
    assert view.counts.signed_off == view.counts.items == 4
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").sign(campaign)
    assert refused.value.rule == "campaign_not_active"


def test_abstaining_is_no_answer(house: Any, hr: str) -> None:
    for line in house.lines(hr):
        house.decide("alice", hr, line.id, verdict=Verdict.ABSTAIN, rationale="I do not know.")
    house.as_("alice").sign(hr)
    view = house.as_("x").campaign(hr)
    assert view.counts.abstained == view.counts.items
    assert any("abstained" in one for one in view.blockers)
    view = house.close(hr)
    assert not view.complete


def test_the_database_refuses_a_decision_on_a_signed_item(house: Any, hr: str) -> None:
    decide_two(house, hr)
    house.as_("alice").sign(hr)
    from sqlalchemy import text  # noqa: PLC0415 - the one place that goes past the services

    with (
        pytest.raises(RefusedError) as refused,
        house.store.write(house.actor) as tx,
    ):
        tx.session.connection().execute(
            text("UPDATE item SET state = 'pending' WHERE state = 'signed_off'")
        )
    assert refused.value.rule == "guarded"


@pytest.fixture
def key(house: Any, tmp_path: Path) -> SshSigner:
    """Return a key that is enrolled as alice's."""
    house.know("alice")
    found = make_throwaway(tmp_path, "key", os.environ)
    enrol(house.store, "alice", found.public, actor=house.actor)
    return found


def test_a_key_signs_the_statement(house: Any, hr: str, key: SshSigner) -> None:
    decide_two(house, hr)
    signed = house.as_("alice").sign(hr, signer=key)
    assert signed.signature == "ssh"
    with house.store.read() as session:
        ledger = stored_ledger(session)
    (signoff,) = ledger.projection.signoffs.values()
    verified = sshsig.verify(signoff["statement"].encode(), signoff["armor"], SIGNOFF)
    assert verified.fingerprint == signoff["key"] == key.key
    assert json.loads(signoff["statement"])["signer"]["strength"] == "ssh"
    assert list(problems(ledger)) == []
    assert house.problems() == []


def test_a_key_of_somebody_else_signs_nothing(house: Any, hr: str, key: SshSigner) -> None:
    line = house.line(hr, "GetObject")
    house.as_("alice").delegate(hr, [line.id], "bob", "Yours.")
    house.decide("bob", hr, line.id)
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").sign(hr, signer=key)
    assert refused.value.rule == "key"


def test_what_changes_while_a_human_unlocks_the_key_refuses_the_sign_off(
    house: Any, hr: str, key: SshSigner
) -> None:
    decide_two(house, hr)

    class Slow:
        key = ""

        def sign(self, statement: str, namespace: str) -> Signature:
            house.as_("alice").undo(hr)
            return key.sign(statement, namespace)

    slow = Slow()
    slow.key = key.key
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").sign(hr, signer=slow)
    assert refused.value.rule == "changed_meanwhile"
    assert house.as_("x").counts(hr).signed_off == 0
