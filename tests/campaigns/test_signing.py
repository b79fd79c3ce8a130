import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError
from recert.estate.estate import Source
from recert.evidence import sshsig
from recert.evidence.keys import enrol
from recert.evidence.pack import stored_ledger
from recert.evidence.signoffs import closing_problems, problems
from recert.evidence.ssh_keygen import SshSigner
from recert.store import settings
from recert.store.signing import CLOSE, SIGNOFF, Signature


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
def key(house: Any, make_key: Any, tmp_path: Path) -> SshSigner:
    """Return a key that is enrolled as alice's."""
    house.know("alice")
    found: SshSigner = make_key(tmp_path, "key")
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
    house.know("bob")
    line = house.line(hr, "GetObject")
    house.as_("alice").reassign(hr, [line.id], "bob", "Yours.")
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


@pytest.fixture
def live(w: Any, house: Any) -> str:
    """Return an active campaign over a reading of a real account, and its owner as a known person."""
    estate = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]})
    source = Source(kind="live", caller_arn="arn:aws:sts::111122223333:assumed-role/reader/s")
    house.sync(estate.model_copy(update={"source": source}))
    house.know("owner", roles=("campaign_owner",))
    return str(house.open("hr"))


def reviewed(house: Any, campaign: str, signer: SshSigner | None) -> None:
    line = house.lines(campaign)[0]
    for one in house.lines(campaign, undecided=True):
        house.decide(line.reviewer, campaign, one.id, rationale="It is needed.")
    house.as_(line.reviewer).sign(campaign, signer=signer)


def test_a_store_of_a_real_account_signs_off_and_closes_with_keys_only(
    w: ModuleType, house: Any, live: str, make_key: Any, tmp_path: Path
) -> None:
    reviewer = house.lines(live)[0].reviewer
    house.know(reviewer)
    first = make_key(tmp_path, "first")
    enrol(house.store, reviewer, first.public, actor=house.actor)
    with pytest.raises(RefusedError) as refused:
        reviewed(house, live, None)
    assert refused.value.rule == "signature_demanded"
    assert not [one for one in house.entries() if one["type"] == "signoff"]
    assert house.as_(reviewer).sign(live, signer=first).signature == "ssh"
    with pytest.raises(RefusedError) as refused:
        house.close(live)
    assert refused.value.rule == "signature_demanded"
    second = make_key(tmp_path, "second")
    enrol(house.store, "owner", second.public, actor=house.actor, countersigner=first)
    with pytest.raises(RefusedError) as refused:
        house.as_("owner").close(live, signer=first, ask=w.ask)
    assert refused.value.rule == "key"
    view = house.as_("owner").close(live, signer=second, ask=w.ask)
    assert view.state == "closed"
    with house.store.read() as session:
        ledger = stored_ledger(session)
    closing = ledger.projection.closings[live]
    verified = sshsig.verify(closing["statement"].encode(), closing["armor"], CLOSE)
    assert (verified.fingerprint, closing["strength"]) == (second.key, "ssh")
    statement = json.loads(closing["statement"])
    assert [line["name"] for line in statement["memo"]] == [
        "population", "reviewers", "revocations", "retention",
    ]  # fmt: skip
    assert list(closing_problems(ledger)) == []
    assert house.problems() == []


def test_a_setting_of_the_ledger_lets_a_real_store_sign_without_a_key(
    house: Any, live: str
) -> None:
    with house.store.write(house.actor) as tx:
        settings.put(tx, "signatures", "none", "no key infrastructure yet")
    reviewed(house, live, None)
    assert house.close(live).state == "closed"
    assert house.problems() == []


def test_what_happens_while_a_close_is_being_signed_refuses_it(
    w: Any, house: Any, make_key: Any, tmp_path: Path
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    house.know("owner", roles=("campaign_owner",))
    campaign = str(house.open("hr"))
    house.attest_all(campaign)
    key = make_key(tmp_path, "owner")
    enrol(house.store, "owner", key.public, actor=house.actor)

    class Slow:
        def __init__(self, inner: SshSigner, meanwhile: Any) -> None:
            self.key = inner.key
            self._inner, self._meanwhile = inner, meanwhile

        def sign(self, statement: str, namespace: str) -> Any:
            self._meanwhile()
            return self._inner.sign(statement, namespace)

    def elsewhere() -> None:
        with house.store.write(house.actor) as tx:
            tx.append("setting.changed", {"name": "control.id", "value": "x", "before": None})

    def here() -> None:
        with house.store.write(house.actor) as tx:
            tx.append("export", {"campaign": campaign}, campaign=campaign)

    with pytest.raises(RefusedError) as refused:
        house.as_("owner").close(campaign, signer=Slow(key, here), ask=w.ask)
    assert refused.value.rule == "changed_meanwhile"
    assert (
        house.as_("owner").close(campaign, signer=Slow(key, elsewhere), ask=w.ask).state == "closed"
    )
