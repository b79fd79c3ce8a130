"""Every file of a pack, derived from the ledger and the population's records alone.

The same material gives the same bytes, on every machine. An export writes them, a verification
derives them again and compares.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import recert
from recert.evidence import (
    anchors,
    control,
    custody,
    html,
    ipe,
    memos,
    population,
    readme,
    removal,
    tables,
    xlsx,
)
from recert.evidence.checkpoint import checkpoint
from recert.evidence.keys import signer_lines
from recert.evidence.material import Material
from recert.evidence.oscal import assessment_results
from recert.evidence.quality import quality
from recert.evidence.tieout import TieOut, tie_out
from recert.evidence.unknown import UNKNOWN

FORMAT = 1
WHAT = "recert evidence pack"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
LEDGER = "ledger.jsonl"
POPULATION = "population.jsonl"
DECISIONS = "decisions.jsonl"
CHECKPOINT = "checkpoint"
OSCAL = "oscal-assessment-results.json"
STANDALONE = ("verify.sh", "verify.py")
"""Programs inside a pack: a convenience for whoever trusts the pack's sender, never a proof."""
_SOURCE = "source_sha256"
FOR_PEOPLE = ("README.txt", "report.html", "decisions.xlsx", *STANDALONE)


def pretty(value: Any) -> bytes:
    """Return JSON that people can read: sorted, indented, ASCII."""
    return (json.dumps(value, sort_keys=True, indent=2) + "\n").encode("ascii")


def lines(texts: Any) -> bytes:
    """Return texts as lines."""
    return "".join(f"{text}\n" for text in texts).encode("ascii")


