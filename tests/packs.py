"""Packs that somebody edited, and what is said of them."""

import hashlib
import json

from recert.evidence import contents
from recert.evidence.report import VerifyReport


def failed(report: VerifyReport) -> dict[str, str]:
    return {check.name: check.detail for check in report.checks if not check.ok}


def resummed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Write manifest and checksums again, as somebody who edits a pack would."""
    found = dict(files)
    manifest = json.loads(found[contents.MANIFEST])
    manifest["files"] = [
        {"path": path, "size": len(found[path]), "sha256": hashlib.sha256(found[path]).hexdigest()}
        for path in sorted(found)
        if path not in (contents.MANIFEST, contents.SUMS)
    ]
    found[contents.MANIFEST] = contents.pretty(manifest)
    found[contents.SUMS] = contents.sums({p: d for p, d in found.items() if p != contents.SUMS})
    return found


def head_of(files: dict[str, bytes]) -> str:
    lines = files["ledger.jsonl"].decode().splitlines()
    return f"{len(lines)}:{hashlib.sha256(lines[-1].encode()).hexdigest()}"


def edited(files: dict[str, bytes], name: str, before: bytes, after: bytes) -> dict[str, bytes]:
    assert before in files[name]
    return {**files, name: files[name].replace(before, after, 1)}
