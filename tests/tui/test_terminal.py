import io
from typing import IO

import pytest

from recert.errors import UsageError
from recert.tui.terminal import require_terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_taken() -> None:
    require_terminal(Tty(), Tty(), {"TERM": "xterm-256color"})


@pytest.mark.parametrize(
    ("stdin", "stdout", "term"),
    [
        (io.StringIO(), Tty(), "xterm"),
        (Tty(), io.StringIO(), "xterm"),
        (Tty(), Tty(), "dumb"),
        (Tty(), Tty(), ""),
    ],
)
def test_anything_else_is_refused_with_a_sentence_and_a_way_out(
    stdin: IO[str], stdout: IO[str], term: str
) -> None:
    with pytest.raises(UsageError) as caught:
        require_terminal(stdin, stdout, {"TERM": term})
    assert "--json" in caught.value.remedy
