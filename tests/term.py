"""A real terminal for tests: a pseudo-terminal, and a screen that understands what is written to it."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyte

RECERT = [sys.executable, "-m", "recert.cli.main"]


def answer(*words: str) -> Any:
    """Return what a command prints as JSON; fail where it does not end well."""
    done = subprocess.run([*RECERT, "--json", *words], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def demo_store() -> str:
    """Make the demo's store and return where it is."""
    return str(answer("demo", "--no-tui")["store"])


def _take_the_terminal() -> None:
    """Make standard input the terminal that controls this session, so that ctrl+c interrupts it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Term:
    """A program in a terminal of `columns` by `lines`, which sends it signals where it `controls` it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        env: Mapping[str, str] | None = None,
        controls: bool = True,
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self._text: str | None = None
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        size = {"COLUMNS": str(columns), "LINES": str(lines)}
        self.started = time.perf_counter()
        self.child = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", **size, **(env or {})},
            start_new_session=True,
            preexec_fn=_take_the_terminal if controls else None,  # noqa: PLW1509 - the tests start it from one thread
        )
        os.close(theirs)

    def text(self) -> str:
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
        return self._text

    def send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def pump(self, seconds: float = 0.02) -> bool:
        """Take in what was written; False where the program is gone."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return self.child.poll() is None
        try:
            chunk = os.read(self._ours, 1 << 16)
        except OSError:
            return False
        self.raw += chunk
        self._stream.feed(chunk)
        self._text = None
        return bool(chunk)

    def rest(self, seconds: float = 0.25) -> None:
        """Take in what is written for so long; a verdict sooner than 150 ms after another is ignored."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 20.0) -> str:
        """Wait until something is on the screen and return the screen; fail after so many seconds."""
        holds = (
            (lambda text: wanted in " ".join(text.split())) if isinstance(wanted, str) else wanted
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds(self.text()):
                return self.text()
            if not self.pump() and not holds(self.text()):
                break
        if holds(self.text()):
            return self.text()
        raise AssertionError(f"{wanted!r} is not on the screen:\n{self.text()}")

    def end(self, seconds: float = 10.0) -> int:
        """Wait until the program is gone and return its exit code."""
        limit = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < limit:
            self.pump()
        if self.child.poll() is None:
            self.kill()
            raise AssertionError(f"it did not end:\n{self.text()}")
        os.close(self._ours)
        return self.child.returncode

    def kill(self) -> None:
        """End it the hard way."""
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(10)


SAMPLE = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
def services():
    import sample
    return sample.Sample({arguments})
from recert.tui.app import run
raise SystemExit(run(services, banner="SYNTHETIC", state_file=Path({state!r})))
"""


def sample_command(folder: str, state: str, arguments: str = "") -> list[str]:
    """Return a command that runs the UI on the sample."""
    code = SAMPLE.format(folder=folder, state=state, arguments=arguments)
    return [sys.executable, "-c", code]
