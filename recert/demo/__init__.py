"""The embedded estate: a synthetic recording with several points in time, and the people around it."""

from recert.demo.people import OWNER, PEOPLE, PERSONA, DemoPerson
from recert.demo.recordings import recording_path

__all__ = ["OWNER", "PEOPLE", "PERSONA", "DemoPerson", "recording_path"]
