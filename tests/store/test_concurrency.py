"""Real processes, real kills, a real full disk."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlmodel import select

from recert.clock import SystemClock
from recert.store import maintenance
from recert.store.ledger import Actor, verify_chain
from recert.store.store import Store
from recert.store.tables import LedgerRow

WORKER = """
import sys
from recert.clock import SystemClock
from recert.store.ledger import Actor
from recert.store.store import Store

path, name, count = sys.argv[1:]
store = Store.open(path, clock=SystemClock())
for number in range(int(count)):
    with store.write(Actor(name, "os")) as tx:
        entry = tx.append("setting.changed", {"name": name, "value": number})
    print(entry.seq, entry.hash, flush=True)
"""


def start(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def texts(path: Path) -> list[str]:
    store = Store.open(path, clock=SystemClock(), create=False)
    with store.read() as session:
        return list(session.exec(select(LedgerRow.entry).order_by(LedgerRow.seq)))


def require_whole(path: Path, acknowledged: dict[int, str]) -> int:
    entries = texts(path)
    head = verify_chain(entries)
    assert maintenance.inspect(path)[1] == head
    stored = {json.loads(entry)["seq"] for entry in entries}
    assert acknowledged.keys() <= stored
    following = {number: json.loads(entries[number])["prev"] for number in range(1, head.size)}
    for seq, digest in acknowledged.items():
        assert following.get(seq, head.hash) == digest
    return head.size


def append_together(path: Path, workers: int, each: int) -> None:
    running = [start(path, f"w{number}", each) for number in range(workers)]
    said = [worker.communicate()[0] for worker in running]
    assert [worker.returncode for worker in running] == [0] * workers
    acknowledged = {
        int(line.split()[0]): line.split()[1] for text in said for line in text.splitlines()
    }
    assert len(acknowledged) == workers * each
    assert require_whole(path, acknowledged) == workers * each + 1


def kill_while_appending(path: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    acknowledged: dict[int, str] = {}
    for number in range(kills):
        workers = [start(path, f"k{number}-{index}", 10_000) for index in range(2)]
        for worker in workers:
            assert worker.stdout is not None
            worker.stdout.readline()
        deadline = time.monotonic() + rng.random() * 0.15
        while time.monotonic() < deadline:
            os.sched_yield()
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        for worker in workers:
            rest = worker.communicate()[0]
            lines = [line.split() for line in rest.splitlines()]
            acknowledged.update(
                {int(line[0]): line[1] for line in lines if len(line) == 2 and len(line[1]) == 64}
            )
        require_whole(path, acknowledged)


class Appender(threading.Thread):
    """Has so many entries appended, by one process after the other where one is killed."""

    def __init__(self, path: Path, name: str, each: int) -> None:
        super().__init__()
        self.path, self.label, self.each = path, name, each
        self.acknowledged: dict[int, str] = {}
        self.killed = 0
        self.process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        while len(self.acknowledged) < self.each:
            left = self.each - len(self.acknowledged)
            with start(self.path, self.label, left) as self.process:
                assert self.process.stdout is not None
                for line in self.process.stdout:
                    seq, _, digest = line.strip().partition(" ")
                    if len(digest) == 64:
                        self.acknowledged[int(seq)] = digest
            self.killed += self.process.returncode == -signal.SIGKILL
            assert self.process.returncode in (0, -signal.SIGKILL)


def append_while_killed(path: Path, workers: int, each: int, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    Store.open(path, clock=SystemClock()).close()
    running = [Appender(path, f"w{number}", each) for number in range(workers)]
    for one in running:
        one.start()
    marks = sorted(rng.sample(range(1, workers * each - workers), kills))
    for mark in marks:
        while sum(len(one.acknowledged) for one in running) < mark:
            os.sched_yield()
        victim = rng.choice([one for one in running if one.is_alive()]).process
        if victim is not None:
            victim.kill()
    for one in running:
        one.join()
    assert all(len(one.acknowledged) == each for one in running)
    assert sum(one.killed for one in running) > 0
    acknowledged = {seq: digest for one in running for seq, digest in one.acknowledged.items()}
    assert len(acknowledged) == workers * each
    # What was stored in the moment of a kill and not said any more is there, too.
    assert require_whole(path, acknowledged) >= workers * each + 1


def test_processes_that_append_together_lose_and_fork_nothing(tmp_path: Path) -> None:
    append_together(tmp_path / "x.db", 3, 15)


def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    kill_while_appending(tmp_path / "x.db", 2, 1)


@pytest.mark.campaign
def test_eight_processes_append_five_hundred_entries_each(tmp_path: Path) -> None:
    append_together(tmp_path / "x.db", 8, 500)


def test_processes_that_append_together_while_some_are_killed_lose_nothing(tmp_path: Path) -> None:
    append_while_killed(tmp_path / "x.db", 3, 12, 2, 3)


@pytest.mark.campaign
def test_eight_processes_append_five_hundred_entries_each_while_some_are_killed(
    tmp_path: Path,
) -> None:
    append_while_killed(tmp_path / "x.db", 8, 500, 40, 4)


@pytest.mark.campaign
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    kill_while_appending(tmp_path / "x.db", 50, 2)


FILL = """
import resource, signal, sys
from recert.clock import SystemClock
from recert.errors import StoreError
from recert.store.ledger import Actor
from recert.store.store import Store

path, limit = sys.argv[1:]
store = Store.open(path, clock=SystemClock())
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    for number in range(100_000):
        with store.write(Actor("w", "os")) as tx:
            entry = tx.append("setting.changed", {"name": "x" * 3000, "value": number})
        print(entry.seq, entry.hash, flush=True)
except StoreError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def test_a_disk_that_gives_out_loses_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    Store.open(path, clock=SystemClock()).close()
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path), str(path.stat().st_size + 100_000)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    assert "nothing was changed" in done.stderr
    acknowledged = {int(line.split()[0]): line.split()[1] for line in done.stdout.splitlines()}
    assert len(acknowledged) > 5
    require_whole(path, acknowledged)
    store = Store.open(path, clock=SystemClock())
    with store.write(Actor("w", "os")) as tx:
        tx.append("setting.changed", {})


def test_a_copy_onto_a_disk_that_gives_out_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = Store.open(path, clock=SystemClock())
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from recert.clock import SystemClock\n"
        "from recert.errors import StoreError\n"
        "from recert.store import maintenance\n"
        "from recert.store.store import Store\n"
        "store = Store.open(sys.argv[1], clock=SystemClock())\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n    maintenance.backup(store, Path(sys.argv[2]))\n"
        "except StoreError as error:\n    print(error)\n    sys.exit(5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "copy.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, list(tmp_path.iterdir())) == (5, [path]), done
    assert store.head().size == 1


def test_opening_a_new_store_from_many_processes_makes_one(tmp_path: Path) -> None:
    append_together(tmp_path / "new" / "x.db", 2, 1)


def test_a_writer_that_dies_in_its_transaction_leaves_a_store_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    code = (
        "import os, signal, sys\n"
        "from recert.clock import SystemClock\n"
        "from recert.store.ledger import Actor\n"
        "from recert.store.store import Store\n"
        "store = Store.open(sys.argv[1], clock=SystemClock())\n"
        "with store.write(Actor('w', 'os')) as tx:\n"
        "    for number in range(3000):\n"
        "        tx.append('setting.changed', {'name': 'x' * 500, 'value': number})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert require_whole(path, {}) == 1
