"""AWS managed policies as they stood when the catalogue was compiled.

Used where a reading names an attached or bounding managed policy without its document, and to see
what AWS itself has added to one since.
"""

import hashlib
import json
import lzma
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from recert.iam.errors import CatalogueError

_PARTITION = re.compile(r"^arn:aws[a-z-]*:")


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """One AWS managed policy: its ARN, the version that was the default, and since when."""

    arn: str
    version_id: str
    updated: datetime
    document: Mapping[str, Any]


class ManagedPolicies:
    """The packed policies; unpacked as a whole on the first question, in about a tenth of a second."""

    def __init__(self, packed: bytes, digest: str) -> None:
        self._packed = packed
        self._digest = digest

    @cached_property
    def _policies(self) -> Mapping[str, Mapping[str, Any]]:
        try:
            raw = lzma.decompress(self._packed)
        except lzma.LZMAError as error:
            raise _damaged() from error
        if hashlib.sha256(raw).hexdigest() != self._digest:
            raise _damaged()
        policies: Mapping[str, Mapping[str, Any]] = json.loads(raw)["policies"]
        return policies

    @property
    def arns(self) -> tuple[str, ...]:
        """Every ARN that is held, sorted."""
        return tuple(sorted(self._policies))

    def get(self, arn: str) -> ManagedPolicy | None:
        """Return a policy by its ARN, whatever its partition; None where it is not held.

        The document names resources of the commercial partition, as it was read there.
        """
        held = self._policies.get(_PARTITION.sub("arn:aws:", arn))
        if held is None:
            return None
        return ManagedPolicy(
            arn=arn,
            version_id=held["version"],
            updated=datetime.fromisoformat(held["updated"]),
            document=held["document"],
        )


def _damaged() -> CatalogueError:
    return CatalogueError(
        "The packaged AWS managed policies are damaged or of another catalogue.",
        "Install recert again.",
    )
