"""The reviewer's work: deciding, undoing, handing on, signing, with this store or in a file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from recert.campaigns import custody, delegating
from recert.campaigns.authority import recorded, refusals_recorded
from recert.campaigns.decisions import broken, decide, view
from recert.campaigns.delegating import Wish
from recert.campaigns.delegation import Delegation
from recert.campaigns.handing_off import HandedOff, hand_off
from recert.campaigns.return_checks import VerifySignature
from recert.campaigns.returning import Returned, accept
from recert.campaigns.service.base import Base
from recert.campaigns.signing import prepare, sign, summary
from recert.campaigns.undoing import redo, undo
from recert.campaigns.views import DecisionRequest, DecisionView, Signed, SignSummary
from recert.store.signing import SIGNOFF, StatementSigner


class Reviewing(Base):
    """What a reviewer does with their items."""

    def decide(self, request: DecisionRequest, /) -> tuple[DecisionView, ...]:
        """Record a decision on every item of a request, or on none."""
        with recorded(self, "decide", request.campaign), self._write() as tx:
            made = decide(tx, self.caller, request)
            return tuple(
                view(row, found.as_json() if found else None, broken(tx.session, row))
                for row, found in made
            )

    @refusals_recorded("undo")
    def undo(self, campaign: str, /) -> tuple[str, ...]:
        """Take the caller's last decision back; return the items that it touched."""
        with self._write() as tx:
            return undo(tx, self.caller, campaign)

    @refusals_recorded("redo")
    def redo(self, campaign: str, /) -> tuple[str, ...]:
        """Decide again what was undone last; return the items that it touched."""
        with self._write() as tx:
            return redo(tx, self.caller, campaign)

    @refusals_recorded("reassign")
    def reassign(self, campaign: str, items: Sequence[str], to: str, note: str, /) -> None:
        """Hand pending items to another reviewer, with a note."""
        with self._write() as tx:
            custody.reassign(tx, self.caller, campaign, tuple(items), to=to, note=note)

    @refusals_recorded("delegate")
    def delegate(self, campaign: str, wish: Wish, /) -> Delegation:
        """Let somebody decide for a reviewer for a while, who stays the reviewer of record."""
        with self._write() as tx:
            return delegating.delegate(tx, self.caller, campaign, wish)

    @refusals_recorded("end_delegation")
    def end_delegation(self, campaign: str, delegation: str, /) -> Delegation:
        """End a delegation before its time."""
        with self._write() as tx:
            return delegating.end(tx, self.caller, campaign, delegation)

    def summary(self, campaign: str, /) -> SignSummary:
        """Return what the caller would sign now."""
        with self.store.read() as session:
            return summary(
                session, self.caller, campaign, store_id=self.store.store_id, at=self._now()
            )

    @refusals_recorded("sign")
    def sign(self, campaign: str, /, *, signer: StatementSigner | None = None) -> Signed:
        """Sign the caller's decided items, with a key where `signer` holds one; the others stay open.

        While a human unlocks a key nothing is locked; what changed meanwhile refuses the sign-off.
        """
        prepared, signature = None, None
        if signer is not None:
            with self.store.read() as session:
                prepared = prepare(
                    session,
                    self.caller,
                    campaign,
                    store_id=self.store.store_id,
                    at=self._now(),
                    key=signer.key,
                )
            signature = signer.sign(prepared.statement, SIGNOFF)
        with self._write() as tx:
            return sign(tx, self.caller, campaign, prepared=prepared, signature=signature)

    @refusals_recorded("hand_off")
    def hand_off(
        self,
        campaign: str,
        reviewer: str,
        target: Path,
        /,
        *,
        expires: datetime | None = None,
        need_key: bool = False,
    ) -> HandedOff:
        """Write a reviewer's pending items with their evidence into a file that is a store of its own."""
        return hand_off(
            self.store,
            self.caller,
            campaign,
            reviewer=reviewer,
            target=target,
            estate=self._readings.staged(campaign),
            clock=self.clock,
            actor=self.actor,
            expires=expires,
            need_key=need_key,
        )

    def take_back(self, path: Path, /, *, verify: VerifySignature) -> Returned:
        """Take in what a reviewer decided and signed in a file; refuses with the check that it fails."""
        return accept(self.store, path, clock=self.clock, actor=self.actor, verify=verify)
