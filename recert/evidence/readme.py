"""The first page of a pack: what it is, how the campaign stands, what it proves and what it cannot."""

from recert.evidence.material import Material
from recert.evidence.tieout import TieOut
from recert.text import plural, visible

_WIDTH = 100
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
        f"Gaps         {tied.gaps}",
        "",
        *_numbers(tied),
        "",
        *_FILES,
        "",
        *_PROOF,
    ]
    return "\n".join(parts) + "\n"


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
What is here
  manifest.json      what this pack is, with the size and SHA-256 of every file
  SHA256SUMS         the same for sha256sum
  ledger.jsonl       every entry of the ledger, exactly as stored; each names the hash of the one before
  checkpoint         the ledger's size, its Merkle root (RFC 6962) and the hash of its last entry
  campaign.json      the campaign with its cause, scope, settings and every step it took
  population.jsonl   every item that was put up for review, frozen
  assignments.csv    who had to decide which item
  exclusions.csv     what was left out, by which rule
  decisions.jsonl    every decision, superseded ones too: lines of ledger.jsonl
  decisions.csv      the same for a spreadsheet; decisions.xlsx as a workbook
  exceptions.csv     what was kept although it should not be: control, approver, end
  remediation.csv    what is to be taken away, and where that stands
  quality.json       per reviewer: pace, bulks, runs of one answer
  report.html        all of it for people, to be read in a browser and printed
  oscal-assessment-results.json
                     the same as assessment results of NIST's OSCAL
  signoffs/          each sign-off: the statement as it was signed, its signature if it has one
                     (ssh-keygen -Y verify -n signoff.v1@recert), and what the ledger says of it
  allowed_signers    the keys that the ledger binds to persons; to be compared with what you know
                     from elsewhere, never to be trusted because it is here
  ipe.json           how the population was made: source, caller, calls, and what could not be read
  tieout.json        the counts and the equations above
  verify.sh          checks this pack with sh, awk, grep, sha256sum and ssh-keygen:
                     sh verify.sh [SIZE:HASH [ALLOWED_SIGNERS]]
  verify.py          checks all but signatures with Python: python3 verify.py [SIZE:HASH]""".splitlines()

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
