"""Running the command line as its users do: in a process of its own, with a home of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        import json  # noqa: PLC0415 - the name of the method

        return json.loads(self.out)


Recert = Callable[..., Done]


@pytest.fixture
def recert() -> Recert:
    def run(*args: object, stdin: str = "", **environ: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "recert.cli.main", *map(str, args)],
            capture_output=True,
            text=True,
            input=stdin,
            env={**os.environ, **environ},
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run
