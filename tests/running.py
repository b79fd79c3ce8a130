"""Running the command line as its users do: in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Recert = Callable[..., Done]


def in_process(
    *args: object, stdin: str = "", environ: Mapping[str, str] | None = None, **more: str
) -> Done:
    """Run one command; `environ` replaces the environment, `more` is added to it."""
    done = subprocess.run(
        [sys.executable, "-m", "recert.cli.main", *map(str, args)],
        capture_output=True,
        text=True,
        input=stdin,
        env={**(os.environ if environ is None else environ), **more},
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
