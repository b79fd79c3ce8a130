"""The demo's recording in the place of AWS."""

from pathlib import Path

from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.demo import recording_path
from recert.estate.estate import Estate, Source

KEY = b"k" * 32  # under which recert conceals what it must not keep


class Tape(ReplaySource):
    """A recording that answers as AWS itself."""

    def source(self) -> Source:
        return Source(kind="live", caller_arn="arn:aws:sts::111122223333:assumed-role/reader/x")


def tape(point: int = -1) -> Tape:
    """Return what the demo shows at a point, counted as of a list; the last is now."""
    path = recording_path()
    return Tape(load_recording(path, load_recording(path).points[point]))


def reading(point: int = -1) -> Estate:
    """Return what is read from it."""
    return collect(tape(point), clock=SystemClock(), keyring=Keyring(KEY)).estate


def keep_key(path: Path) -> Path:
    """Write the key where recert accepts it: readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(KEY)
    path.chmod(0o600)
    return path
