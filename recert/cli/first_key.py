"""The first key of a store: which keys the caller has at hand, and binding one of them."""

import os
from collections.abc import Callable
from pathlib import Path

from recert.cli.context import Run
from recert.errors import UsageError
from recert.evidence import keys, ssh_keygen, sshsig
from recert.evidence.sshsig import SignatureError
from recert.store.ledger import Actor
from recert.store.store import Store

Ask = Callable[[str, str], str]


def at_hand(home: Path) -> dict[str, str]:
    """Return the public keys that the agent holds or that lie in `.ssh`, by fingerprint."""
    texts = list(ssh_keygen.in_agent(os.environ))
    for path in sorted((home / ".ssh").glob("*.pub")):
        try:
            texts.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    found = {}
    for text in texts:
        try:
            blob = sshsig.parse_key(text)
        except SignatureError:
            continue
        found[sshsig.fingerprint(blob)] = sshsig.key_text(blob)
    return found


def bind(
    run: Run, store: Store, person: str, *, key: Path | None, ask: Ask | None, accept: bool
) -> str | None:
    """Bind the first key of a store to the caller; return its fingerprint, None where none was bound.

    The key that was named, else the one at hand that is chosen; where nobody can be asked, the only
    one, if suggestions are taken.
    """
    public = _named(key) if key is not None else _chosen(run, ask=ask, accept=accept)
    if public is None:
        run.out.note(
            "No key is bound: sign-offs here need one. Enrol it with "
            f"`recert people enrol {person} KEY.pub`."
        )
        return None
    found = keys.enrol(store, person, public, actor=Actor(id=person, strength="os"))
    run.out.note(f"The key {found} is {person}'s; further ones need its countersignature.")
    return found


def _named(key: Path) -> str:
    public = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    try:
        return public.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"There is no public key at {public}.", "Name the key's file.") from error


def _chosen(run: Run, *, ask: Ask | None, accept: bool) -> str | None:
    found = at_hand(Path.home())
    if not found:
        return None
    if ask is not None:
        for number, fingerprint in enumerate(found, 1):
            run.out.note(f"  {number}. {fingerprint}")
        answer = ask("Which of these keys is yours, for signing? (a number, - for none)", "1")
        numbered = dict(enumerate(found.values(), 1))
        return numbered.get(int(answer)) if answer.isdecimal() else None
    return next(iter(found.values())) if accept and len(found) == 1 else None
