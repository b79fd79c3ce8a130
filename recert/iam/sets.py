"""Sets of actions as the bits of one integer, and the patterns that pick them out of a list."""

import re
from collections.abc import Iterable

SMALL = 16
"""A set of fewer actions is cheaper made again than kept."""


def name_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for a long list of names.

    Each run between stars is sought once, where it comes first, and never again: the groups are
    atomic, so that no pattern makes the matching run back and forth.
    """
    head, *runs = (re.escape(run).replace(r"\?", ".") for run in pattern.split("*"))
    if not runs:
        return re.compile(head, re.DOTALL)
    sought = "".join(f"(?>.*?{run})" for run in runs[:-1] if run)
    return re.compile(f"{head}{sought}.*{runs[-1]}", re.DOTALL)


def bits_of(mask: int) -> Iterable[int]:
    """Yield the positions of the bits that are set, lowest first."""
    if mask.bit_count() < SMALL:
        while mask:
            lowest = mask & -mask
            yield lowest.bit_length() - 1
            mask ^= lowest
        return
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
