"""The key under which texts are concealed: its file, and the marks that stand for texts."""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from recert.errors import AwsError
from recert.estate.base import Concealed
from recert.paths import data_dir, ensure_private_dir
from recert.text import visible

MARK = re.compile(
    r"recert-concealed:([0-9a-f]{12}):([0-9a-f]{64}):(\d{1,12})(?::writes=(\d{1,6}))?"
)
"""Key, digest and length of a concealed text; of an API schema also how many operations write."""
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key under which texts are concealed; one for an organisation, outside stores and recordings."""

    key: bytes

    @property
    def key_id(self) -> str:
        """Return the short public name of the key."""
        return hashlib.sha256(b"recert concealment key\0" + self.key).hexdigest()[:12]

    def conceal(self, text: str) -> Concealed:
        """Return the keyed hash and the length of a text."""
        digest = hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return Concealed(digest=digest.hexdigest(), length=len(text), key_id=self.key_id)

    def mark(self, text: str) -> str:
        """Return the mark that stands for a text in a recording."""
        return write_mark(self.conceal(text))


def write_mark(value: Concealed) -> str:
    """Write a concealed text as its mark."""
    return f"recert-concealed:{value.key_id}:{value.digest}:{value.length}"


def read_mark(text: str) -> Concealed | None:
    """Read a mark, None where `text` is none."""
    found = MARK.fullmatch(text)
    if found is None:
        return None
    return Concealed(key_id=found[1], digest=found[2], length=int(found[3]))


def default_key_path() -> Path:
    """Return where the key is kept unless another place is named."""
    return data_dir() / "concealment.key"


def load_keyring(path: Path | None = None) -> Keyring:
    """Read the key, or make one (mode 0600) where there is none; raises AwsError."""
    place = path or default_key_path()
    shown = visible(str(place))
    try:
        if not place.exists():
            _create(place)
        mode = place.stat().st_mode & 0o077
        key = place.read_bytes()
    except OSError as error:
        raise AwsError(
            f"The concealment key {shown} cannot be used: {error.strerror or error}.",
            "Give recert a folder that it may write.",
        ) from error
    if os.name == "posix" and mode:
        raise AwsError(f"Others may read the concealment key {shown}.", f"Run: chmod 600 {shown}")
    if len(key) != _KEY_BYTES:
        raise AwsError(f"{shown} is no concealment key.", "Put the right file there, or remove it.")
    return Keyring(key)


def _create(path: Path) -> None:
    ensure_private_dir(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        handle = os.open(path, flags, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(_KEY_BYTES))
