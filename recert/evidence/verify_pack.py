"""Verifies a pack: its container, its checksums, its ledger, and every file against what derives it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recert.errors import LedgerError
from recert.evidence import anchors, checks, containers, contents
from recert.evidence.checkpoint import Pinned, checkpoint
from recert.evidence.material import Ledger, Material, read_ledger
from recert.evidence.report import Check, VerifyReport
from recert.evidence.signatures import signatures
from recert.evidence.tieout import tie_out
from recert.progress import step
from recert.store import canonical
from recert.text import plural, visible


def verify_pack(
    path: Path, signers: Path | None, pinned: Pinned | None, *, tsa: Path | None = None
) -> VerifyReport:
    """Verify the pack at a path; raises UsageError where there is nothing."""
    try:
        found, foreign = containers.read_any(path)
    except containers.PackError as error:
        return checks.report([Check("container", ok=False, detail=visible(str(error)))])
    return verify_files(found, signers, pinned, foreign=foreign, tsa=tsa)


def verify_files(
    found: Mapping[str, bytes],
    signers: Path | None = None,
    pinned: Pinned | None = None,
    *,
    foreign: str = "",
    tsa: Path | None = None,
) -> VerifyReport:
    """Verify the files of a pack by their paths; `foreign` is what is wrong with their container."""
    container = [visible(foreign, limit=300)] if foreign else []
    done = [checks.check("container", container, plural(len(found), "file"))]
    manifest = _manifest(found, done)
    _checksums(found, done)
    ledger = _ledger(found, done)
    if manifest is None or ledger is None:
        return checks.report(done)
    done += [checks.rules(ledger), checks.head(ledger, pinned), _checkpoint(found, ledger)]
    done += checks.guarded("signoffs", lambda: checks.signed(ledger))
    campaign = manifest.get("campaign")
    if not isinstance(campaign, str) or campaign not in ledger.projection.campaigns:
        done.append(
            Check("campaign", ok=False, detail="manifest.json names no campaign of the ledger")
        )
        return checks.report(done, ledger)
    material = Material(ledger, campaign, _lines(found.get(contents.POPULATION, b"")))
    done += checks.guarded(
        "population", lambda: [_population(material), _decisions(found, material)]
    )
    if all(check.ok for check in done):
        # Where something failed already, what follows from it differs as well and says nothing new.
        step("deriving every file again", 0)
        done += checks.guarded(
            "derived", lambda: [_derived(found, material, manifest), _standing(material)]
        )
    done += checks.guarded("anchors", lambda: anchors.checks(ledger, tsa))
    by_pinned = signatures(ledger, signers, done, campaign)
    own = manifest.get("tool") == contents.own_tool()
    left = () if own else tuple(path for path in contents.FOR_PEOPLE if path in found)
    return checks.report(done, ledger, pinned=pinned, by_pinned=by_pinned, unverified=left)


def _lines(data: bytes) -> list[str]:
    """Return lines as text; bytes that are not ASCII stay visible as what no canonical text holds."""
    if not data:
        return []
    text = data.decode("ascii", "backslashreplace")
    return text.removesuffix("\n").split("\n")


def _manifest(found: Mapping[str, bytes], done: list[Check]) -> dict[str, Any] | None:
    problem = ""
    manifest: Any = None
    try:
        manifest = canonical.parse_strict(found.get(contents.MANIFEST, b""))
    except (ValueError, RecursionError) as error:
        problem = str(error)
    if not problem and (not isinstance(manifest, dict) or manifest.get("what") != contents.WHAT):
        problem = "it describes no evidence pack"
    elif not problem and manifest.get("format") != contents.FORMAT:
        problem = f"its format {manifest.get('format')!r} is unknown here; update recert"
    detail = visible(f"{contents.MANIFEST}: {problem}", limit=300)
    done.append(Check("manifest", not problem, detail if problem else f"format {contents.FORMAT}"))
    return None if problem else manifest


def _checksums(found: Mapping[str, bytes], done: list[Check]) -> None:
    rest = {path: data for path, data in found.items() if path != contents.SUMS}
    wanted = contents.sums(rest).decode().splitlines()
    told = _lines(found.get(contents.SUMS, b""))
    problems = []
    if contents.SUMS not in found:
        problems.append(f"{contents.SUMS} is missing")
    elif told != wanted:
        differing = {line.partition("  ")[2] or line for line in set(wanted) ^ set(told)}
        listed = {line.partition("  ")[2] or line for line in told}
        problems = [_difference(path, rest, listed) for path in sorted(differing)]
        problems = problems or [f"{contents.SUMS} is not sorted"]
    elif not found[contents.SUMS].endswith(b"\n"):
        problems.append(f"{contents.SUMS} is cut")
    done.append(checks.check("checksums", problems, plural(len(rest), "file")))


def _difference(path: str, here: Mapping[str, bytes], listed: set[str]) -> str:
    if path not in here:
        return f"{path} is missing: {contents.SUMS} lists it"
    if path not in listed:
        return f"{path} is not of this pack: {contents.SUMS} does not list it"
    return f"{path} was changed: its checksum is not the one in {contents.SUMS}"


def _ledger(found: Mapping[str, bytes], done: list[Check]) -> Ledger | None:
    data = found.get(contents.LEDGER, b"")
    try:
        if contents.LEDGER not in found:
            raise LedgerError("It is missing.")  # noqa: TRY301 - one handler for all
        if not data.endswith(b"\n"):
            raise LedgerError("The ledger does not end with a whole line.")  # noqa: TRY301 - as above
        ledger = read_ledger(_lines(data))
    except LedgerError as error:
        done.append(
            Check("ledger", ok=False, detail=f"{contents.LEDGER}: {visible(error.what, limit=300)}")
        )
        return None
    detail = (
        f"{plural(ledger.head.size, 'entry', 'entries')}, gapless and chained; head {ledger.head}"
    )
    done.append(Check("ledger", ok=True, detail=detail))
    return ledger


def _checkpoint(found: Mapping[str, bytes], ledger: Ledger) -> Check:
    wanted = checkpoint(ledger.projection.store_id, ledger.head)
    good = found.get(contents.CHECKPOINT) == wanted
    return checks.check(
        "checkpoint",
        [] if good else [f"{contents.CHECKPOINT} does not name the head of {contents.LEDGER}"],
        f"Merkle root {ledger.head.root}",
    )


def _population(material: Material) -> Check:
    assigned = material.projection.items_of(material.campaign)
    problems = []
    if len(material.records) != len(assigned):
        problems.append(
            f"{contents.POPULATION} holds {plural(len(material.records), 'item')}, "
            f"assigned were {len(assigned):,}"
        )
    for number, (record, item) in enumerate(zip(material.records, assigned, strict=False), 1):
        try:
            good = canonical.sha256(record) == item.record
        except UnicodeEncodeError:
            good = False
        if not good:
            problems.append(
                f"{contents.POPULATION} line {number} is not the item {item.id} that was assigned"
            )
    return checks.check(
        "population",
        problems,
        f"{plural(len(assigned), 'item')}, as frozen when the campaign was staged",
    )


def _decisions(found: Mapping[str, bytes], material: Material) -> Check:
    wanted = contents.decision_lines(material)
    told = _lines(found.get(contents.DECISIONS, b""))
    problems = [
        f"{contents.DECISIONS} line {number} is not the entry of the ledger"
        for number, (line, text) in enumerate(zip(told, wanted, strict=False), 1)
        if line != text
    ]
    if len(told) != len(wanted):
        problems.append(
            f"{contents.DECISIONS} holds {plural(len(told), 'decision')}, the ledger {len(wanted):,}"
        )
    return checks.check("decisions", problems, f"{len(wanted):,}, each an entry of the ledger")


def _derived(found: Mapping[str, bytes], material: Material, manifest: Mapping[str, Any]) -> Check:
    tool = manifest.get("tool")
    own = tool == contents.own_tool()
    wanted = contents.derive(material, tool=tool, given=None if own else found)
    problems = [f"{path} is missing" for path in sorted(wanted.keys() - found.keys())]
    problems += [f"{path} does not belong here" for path in sorted(found.keys() - wanted.keys())]
    problems += [
        f"{path} is not what the ledger and the population give"
        for path in sorted(wanted.keys() & found.keys())
        if wanted[path] != found[path]
    ]
    # Both list every other file, so that they differ with any; alone they say something of themselves.
    lists = (contents.MANIFEST, contents.SUMS)
    others = [problem for problem in problems if not problem.startswith(lists)]
    problems = others or problems
    good = f"{plural(len(wanted), 'file')}, derived again and equal to the byte"
    if not own:
        good = f"{good}, save those for people, which another recert or library wrote"
    return checks.check("derived", problems, good)


def _standing(material: Material) -> Check:
    tied = tie_out(material.projection, material.campaign, len(material.records))
    open_ones = [equation.name for equation in tied.equations if not equation.holds]
    detail = f"{tied.standing}; state {tied.state}, {plural(tied.gaps, 'gap')}"
    if open_ones:
        detail += f"; does not add up yet: {', '.join(open_ones)}"
    return Check("standing", ok=True, detail=detail)
