"""What a demo writes on top of its recording, answered as the services do."""

from recert.aws.overlay.journal import JournalOverlay

__all__ = ["JournalOverlay"]
