"""Where the demo's recording lies: in the installed package, or in the checkout."""

from pathlib import Path

from recert.errors import RecertError

_NAME = "estate.jsonl"


def recording_path() -> Path:
    """Return the path of the demo's recording; raises RecertError where it was not installed."""
    here = Path(__file__).resolve().parent
    installed = here / "recordings" / _NAME
    checkout = here.parent.parent / "data" / "demo" / _NAME
    for candidate in (installed, checkout):
        if candidate.is_file():
            return candidate
    raise RecertError(
        "The demo's recording is missing from this installation.", "Install recert again."
    )
