"""The first page of a pack: what it is, how the campaign stands, what it proves and what it cannot."""

from recert.evidence.material import Material
from recert.evidence.tieout import TieOut, gaps_of
from recert.text import plural, visible

_MOST_GAPS = 20
STANDING = {
    "interim": "INTERIM. The campaign is not closed; decisions and sign-offs may still come.",
    "cancelled": "CANCELLED. The campaign was ended without a result.",
    "does not add up": "DOES NOT ADD UP. The campaign is closed, but its numbers do not tie out; see below.",
    "gaps": "WITH GAPS. The campaign is closed and adds up, but part of the estate could not be read.",
    "complete": "COMPLETE. The campaign is closed, its numbers tie out, and nothing was left unread.",
}
SOURCES = {
    "live": "read from AWS by the callers named in ipe.json",
    "replay": "REPLAY: read from recordings of AWS responses, not from AWS",
    "demo": "SYNTHETIC: made-up data of the demo; nothing here exists",
}


def banner(material: Material) -> str:
    """Return what must stand over everything that was not read from AWS; empty for live evidence."""
    if material.source == "live":
        return ""
    word = "SYNTHETIC" if material.projection.synthetic else "REPLAY"
    digests = ", ".join(material.recordings) or "of unknown digest"
    return f"{word} - not evidence about a live account. Recordings: {digests}"


def write(material: Material, tied: TieOut) -> str:
    """Return the text of README.txt."""
    head = material.ledger.head
    name = visible(str(material.row["name"]), limit=200)
    parts = [
        f"Evidence of the campaign {name}",
        f"({visible(material.campaign)})",
        "",
    ]
    if banner(material):
        parts += [banner(material), ""]
    parts += [
        STANDING[tied.standing],
        "",
        f"Source       {SOURCES.get(material.source or '', 'nothing was read')}",
        f"State        {tied.state}",
        f"As of        {material.ledger.entries[-1]['at']} (the last entry of the ledger)",
        f"Signature    {material.signature}"
        + (" (no sign-off here was signed with a key)" if material.signature == "none" else ""),
        f"Ledger       {material.projection.store_id}",
        f"Head         {head.size}:{head.hash}",
        f"Demanded     signature {_demanded(material)}",
        f"Gaps         {tied.gaps}",
        "",
        *_gaps(material),
        *_numbers(tied),
        "",
        *_FILES,
        "",
        *_PROOF,
    ]
    return "\n".join(parts) + "\n"


def _demanded(material: Material) -> str:
    """Return what a sign-off needed, and by whose word where that is not the store's own."""
    projection = material.projection
    setting = projection.settings.get("signatures")
    if setting is None:
        return projection.demanded
    who = visible(f"{setting['by']}: {setting['reason']}", limit=200)
    return f"{projection.demanded}, set in entry {setting['entry']} by {who}"


def _gaps(material: Material) -> list[str]:
    """Return what could not be read, a line each; the rest is in ipe.json where there is much."""
    found = gaps_of(material.projection, material.campaign)
    if not found:
        return []
    parts = ["What could not be read, and what that leaves unknown"]
    for gap in found[:_MOST_GAPS]:
        call = f"{gap['service']}:{gap['operation']} {gap['error']}"
        where = f"{gap['account']} {gap['region']}"
        parts.append(visible(f"  {call} ({where}): {gap['effect']}", limit=300))
    if len(found) > _MOST_GAPS:
        parts.append(f"  and {len(found) - _MOST_GAPS:,} more, in ipe.json")
    return [*parts, ""]


def _numbers(tied: TieOut) -> list[str]:
    parts = ["The numbers"]
    parts += [f"  {name:<14}{count:>8,}" for name, count in tied.counts.items()]
    parts += [f"  {name:<14}{count:>8,}" for name, count in tied.verdicts.items()]
    parts.append(f"  Of {plural(tied.counts['items'], 'item')}:")
    for equation in tied.equations:
        mark = "=" if equation.holds else "DIFFERS FROM"
        parts.append(f"  {equation.left:,} {mark} {equation.right:,}  {equation.detail}")
    return parts


_FILES = """\
What is here, by what auditors ask for
  The control        control.json: which control this serves, its policy, how often, the period
  The campaign       campaign.json: its cause, scope, settings and every step it took
  The population     ipe.json: how it was made: who asked AWS what, pages, counts, request ids, and
                     what could not be read
                     population.jsonl: every item, frozen; population.csv for a spreadsheet
                     exclusions.csv: what was left out, by which rule, by whom, why
  The reviewers      assignments.csv: who had to decide what, why they, how independent they are
                     notifications.csv: who was told when
  The decisions      decisions.jsonl: every one, superseded ones too: lines of ledger.jsonl
                     decisions.csv for a spreadsheet; decisions.xlsx as a workbook
                     exceptions.csv: what was kept although it should not be: control, approver, end
                     quality.json: per reviewer: pace, bulks, runs of one answer
  The removals       remediation.csv: what is to be taken away, by which change, where it stands
                     changes/: each change with the document before and after
                     verification.json and after/: what later readings found
  The numbers        tieout.json: the counts and the equations below, each with the table of its rows
  The signatures     signoff.json: each reviewer's certification and the owner's memo
                     signoffs/: each sign-off as it was signed, its signature if it has one
                     (ssh-keygen -Y verify -n signoff.v1@recert), and what the ledger says of it
                     closing/: the same of the close (-n close.v1@recert)
                     allowed_signers: the keys that the ledger binds to persons; to be compared with
                     what you know from elsewhere, never to be trusted because it is here
  The record         ledger.jsonl: every entry of the ledger, exactly as stored; each names the hash
                     of the one before
                     checkpoint: its size, its Merkle root (RFC 6962) and the hash of its last entry
                     anchors/: where a head was noted outside, with the proof if there is one
  What is not known  unknown.json: by file and field, why it cannot be told
  For people         report.html: all of it, to be read in a browser and printed
  For tools          oscal-assessment-results.json: as assessment results of NIST's OSCAL
                     manifest.json: what this pack is, with the size and SHA-256 of every file
                     SHA256SUMS: the same for sha256sum
                     verify.sh: checks this pack with sh, awk, grep, sha256sum and ssh-keygen:
                     sh verify.sh [SIZE:HASH [ALLOWED_SIGNERS]]
                     verify.py: checks all but signatures: python3 verify.py [SIZE:HASH]""".splitlines()

_PROOF = """\
What this proves
  That the files here belong together and were not edited since: every file follows from the
  ledger, and every entry of the ledger from the one before.
  With a head that was noted outside (SIZE:HASH, above): that nothing up to it was edited,
  dropped, inserted or reordered since it was noted, by anybody.

What it cannot prove
  Without such a head, or signers whose keys you know from elsewhere: who made it. Whoever can
  write the store can make another pack that is as consistent as this one. A program or a list of
  keys inside the pack does not help: whoever changes the pack changes them as well. Verify with
  `recert verify`, or with a verify.py that you have from elsewhere.
  That a decision was right, that nobody acted outside recert, that the clocks were right, or that
  another auditor was given the same pack: compare heads with them.
  Identities are as strong as they say: claimed (OS), verified (STS) or proved (SSH).""".splitlines()
