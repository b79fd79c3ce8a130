"""The demo and every process that a test starts stay on loopback, and the demo opens nothing at all."""

import subprocess
import sys
from pathlib import Path

import pytest

STRICT = """
import sys
def refuse(event, args):
    if event in {"socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo"}:
        raise OSError(f"the demo asked for {event} {args!r}")
sys.addaudithook(refuse)
from recert.cli.main import run
run(sys.argv[1:])
"""


def run(code: str, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=False
    )


def test_the_demo_opens_no_connection_and_resolves_no_name(tmp_path: Path) -> None:
    done = run(STRICT, "--store", str(tmp_path / "demo.db"), "--json", "demo", "--no-tui")
    assert done.returncode == 0, done.stderr
    assert "the demo asked for" not in done.stderr
    assert '"synthetic": true' in done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('iam.amazonaws.com', 443)",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_what_a_test_starts_reaches_nothing_but_loopback(code: str) -> None:
    done = run(code)
    assert done.returncode != 0
    assert "a test tried to" in done.stderr


def test_what_a_test_starts_may_reach_loopback() -> None:
    listening = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(s.getsockname()).close()"
    )
    assert run(listening).returncode == 0
