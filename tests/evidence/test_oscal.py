"""The OSCAL file against the official JSON schema of NIST, which is kept beside this test."""

import json
import lzma
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recert.evidence.pack import export_pack

HOSTILE = [
    "# heading\n* list",
    "  ",
    "\x00\x1b[2J",
    "[link](javascript:x) <b>",
    "x" * 5000,
    "\u202e",
    "ünïcödé ☃",
]


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft7Validator:
    path = Path(__file__).with_name("data") / "oscal_assessment-results_schema-1.2.1.json.xz"
    text = lzma.decompress(path.read_bytes()).decode("utf-8")
    # Python's regular expressions know no \p{L}; these classes say the same.
    text = text.replace(r"(\\p{L}|_)", r"([^\\W\\d])").replace(
        r"(\\p{L}|\\p{N}|[.\\-_])", r"([\\w.\\-])"
    )
    assert r"\\p{" not in text
    return jsonschema.Draft7Validator(json.loads(text))


def export(world: Any, worlds: Any, folder: Path) -> Any:
    export_pack(world.store, world.campaign, folder, world.clock, worlds.OWEN)
    return json.loads((folder / "oscal-assessment-results.json").read_text())


def problems(official: jsonschema.Draft7Validator, document: Any) -> list[str]:
    return [
        f"{list(error.absolute_path)}: {error.message}" for error in official.iter_errors(document)
    ]


def test_every_stage_of_a_campaign_validates(
    world: Any, worlds: Any, tmp_path: Path, official: jsonschema.Draft7Validator
) -> None:
    world.open(4)
    assert problems(official, export(world, worlds, tmp_path / "open")) == []
    world.decide(0)
    world.decide(1, "reduce")
    world.decide(2, "revoke")
    world.exclude(3)
    world.sign()
    assert problems(official, export(world, worlds, tmp_path / "signed")) == []
    world.close()
    document = export(world, worlds, tmp_path / "closed")
    assert problems(official, document) == []
    result = document["assessment-results"]["results"][0]
    assert len(result["observations"]) == 3
    assert len(result["findings"]) == len(result["risks"]) == 2
    assert result["end"]
    assert result["attestations"][0]["parts"][0]["prose"].startswith("I reviewed")


def test_an_empty_campaign_validates(
    world: Any, worlds: Any, tmp_path: Path, official: jsonschema.Draft7Validator
) -> None:
    world.open(0)
    assert problems(official, export(world, worlds, tmp_path / "pack")) == []


def test_whatever_people_wrote_validates_and_is_no_markup(
    world: Any, worlds: Any, tmp_path: Path, official: jsonschema.Draft7Validator
) -> None:
    world.open(len(HOSTILE))
    for number, text in enumerate(HOSTILE):
        world.decide(number, rationale=text)
    document = export(world, worlds, tmp_path / "pack")
    assert problems(official, document) == []
    text = json.dumps(document)
    assert r"\\[link\\]\\(javascript" in text
    assert r"\\<b\\>" in text


def walk(value: Any) -> Any:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from walk(part)


def test_every_reference_leads_somewhere(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.open(2)
    world.decide(0, "revoke")
    world.sign()
    document = export(world, worlds, tmp_path / "pack")
    maps = [value for value in walk(document) if isinstance(value, dict)]
    made = [value["uuid"] for value in maps if "uuid" in value]
    assert len(made) == len(set(made))
    used = {
        value[key]
        for value in maps
        for key in ("party-uuid", "actor-uuid", "subject-uuid", "observation-uuid", "risk-uuid")
        if key in value
    }
    used |= {name for value in maps for name in value.get("party-uuids", ())}
    used.add(document["assessment-results"]["import-ap"]["href"].removeprefix("#"))
    assert used <= set(made)


def test_the_pack_of_a_signed_close_validates_and_its_memo_is_an_attestation(
    small_pack: dict[str, bytes], official: jsonschema.Draft7Validator
) -> None:
    document = json.loads(small_pack["oscal-assessment-results.json"])
    assert problems(official, document) == []
    (result,) = document["assessment-results"]["results"]
    titles = [part["title"] for one in result["attestations"] for part in one["parts"]]
    assert titles == ["Sign-off", "Close"]
    owner = result["attestations"][1]["responsible-parties"][0]
    assert owner["role-id"] == "owner"
    parties = {one["uuid"] for one in document["assessment-results"]["metadata"]["parties"]}
    assert set(owner["party-uuids"]) <= parties
