"""Checks that a pack and a store have in common: all that the ledger alone can tell."""

from collections.abc import Callable, Iterable

from recert.evidence import signoffs
from recert.evidence.checkpoint import Pinned
from recert.evidence.material import Ledger
from recert.evidence.report import Check, VerifyReport
from recert.text import plural, visible

PROVES = (
    "Its parts belong together: every file and table follows from the ledger, each entry from the last.",
)
PROVES_HEAD = (
    "Nothing up to the given head was edited, dropped, inserted or reordered since it was noted."
)
CANNOT = (
    "That a decision was right, that nobody acted outside recert, or that the clocks were right.",
    "That another auditor was given the same: compare heads.",
)
CANNOT_UNPINNED = (
    "Who made it: no signers were pinned, and whoever can write a store can make another."
)
CANNOT_FOREIGN = "Who made it: not every signature holds and is by a signer whom you pinned."
CANNOT_UNREAD = "Who made it: its signatures could not be looked into."
CANNOT_DERIVE = (
    "That {} say the same: another version of recert or of its libraries wrote them. Rely on the JSON, "
    "or verify with that version."
)
_SHOWN = 5
_SENSELESS = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)


def some(problems: list[str]) -> str:
    """Return the first problems, made safe to show, and how many more there are."""
    shown = [visible(problem, limit=300) for problem in problems[:_SHOWN]]
    rest = len(problems) - len(shown)
    return "; ".join(shown) + (f"; and {rest:,} more" if rest > 0 else "")


def check(name: str, problems: list[str], good: str) -> Check:
    """Return a check that holds where there are no problems."""
    return Check(name, not problems, some(problems) if problems else good)


def not_by_pinned(done: Iterable[Check]) -> str:
    """Return why checks do not tell who made what was checked."""
    found = [one for one in done if one.name in ("signatures", "demanded", "signers")]
    if not found:
        return CANNOT_UNREAD
    return CANNOT_UNPINNED if all(one.ok for one in found) else CANNOT_FOREIGN


def guarded(name: str, make: Callable[[], Iterable[Check]]) -> list[Check]:
    """Return checks; where an entry says what cannot even be checked, one that failed."""
    try:
        return list(make())
    except _SENSELESS as error:
        detail = visible(f"an entry of the ledger says what makes no sense: {error!r}", limit=300)
        return [Check(name, ok=False, detail=detail)]


def head(ledger: Ledger, pinned: Pinned | None) -> Check:
    """Compare the ledger with a head that was noted outside."""
    here = str(ledger.head)
    if pinned is None:
        return Check(
            "head",
            ok=True,
            detail=f"none was given to compare with; this ledger stands at {here}",
        )
    if pinned.size > ledger.head.size:
        return Check(
            "head",
            ok=False,
            detail=f"the ledger ends at entry {ledger.head.size}, the given head at {pinned.size}",
        )
    if ledger.hashes[pinned.size - 1] != pinned.hash:
        return Check(
            "head",
            ok=False,
            detail=f"entry {pinned.size} of the ledger is not the one of the given head: "
            "something up to it was changed",
        )
    if pinned.ledger not in (None, ledger.projection.store_id):
        return Check("head", ok=False, detail="the given checkpoint is of another ledger")
    if pinned.root not in (None, ledger.root_at(pinned.size)):
        return Check(
            "head",
            ok=False,
            detail=f"the Merkle root up to entry {pinned.size} is not the given one",
        )
    return Check("head", ok=True, detail=f"the given head is entry {pinned.size} of this ledger")


def rules(ledger: Ledger) -> Check:
    """Look for entries that the rules of a campaign do not allow."""
    found = [sentence for _, sentence in ledger.projection.problems]
    return check("rules", found, "no entry breaks the rules of a campaign")


def signed(ledger: Ledger) -> list[Check]:
    """Compare the statement of each sign-off and close with the ledger that it was made over."""
    count = plural(len(ledger.projection.signoffs), "sign-off")
    closed = plural(len(ledger.projection.closings), "closing statement")
    return [
        check(
            "signoffs", list(signoffs.problems(ledger)), f"{count}, each over the ledger before it"
        ),
        check(
            "closings",
            list(signoffs.closing_problems(ledger)),
            f"{closed}, each over the ledger before it",
        ),
    ]


def report(
    done: list[Check],
    ledger: Ledger | None = None,
    *,
    pinned: Pinned | None = None,
    by_pinned: bool = False,
    unverified: tuple[str, ...] = (),
) -> VerifyReport:
    """Return what checks come to, with what they prove and what they cannot tell.

    `by_pinned` tells that all signatures are by pinned signers, `unverified` names the files that
    could not be derived again.
    """
    ok = all(check.ok for check in done)
    proves = PROVES + ((PROVES_HEAD,) if pinned else ())
    cannot = CANNOT if by_pinned else (*CANNOT, not_by_pinned(done))
    if unverified:
        cannot = (*cannot, CANNOT_DERIVE.format(", ".join(unverified)))
    return VerifyReport(
        signers_pinned=by_pinned and ok,
        source=ledger.projection.source if ledger is not None else None,
        synthetic=ledger is not None and ledger.projection.synthetic,
        checks=tuple(done),
        proves=proves if ok else (),
        cannot=cannot,
        unverified=unverified,
    )
