"""Keys that are worth nothing, for the demo: whoever reads a store of it can make them again.

They follow from the ledger's id and the person's name, so no secret is stored and none can leak.
What they sign has the form of every other signature, and proves nothing; each carries a label.
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from recert.evidence import keys, sshsig
from recert.store.ledger import Actor
from recert.store.signing import Signature
from recert.store.store import Store
from recert.store.tables import KeyRow

LABEL = "THROW-AWAY key of the demo, worth nothing"


@dataclass(frozen=True, slots=True)
class ThrowawaySigner:
    """Signs as one made-up person of one synthetic ledger."""

    ledger: str
    person: str

    @property
    def _private(self) -> Ed25519PrivateKey:
        seed = f"{LABEL}\n{self.ledger}\n{self.person}".encode()
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())

    @property
    def public(self) -> str:
        """Return the key as a `.pub` file would hold it, without its label."""
        point = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return sshsig.key_text(sshsig.ed25519_blob(point))

    @property
    def key(self) -> str:
        """Return the key's fingerprint."""
        return sshsig.fingerprint(sshsig.parse_key(self.public))

    def sign(self, statement: str, namespace: str) -> Signature:
        """Sign a text in a namespace."""
        blob = sshsig.parse_key(self.public)
        armor = sshsig.sign_ed25519(blob, self._private.sign, statement.encode("utf-8"), namespace)
        return Signature("ssh", self.key, armor)


def signer(store: Store, person: str, *, vouching: str, actor: Actor) -> ThrowawaySigner:
    """Return a person's throw-away key of a synthetic store, enrolled where it was not.

    `vouching` is the person whose throw-away key countersigns; both must be known to the store.
    Raises ValueError for a store of real accounts.
    """
    if not store.synthetic:
        raise ValueError("a throw-away key has no place in a store of real accounts")
    first = ThrowawaySigner(store.store_id, vouching)
    wanted = ThrowawaySigner(store.store_id, person)
    with store.read() as session:
        pair = (first.key, wanted.key)
        known = {one for one in pair if session.get(KeyRow, one) is not None}
    for one in (first, wanted):
        if one.key not in known:
            keys.enrol(store, one.person, one.public, actor=actor, countersigner=first, label=LABEL)
            known.add(one.key)
    return wanted
