"""The demo's AWS: its recording, and what was written on top of it since, through real boto3 clients."""

from datetime import datetime
from pathlib import Path

from recert.aws.overlay import JournalOverlay
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import Clock
from recert.demo.recordings import recording_path


class DemoSource(ReplaySource):
    """Plays the demo's last point in time as it is now: with every write since."""

    def taken_at(self, clock: Clock) -> datetime:
        """Return the present: what was written is later than what was recorded."""
        return max(self.recording.at, clock.now())


def journal(store: Path) -> Path:
    """Return the file that keeps the writes of a demo, beside its store."""
    return store.with_name(f"{store.name}.iam.jsonl")


def demo_source(store: Path) -> DemoSource:
    """Return the demo's AWS as the writes of one store left it; raises RecordingError."""
    recording = load_recording(recording_path())
    overlay = JournalOverlay(recording, journal(store))
    return DemoSource(recording, overlay=overlay, synthetic=True)
