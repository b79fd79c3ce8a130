"""Evidence packs for both faces: writing them, and saying what came of a writing or a check."""

from pathlib import Path

from recert.cli.context import Run
from recert.evidence.pack import PackResult, export_pack
from recert.evidence.report import VerifyReport
from recert.store.store import Store


def export(run: Run, store: Store, campaign: str, target: Path) -> PackResult:
    """Write the evidence of a campaign."""
    return export_pack(store, campaign, target, clock=run.clock, actor=run.actor(store))


def words(made: PackResult) -> str:
    """Tell in a sentence what was written."""
    kind = f"{str(made.source).upper()} " if made.source not in (None, "live") else ""
    state = "interim, the campaign is " + made.state if made.interim else made.state
    return f"{made.path}: {kind}{made.files} files, {state}; head {made.head}"


def verdict(found: VerifyReport) -> str:
    """Tell in a sentence what a verification came to."""
    if not found.ok:
        return "does not verify"
    if not found.signers_pinned:
        return "whole and unedited as far as it can be known here; no signers were pinned"
    if found.unverified:
        return "by pinned signers and unedited, save files that only the version that wrote them can verify"
    return "whole, unedited and by pinned signers"


def advice(found: VerifyReport) -> str:
    """Say what to do after a verification that came to less than a plain yes; else nothing."""
    if not found.ok:
        names = {check.name for check in found.checks}
        if "guards" in names:
            return (
                "Do not rely on this store. Keep it as it is; `recert db restore` brings back a "
                "backup, and the packs exported from it can be verified by themselves."
            )
        if "container" not in names:
            return ""  # a store that was not looked into: its check says why, and what to do
        return (
            "Do not rely on this pack. Keep it as it is, and ask whoever exported it for another "
            "copy and for the head that was noted at its export."
        )
    if not found.signers_pinned:
        return (
            "Name whom you trust with --signers FILE: `recert people signers` prints the list "
            "where the store is; get it by another way than the pack."
        )
    return ""
