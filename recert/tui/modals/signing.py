"""The summary before a sign-off: what would be signed, and what it would leave open."""

import json

from recert.campaigns.views import SignSummary, Verdict
from recert.tui.modals.confirm import Confirm
from recert.tui.text import Role, Row, cut, row, say
from recert.tui.view.words import VERDICTS


class SignOff(Confirm):
    """Show what would be signed; only `y` signs, and no other key does."""

    def __init__(self, summary: SignSummary, strength: str) -> None:
        super().__init__("Sign off", summary_rows(summary, strength), "sign")
        self._summary = summary

    def action_agree(self) -> None:
        """Sign."""
        if self._summary.decided:
            self.dismiss(True)


def summary_rows(summary: SignSummary, strength: str) -> list[Row]:
    """Return what a sign-off would cover, and what it would leave open."""
    lines: list[Row] = [
        row(
            say("As ", Role.MUTED),
            say(summary.signer, Role.STRONG),
            say(f", {strength}", Role.MUTED),
        ),
        (),
    ]
    for name, count in summary.by_verdict.items():
        known = Verdict(name) if name in set(Verdict) else None
        glyph, word, role = VERDICTS[known] if known else ("·", name, Role.PLAIN)
        lines.append(row(say(f"  {count:>5}  ", Role.STRONG), say(f"{glyph} {word}", role)))
    lines.append(
        row(
            say(f"  {summary.decided:>5}  ", Role.STRONG),
            say("to sign in all, and not to be changed here any more"),
        )
    )
    if summary.pending:
        lines.append(
            row(
                say(f"  {summary.pending:>5}  ", Role.WARN),
                say("left open, to be signed later", Role.WARN),
            )
        )
    if summary.not_independent:
        note = "privileged, decided by the owner of the agent: recorded as not independent"
        number = say(f"  {summary.not_independent:>5}  ", Role.WARN)
        lines.append(row(number, say(note, Role.WARN)))
    lines += [(), *_statement_rows(summary.statement), ()]
    lines.append(
        row(say("Press "), say("y", Role.KEY), say(" to sign. No other key signs.", Role.PLAIN))
        if summary.decided
        else row(say("There is nothing of yours to sign yet: decide something first.", Role.WARN))
    )
    return lines


def _statement_rows(statement: str) -> list[Row]:
    """Return what is signed: its sentence, and the digests that bind it to decisions and ledger."""
    try:
        content = json.loads(statement)
    except ValueError:
        content = None
    if not isinstance(content, dict) or not content.get("meaning"):
        return [row(say(statement, Role.MUTED))]
    lines = [row(say(f"“{content['meaning']}”"))]
    for key, label in (
        ("decisions_sha256", "decisions"),
        ("head", "ledger head"),
        ("size", "entries"),
    ):
        if content.get(key) is not None:
            lines.append(
                row(say(f"{label:<13}", Role.MUTED), say(cut(str(content[key]), 24), Role.MUTED))
            )
    return lines
