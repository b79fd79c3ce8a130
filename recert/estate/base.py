"""What every model of the estate shares."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

from recert.clock import require_zone, to_rfc3339

Instant = Annotated[
    datetime,
    AfterValidator(require_zone),
    PlainSerializer(to_rfc3339, return_type=str, when_used="json"),
]
"""An aware instant in UTC; RFC 3339 in JSON."""

Tags = dict[str, str]
"""Resource tags as AWS gave them; read, never changed."""


class Frozen(BaseModel):
    """A value: equal by content, never changed, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Concealed(Frozen):
    """A text that is not kept: its keyed hash, so that a change still shows, and its length in characters.

    `key_id` names the key; values under two different keys cannot be compared and are *unknown*, not changed.
    """

    digest: str
    length: int
    key_id: str

    @property
    def keyed_digest(self) -> str:
        """Return the hash under the name of its key: two are equal where the texts are known to be."""
        return f"{self.key_id}:{self.digest}"
