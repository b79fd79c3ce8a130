import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recert.campaigns.service import Campaigns
from recert.campaigns.views import Attention, Caller, DecisionRequest, ItemFilter, Strength, Verdict
from recert.errors import RefusedError
from recert.evidence import keys
from recert.evidence.ssh_keygen import SshSigner, read_signature
from recert.store.handed import Handed
from recert.store.store import Store

W = Any


class Away:
    """What a reviewer does in the file that they got."""

    def __init__(self, house: Any, file: Path) -> None:
        self.store = Store.open(file, clock=house.clock, create=False)
        self._clock = house.clock

    def as_(self, name: str) -> Campaigns:
        return Campaigns(self.store, self._clock, Caller(name, name, Strength.OS, known=True))

    def attest(
        self, campaign: str, *, verdict: Verdict = Verdict.ATTEST, why: str = "Needed.", **more: Any
    ) -> list[str]:
        service = self.as_("alice")
        lines = service.items(campaign, ItemFilter(undecided=True), limit=100).items
        for line in lines:
            service.decide(
                DecisionRequest(
                    campaign=campaign,
                    items=(line.id,),
                    verdict=verdict,
                    rationale=why,
                    seen={line.id: line.basis_digest},
                    **more,
                )
            )
        return [line.id for line in lines]


@pytest.fixture
def file(house: Any, hr: str, tmp_path: Path) -> Path:
    path = tmp_path / "alice.recert"
    house.as_("owner").hand_off(hr, "alice", path)
    return path


@pytest.fixture
def away(house: Any, file: Path) -> Any:
    found = Away(house, file)
    yield found
    found.store.close()


def take(house: Any, file: Path) -> Any:
    return house.as_("owner").take_back(file, verify=read_signature)


def test_the_whole_part_comes_back_and_ends_the_review(
    house: Any, hr: str, file: Path, away: Away
) -> None:
    items = away.attest(hr, attention={}, headless=False)
    assert away.as_("alice").sign(hr).campaign_state == "active"
    assert house.as_("owner").campaign(hr).counts.signed_off == 0
    found = take(house, file)
    assert (set(found.accepted), found.withheld) == (set(items), ())
    assert found.campaign_state == "reviewed"
    assert house.problems() == []
    with pytest.raises(RefusedError, match="was returned before") as again:
        take(house, file)
    assert again.value.rule == "replayed"


def test_attention_from_elsewhere_says_that_it_is_its_own_word(
    house: Any, hr: str, file: Path, away: Away
) -> None:
    item = away.as_("alice").items(hr, ItemFilter(), limit=1).items[0]
    away.as_("alice").decide(
        DecisionRequest(
            campaign=hr,
            items=(item.id,),
            verdict=Verdict.ABSTAIN,
            rationale="Not mine to judge.",
            headless=False,
            attention={item.id: Attention(dwell_ms=4_200, opened=True)},
        )
    )
    away.as_("alice").sign(hr)
    take(house, file)
    told = [one["body"] for one in house.entries() if one["type"] == "decision.recorded"]
    assert told[-1]["attention"]["self_reported"] is True
    assert told[-1]["attention"]["dwell_ms"] == 4_200
    assert house.as_("owner").attention(hr)[0].self_reported_share == 100


def test_a_changed_basis_sends_the_item_back_to_review(
    house: Any, hr: str, file: Path, away: Away, w: W
) -> None:
    items = away.attest(hr)
    away.as_("alice").sign(hr)
    # The agent changes its owner meanwhile: every basis names it.
    house.tomorrow()
    actions = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")
    house.sync(
        w.estate([w.agent("hr", owner="alice", purpose="payroll")], {"hr-role": actions}, day=1)
    )
    found = take(house, file)
    rules = {one.item: one.rule for one in found.withheld}
    assert set(rules.values()) == {"stale_basis"}
    assert {*found.accepted, *rules} == set(items)
    here = {line.id: line.state for line in house.lines(hr)}
    assert {here[item] for item in rules} == {"pending"}
    assert house.problems() == []


def test_a_part_that_was_reassigned_meanwhile_is_withheld(
    house: Any, hr: str, file: Path, away: Away
) -> None:
    items = away.attest(hr)
    away.as_("alice").sign(hr)
    house.as_("owner").reassign(hr, [items[0]], "bob", "alice is away")
    found = take(house, file)
    assert [(one.item, one.rule) for one in found.withheld] == [(items[0], "not_reviewer")]
    assert len(found.accepted) == len(items) - 1
    assert house.problems() == []


