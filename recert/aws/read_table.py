"""Every call of a reading in one table."""

from recert.aws import core_reads, later_reads, reads
from recert.aws.read import Read


def every_read() -> tuple[Read, ...]:
    """Return every call that a reading can make, sorted by name."""
    everything = {**vars(reads), **vars(core_reads), **vars(later_reads)}
    found = {item.name: item for item in everything.values() if isinstance(item, Read)}
    return tuple(found[name] for name in sorted(found))
