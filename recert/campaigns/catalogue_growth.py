"""Which actions the catalogue knew when a store was last written: what it learned since is drift.

A wildcard in a policy grows when AWS adds actions to a service. Nobody in the account did that, and
no document differs; it shows when a newer catalogue is used on the same store.
"""

import base64
import zlib
from typing import Protocol

from sqlmodel import Session

from recert.store.tables import Meta

_DIGEST, _NAMES = "catalogue", "catalogue.names"
_LARGEST = 2**26


class Known(Protocol):
    """What is asked of a catalogue."""

    @property
    def digest(self) -> str:
        """Return what tells two catalogues apart."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Return every action."""
        ...


def grown_since(session: Session, catalogue: Known) -> tuple[str, ...]:
    """Return the actions that are new since the store was last written, and remember all of them.

    A store that remembers none has nothing to compare with. One catalogue after another that is
    older brings nothing, and its own actions are new again when the newer one comes back.
    """
    kept = session.get(Meta, _DIGEST)
    if kept is not None and kept.value == catalogue.digest:
        return ()
    held = session.get(Meta, _NAMES)
    found: tuple[str, ...] = ()
    if held is not None:
        known = frozenset(_unpack(held.value))
        found = tuple(sorted(name for name in catalogue.names if name not in known))
    for key, value in ((_DIGEST, catalogue.digest), (_NAMES, _pack(catalogue.names))):
        row = session.get(Meta, key)
        if row is None:
            session.add(Meta(key=key, value=value))
        else:
            row.value = value
    session.flush()
    return found


def _pack(names: tuple[str, ...]) -> str:
    return base64.b64encode(zlib.compress(" ".join(names).encode("utf-8"), 6)).decode("ascii")


def _unpack(text: str) -> list[str]:
    try:
        raw = zlib.decompressobj().decompress(base64.b64decode(text), _LARGEST)
    except (ValueError, zlib.error):
        return []
    return raw.decode("utf-8", "replace").split(" ")
