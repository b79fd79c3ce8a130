import os
import sys
from pathlib import Path

from term import Term

RUN = """
import sys
sys.path.insert(0, {folder!r})
from pathlib import Path
def services():
    import sample
    return sample.Sample()
from recert.tui.app import run
raise SystemExit(run(services, banner="SYNTHETIC", state_file=Path({state!r})))
"""


def test_it_ends_when_its_terminal_goes_away(tmp_path: Path) -> None:
    code = RUN.format(folder=str(Path(__file__).parent), state=str(tmp_path / "s.json"))
    term = Term([sys.executable, "-c", code], controls=False)  # else the kernel ends it
    while "Review" not in term.text():
        assert term.pump(0.2)
    os.close(term._ours)
    assert term.child.wait(timeout=20) == 130
