"""What a review asks about an agent: the one seam to the analysis of an estate."""

from collections.abc import Callable
from functools import lru_cache

from recert.analysis import Catalogue, ReviewSubject, load_catalogue, review_subjects
from recert.lifecycle import Estate

Ask = Callable[[Estate, str], tuple[ReviewSubject, ...]]
"""Returns everything to ask about one agent of an estate; LookupError where it holds none such."""


def asking(catalogue: Catalogue | None = None) -> Ask:
    """Return the questions that the analysis asks, with the packaged catalogue unless another is given."""
    held = catalogue

    def ask(estate: Estate, agent: str) -> tuple[ReviewSubject, ...]:
        return review_subjects(estate, agent, held or packaged())

    return ask


@lru_cache(maxsize=1)
def packaged() -> Catalogue:
    """Return the packaged catalogue of actions."""
    return load_catalogue()
