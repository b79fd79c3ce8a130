"""Exports the evidence of a campaign.

The export is an entry of the ledger, and the pack holds the ledger with it: the head of the pack
is the head of the store. Exporting again, when nothing else has happened, adds no entry and gives
the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from recert.clock import Clock
from recert.errors import LedgerError, UsageError
from recert.evidence import containers, contents
from recert.evidence.material import Ledger, Material, read_ledger
from recert.evidence.tieout import TieOut, gaps_of, tie_out
from recert.progress import step
from recert.store import canonical
from recert.store.entries import item_record
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor, Head
from recert.store.store import Store
from recert.store.tables import CampaignRow, ItemRow, LedgerRow
from recert.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PackResult:
    """What was written where; `head` is what to note outside, `gaps` what could not be read."""

    path: Path
    campaign: str
    head: Head
    source: str | None
    synthetic: bool
    standing: str
    state: str
    interim: bool
    complete: bool
    signature: str
    gaps: tuple[dict[str, Any], ...]
    files: int

    @property
    def exit_code(self) -> int:
        """Return 0 for evidence without reservation, 3 for any other."""
        return 0 if self.complete else 3

    def as_json(self) -> dict[str, Any]:
        """Return the result as `export --json` prints it."""
        return {
            "path": str(self.path),
            "campaign": self.campaign,
            "head": str(self.head),
            "root": self.head.root,
            "source": self.source,
            "synthetic": self.synthetic,
            "standing": self.standing,
            "state": self.state,
            "interim": self.interim,
            "complete": self.complete,
            "signature": self.signature,
            "files": self.files,
            "coverage": {"gaps": list(self.gaps)},
        }


def export_pack(
    store: Store, campaign_id: str, target: Path, clock: Clock, actor: Actor
) -> PackResult:
    """Write the evidence of a campaign into a new folder, or a zip where the name ends in `.zip`.

    `clock` stamps the export's entry. Raises UsageError for an unknown campaign or a target that
    exists, LedgerError where the store does not hold together, StoreError where the disk gives out;
    then nothing is left, no entry either.
    """
    containers.require_new(target)
    written = False
    try:
        with store.write(actor, clock=clock) as tx:
            _require_campaign(tx.session, campaign_id)
            _tell(tx, campaign_id)
            material = collect(tx.session, campaign_id)
            step("making the parts of the pack", 0)
            content = contents.derive(material)
            containers.write(target, content)
            written = True
    except BaseException:
        if written:
            containers.remove(target)
        raise
    tied = tie_out(material.projection, campaign_id, len(material.records))
    return _result(target, material, tied, len(content))


def _require_campaign(session: Session, campaign: str) -> None:
    if session.get(CampaignRow, campaign) is None:
        raise UsageError(f"There is no campaign {campaign!r}.", "`recert campaigns` lists them.")


def _tell(tx: Transaction, campaign: str) -> None:
    last = tx.session.exec(
        select(LedgerRow.entry).order_by(col(LedgerRow.seq).desc()).limit(1)
    ).one()
    told = canonical.parse_strict(last)
    if told["type"] == EntryType.EXPORT and told["campaign"] == campaign:
        same = told["actor"] == tx.actor.as_json()
        if same:
            return
    tx.append(EntryType.EXPORT, {"campaign": campaign}, campaign=campaign)


def collect(session: Session, campaign: str) -> Material:
    """Return the material of a pack, verified; raises LedgerError where the store does not hold together."""
    ledger = stored_ledger(session)
    if ledger.projection.problems:
        seq, sentence = ledger.projection.problems[0]
        raise LedgerError(f"The ledger breaks its rules: {sentence}.", seq=seq)
    if campaign not in ledger.projection.campaigns:
        raise LedgerError(
            f"The ledger does not know the campaign {campaign}.", "Run `recert db check`."
        )
    return Material(ledger, campaign, _records(session, ledger, campaign))


def stored_ledger(session: Session) -> Ledger:
    """Read and verify the ledger of a store; raises LedgerError."""
    rows = session.exec(select(LedgerRow.entry).order_by(col(LedgerRow.seq)))
    return read_ledger(rows)


def _records(session: Session, ledger: Ledger, campaign: str) -> list[str]:
    rows = session.exec(select(ItemRow).where(ItemRow.campaign == campaign))
    found = {row.id: canonical.canonical(item_record(row)).decode("ascii") for row in rows}
    assigned = ledger.projection.items_of(campaign)
    for item in assigned:
        text = found.get(item.id)
        if text is None or canonical.sha256(text) != item.record:
            raise LedgerError(
                f"The item {item.id} in the tables is not the one that was assigned.",
                "Run `recert db check`.",
            )
    if len(found) != len(assigned):
        raise LedgerError("The tables hold items that no entry tells of.", "Run `recert db check`.")
    return [found[item.id] for item in assigned]


def _result(target: Path, material: Material, tied: TieOut, files: int) -> PackResult:
    return PackResult(
        path=target,
        campaign=material.campaign,
        head=material.ledger.head,
        source=material.source,
        synthetic=material.projection.synthetic,
        standing=tied.standing,
        state=tied.state,
        interim=tied.interim,
        complete=tied.complete,
        signature=material.signature,
        gaps=tuple(gaps_of(material.projection, material.campaign)),
        files=files,
    )