def derive(
    material: Material,
    *,
    tool: Mapping[str, Any] | None = None,
    given: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return every file of the pack by its path.

    For a pack that another `tool` wrote (see `own_tool`), `given` holds its files: those made for
    people are then taken from it, since their wording may differ.
    """
    writer = own_tool() if tool is None else tool
    tied = tie_out(material.projection, material.campaign, len(material.records))
    told = removal.books(material)
    found = {
        LEDGER: lines(material.ledger.texts),
        CHECKPOINT: checkpoint(material.projection.store_id, material.ledger.head),
        "control.json": pretty(control.control(material)),
        "campaign.json": pretty(control.campaign(material, tells_rules=_SOURCE in writer)),
        POPULATION: lines(material.records),
        "population.csv": tables.to_csv(population.COLUMNS, population.rows(material)),
        DECISIONS: lines(decision_lines(material)),
        "decisions.csv": tables.to_csv(tables.DECISIONS, tables.decision_rows(material)),
        "exclusions.csv": tables.to_csv(tables.EXCLUSIONS, tables.exclusion_rows(material)),
        "assignments.csv": tables.to_csv(custody.ASSIGNMENTS, custody.assignment_rows(material)),
        "notifications.csv": tables.to_csv(
            custody.NOTIFICATIONS, custody.notification_rows(material)
        ),
        "exceptions.csv": tables.to_csv(tables.EXCEPTIONS, tables.exception_rows(material)),
        "remediation.csv": tables.to_csv(removal.REMEDIATION, removal.rows(material, told)),
        "verification.json": pretty(removal.verification(material, told)),
        **{path: pretty(one) for path, one in removal.changes(told).items()},
        **{path: pretty(one) for path, one in removal.after(material, told).items()},
        "quality.json": pretty(quality(material)),
        "ipe.json": pretty(ipe.ipe(material)),
        "tieout.json": pretty(tied.as_json()),
        "README.txt": readme.write(material, tied).encode("utf-8"),
        "report.html": html.render(material, tied),
        OSCAL: pretty(assessment_results(material, tied)),
        "decisions.xlsx": xlsx.workbook(material, tied),
        "signoff.json": pretty(memos.signoff(material, tied)),
        "unknown.json": pretty({path: dict(fields) for path, fields in UNKNOWN.items()}),
        **_signoffs(material),
        **_anchors(material),
        "allowed_signers": signer_lines(list(material.projection.keys.values())).encode("utf-8"),
        **{name: standalone(name) for name in STANDALONE},
    }
    for path in FOR_PEOPLE:
        if given is not None and path in given:
            found[path] = given[path]
    found[MANIFEST] = pretty(_manifest(material, tied, found, writer))
    found[SUMS] = sums(found)
    return found


def own_tool() -> dict[str, Any]:
    """Return what decides the wording of a pack: this recert, and the libraries that write for people.

    Two builds of one version may word it in different ways, so the digest of what writes it stands there.
    """
    libraries = {name: metadata.version(name) for name in ("jinja2", "xlsxwriter")}
    return {
        "name": "recert",
        "version": recert.__version__,
        "libraries": libraries,
        _SOURCE: _source_digest(),
    }


@cache
def _source_digest() -> str:
    found = hashlib.sha256()
    for path, data in sorted(_sources(files("recert.evidence"), "")):
        found.update(f"{path} {len(data)}\n".encode())
        found.update(data)
    return found.hexdigest()


def _sources(folder: Traversable, under: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        path = f"{under}{one.name}"
        if one.is_dir():
            yield from _sources(one, f"{path}/")
        elif path.endswith((".py", ".sh", ".j2", ".css")):
            yield path, one.read_bytes()


def sums(found: Mapping[str, bytes]) -> bytes:
    """Return the checksums of files in the form of sha256sum."""
    rows = (f"{hashlib.sha256(found[path]).hexdigest()}  {path}\n" for path in sorted(found))
    return "".join(rows).encode("ascii")


def standalone(name: str) -> bytes:
    """Return a program of the pack."""
    return files("recert.evidence").joinpath("standalone", name).read_bytes()


def decision_lines(material: Material) -> list[str]:
    """Return the exact entries of the ledger that decide or take back, of this campaign only."""
    wanted = _suffix(material.campaign)
    return [text for text in material.ledger.texts if wanted.search(text)]


def _suffix(campaign: str) -> re.Pattern[str]:
    # In canonical form only the entry itself can end so: what stands in a body ends with more braces.
    return re.compile(
        f',"campaign":{re.escape(json.dumps(campaign))},"ledger":"[^"]*","prev":"[0-9a-f]{{64}}",'
        '"seq":[0-9]+,"tool":{"version":"[^"]*"},"type":"decision\\.[a-z]+","v":1}\\Z'
    )


def _manifest(
    material: Material, tied: TieOut, found: Mapping[str, bytes], tool: Mapping[str, Any]
) -> dict[str, Any]:
    head = material.ledger.head
    return {
        "format": FORMAT,
        "what": WHAT,
        "tool": dict(tool),
        "ledger": material.projection.store_id,
        "campaign": material.campaign,
        "head": {"size": head.size, "hash": head.hash, "root": head.root},
        "as_of": material.ledger.entries[-1]["at"],
        "source": material.source,
        "synthetic": material.projection.synthetic,
        "recordings": material.recordings,
        "state": tied.state,
        "standing": tied.standing,
        "interim": tied.interim,
        "gaps": tied.gaps,
        "signature": material.signature,
        "files": [
            {
                "path": path,
                "size": len(found[path]),
                "sha256": hashlib.sha256(found[path]).hexdigest(),
            }
            for path in sorted(found)
        ],
    }


def _signoffs(material: Material) -> dict[str, bytes]:
    """Return each statement as it was signed, byte for byte, beside what the ledger says of it."""
    projection = material.projection
    found: dict[str, bytes] = {}
    for folder, signed in (
        ("signoffs", projection.signoffs.values()),
        ("closing", projection.closings.values()),
    ):
        for one in signed:
            if one["campaign"] == material.campaign:
                found |= _signed(f"{folder}/{one['entry']:06d}", one)
    return found


def _anchors(material: Material) -> dict[str, bytes]:
    """Return each anchor of the ledger: what the entry says, the checkpoint, the proof if there is one."""
    found: dict[str, bytes] = {}
    for one in material.projection.anchors:
        name = f"anchors/{one['entry']:06d}"
        found[f"{name}.json"] = pretty(one)
        for suffix, data in anchors.files(material.projection.store_id, one).items():
            found[f"{name}{suffix}"] = data
    return found


def _signed(name: str, signed: Mapping[str, Any]) -> dict[str, bytes]:
    found = {
        f"{name}.statement": str(signed["statement"]).encode("utf-8", "surrogatepass"),
        f"{name}.json": pretty(signed),
    }
    if signed["armor"] is not None:
        armor = str(signed["armor"]).encode("utf-8", "surrogatepass")
        found[f"{name}.statement.sig"] = armor
    return found
