"""Running the command line as its users do: in a process of its own, with a home of its own."""

import pytest
from running import Recert, in_process


@pytest.fixture
def recert() -> Recert:
    return in_process