def test_nothing_is_decided_signed_or_returned_after_the_last_day(
    house: Any, hr: str, file: Path, away: Away
) -> None:
    items = away.attest(hr)
    away.as_("alice").sign(hr)
    house.clock.instant += timedelta(days=40)
    with pytest.raises(RefusedError) as refused:
        take(house, file)
    assert refused.value.rule == "expired"
    with pytest.raises(RefusedError, match="could be returned until"):
        away.as_("alice").decide(
            DecisionRequest(campaign=hr, items=(items[0],), verdict=Verdict.ABSTAIN, rationale="x")
        )


def test_a_clock_that_runs_ahead_is_refused(house: Any, hr: str, file: Path, away: Away) -> None:
    now = house.clock.instant
    house.clock.instant = now + timedelta(hours=2)
    away.attest(hr)
    away.as_("alice").sign(hr)
    house.clock.instant = now
    with pytest.raises(RefusedError) as refused:
        take(house, file)
    assert refused.value.rule == "clock"


def test_a_part_of_a_campaign_that_ended_is_refused(
    house: Any, hr: str, file: Path, away: Away
) -> None:
    away.attest(hr)
    away.as_("alice").sign(hr)
    house.as_("owner").cancel(hr, "over")
    with pytest.raises(RefusedError) as refused:
        take(house, file)
    assert refused.value.rule == "campaign"
    with pytest.raises(RefusedError):
        house.as_("owner").hand_off(hr, "alice", file.with_name("more"))


def test_a_file_of_somebody_who_left_is_refused(house: Any, hr: str, tmp_path: Path) -> None:
    house.know("alice", "bob")
    path = tmp_path / "f"
    house.as_("owner").hand_off(hr, "alice", path)
    away = Away(house, path)
    away.attest(hr, verdict=Verdict.ABSTAIN)
    away.as_("alice").sign(hr)
    away.store.close()
    house.as_("owner").leave("alice")
    with pytest.raises(RefusedError) as refused:
        take(house, path)
    assert refused.value.rule == "reviewer"


def test_a_loop_that_the_file_let_pass_is_seen_by_its_times(
    house: Any, tmp_path: Path, w: W, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = [f"s3:Get{letter}" for letter in "ABCDEFGH"]
    house.sync(w.estate([w.agent("hr")], {"hr-role": actions}))
    campaign = house.open("hr")
    path = tmp_path / "f"
    house.as_("owner").hand_off(campaign, "alice", path)
    away = Away(house, path)
    with monkeypatch.context() as patch:
        # A recert that was tampered with counts no loop and asks for no rationale.
        patch.setattr("recert.campaigns.rules.LOOP", 1_000)
        for line in away.as_("alice").items(campaign, ItemFilter(), limit=9).items:
            away.as_("alice").decide(
                DecisionRequest(campaign=campaign, items=(line.id,), verdict=Verdict.ATTEST)
            )
            house.clock.instant += timedelta(seconds=1)
        away.as_("alice").sign(campaign)
    away.store.close()
    found = take(house, path)
    assert {one.rule for one in found.withheld} == {"rationale"}
    assert len(found.withheld) == 4
    assert len(found.accepted) == 5
    assert house.problems() == []


def test_whoever_has_a_key_has_to_use_it(house: Any, hr: str, tmp_path: Path) -> None:
    house.know("alice")
    key = tmp_path / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, capture_output=True
    )
    public = key.with_name("key.pub").read_text()
    keys.enrol(house.store, "alice", public, actor=house.actor)
    path = tmp_path / "f"
    assert house.as_("owner").hand_off(hr, "alice", path, need_key=True).signature == "ssh"
    away = Away(house, path)
    away.attest(hr, verdict=Verdict.ABSTAIN)
    with pytest.raises(RefusedError) as refused:
        away.as_("alice").sign(hr)
    assert refused.value.rule == "signature_demanded"
    away.as_("alice").sign(hr, signer=SshSigner.load(key, dict(os.environ)))
    away.store.close()
    house.clock.instant += timedelta(hours=1)
    keys.revoke(house.store, SshSigner.load(key, {**os.environ}).key, "lost", actor=house.actor)
    with pytest.raises(RefusedError) as gone:
        take(house, path)
    assert gone.value.rule == "signature"
    with pytest.raises(RefusedError) as keyless:
        house.as_("owner").hand_off(hr, "alice", tmp_path / "g", need_key=True)
    assert keyless.value.rule == "key"


def test_what_a_file_says_of_itself_is_read_strictly() -> None:
    good = {
        "id": "h", "ledger": "l", "campaign": "c", "reviewer": "r", "size": 1, "head": "h",
        "root": "r", "expires_at": "2026-01-01T00:00:00Z", "signature": "none", "kind": None,
        "synthetic": False, "recording": None,
    }  # fmt: skip
    assert Handed.from_json(good).as_json() == good
    for name in good:
        with pytest.raises(ValueError, match=name):
            Handed.from_json({**good, name: 1.5})
