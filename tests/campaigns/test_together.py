"""Two people at once, and a process that is killed: nothing that was acknowledged is lost."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError

_REVIEWER = """
import sys
from pathlib import Path
from recert.campaigns.service import Campaigns
from recert.campaigns.views import Caller, DecisionRequest, Strength, Verdict
from recert.clock import SystemClock
from recert.store.store import Store

store = Store.open(Path(sys.argv[1]), clock=SystemClock(), create=False)
service = Campaigns(store, SystemClock(), Caller("alice", "alice", Strength.OS))
for line in service.items(sys.argv[2], limit=500).items:
    service.decide(DecisionRequest(sys.argv[2], (line.id,), Verdict.ATTEST, "It is needed."))
    print(line.id, flush=True)
"""


@pytest.fixture
def wide(w: ModuleType, house: Any) -> str:
    """Return a campaign of 82 items, half of them of alice, half of bob."""
    actions = [f"s3:Get{number:02}" for number in range(40)]
    roles = {"hr-role": actions, "pay-role": actions}
    house.sync(w.estate([w.agent("hr"), w.agent("pay", owner="bob")], roles))
    return str(house.open("hr", "pay"))


def test_two_reviewers_decide_at_once(house: Any, wide: str) -> None:
    def review(name: str) -> int:
        mine = house.lines(wide, reviewer=name)
        for line in mine:
            house.decide(name, wide, line.id, rationale="It is needed.")
        return len(mine)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(review, ("alice", "bob"))) == [41, 41]
    counts = house.as_("x").counts(wide)
    assert (counts.decided, counts.pending) == (82, 0)
    assert house.problems() == []


def test_one_reviewer_in_two_windows_loses_no_decision(house: Any, wide: str) -> None:
    item = house.lines(wide, reviewer="alice")[0].id

    def answer(verdict: Verdict) -> str:
        (made,) = house.decide("alice", wide, item, verdict=verdict, rationale="Here.")
        return str(made.id)

    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(answer, (Verdict.ATTEST, Verdict.REVOKE)))
    told = [one["body"] for one in house.entries() if one["type"] == "decision.recorded"]
    assert {one["id"] for one in told} == made
    assert told[1]["supersedes"] == told[0]["id"]
    assert house.problems() == []


def test_a_decision_that_loses_the_race_with_a_sign_off_is_refused(house: Any, wide: str) -> None:
    item = house.lines(wide, reviewer="alice")[0].id
    house.decide("alice", wide, item)
    late = house.as_("alice")
    house.as_("alice").sign(wide)
    with pytest.raises(RefusedError):
        late.undo(wide) or house.decide("alice", wide, item)
    assert house.problems() == []


def test_a_killed_reviewer_loses_nothing_that_was_acknowledged(house: Any, wide: str) -> None:
    place = str(house.store.location)
    with subprocess.Popen(
        [sys.executable, "-c", _REVIEWER, place, wide],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(9)]
        process.send_signal(signal.SIGKILL)
        said += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert all(said)
    decided = {line.id for line in house.lines(wide, states=("decided",))}
    assert set(said) <= decided
    assert house.problems() == []
