"""Whose key signs: the one that was named, that of the configuration, the agent's, the demo's."""

import os
from pathlib import Path

from recert.cli.context import Run
from recert.cli.settings import key_of
from recert.demo.people import OWNER
from recert.evidence import keys, throwaway
from recert.store.handed import handed
from recert.store.ledger import Actor
from recert.store.signing import StatementSigner
from recert.store.store import Store
from recert.store.tables import KeyRow


def own_signer(
    run: Run, store: Store, key: Path | None = None, *, asks: bool = True
) -> StatementSigner | None:
    """Return who signs for the caller of a run, None where they have no key at hand.

    The key that was named, else that of the configuration, else one of theirs that their agent
    holds; in the demo a throw-away key. `asks` says whether a terminal is there for questions.
    """
    named = key or key_of(run.settings)
    if named is not None:
        return run.signer(named, asks=asks)
    caller = run.caller(store)
    with store.read() as session:
        part = handed(session)
    if part is not None and store.synthetic:
        return _travelled(store, part.ledger, caller.id)
    if store.synthetic:
        return demo_signer(store, caller.id) if caller.known else None
    return keys.find_signer(store, caller.id, os.environ, asks=asks)


def _travelled(store: Store, ledger: str, person: str) -> StatementSigner | None:
    """Return the throw-away key that came with a file of the demo, None where none did."""
    found = throwaway.ThrowawaySigner(ledger, person)
    with store.read() as session:
        return found if session.get(KeyRow, found.key) is not None else None


def demo_signer(store: Store, person: str = OWNER) -> StatementSigner:
    """Return a made-up person's throw-away key, enrolled where it was not."""
    actor = Actor(id=OWNER, strength="os")
    return throwaway.signer(store, person, vouching=OWNER, actor=actor)
