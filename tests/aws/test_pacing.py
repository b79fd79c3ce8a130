"""Calls are spaced out, and regions are offered or not."""

from recert.aws.pacing import SHARE, Pacer
from recert.aws.regions import BEDROCK_AGENTS, EVERY, offers


class Time:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_calls_of_one_operation_keep_to_a_share_of_the_rate() -> None:
    time = Time()
    pacer = Pacer(now=lambda: time.now, sleep=time.sleep)
    started = time.now
    for _ in range(41):
        pacer.wait(("bedrock-agent:GetAgent", "1", "us-east-1"), 10)
    assert abs((time.now - started) - 40 / (10 * SHARE)) < 1e-6


def test_operations_regions_and_accounts_have_their_own_pace() -> None:
    time = Time()
    pacer = Pacer(now=lambda: time.now, sleep=time.sleep)
    for key in (("a", "1", "r"), ("b", "1", "r"), ("a", "2", "r"), ("a", "1", "s")):
        pacer.wait(key, 1)
    assert time.slept == []


def test_an_operation_without_a_documented_rate_does_not_wait() -> None:
    time = Time()
    pacer = Pacer(now=lambda: time.now, sleep=time.sleep)
    for _ in range(100):
        pacer.wait(("iam:GetPolicy",), None)
    assert time.slept == []


def test_a_region_that_the_table_does_not_know_is_asked_for() -> None:
    asked: list[str] = []

    def there() -> bool:
        asked.append("x")
        return True

    assert offers("bedrock-agent", "us-east-1", there)
    assert asked == []
    assert offers("bedrock-agent", "xx-new-1", there)
    assert not offers("bedrock-agent", "xx-none-1", lambda: False)
    assert offers("iam", "anywhere", lambda: False)
    assert asked == ["x"]
    assert set(EVERY) >= BEDROCK_AGENTS
