"""Effective permissions and escalation of a large account: time and memory."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import large_account
import pytest
from figures import Figures, spent
from large_account import ACCOUNT, ROLES, authorities, gaad

from recert.iam.catalogue import load_catalogue
from recert.iam.who_can import WhoCan


@pytest.mark.benchmark
def test_effective_permissions_and_escalation_of_a_thousand_roles(
    tmp_path: Path, figure: Figures
) -> None:
    """The peer answers less: what policies declare, without boundaries, ceilings or paths by trust."""
    path = tmp_path / "authorization-details.json"
    path.write_text(gaad(ROLES))
    script = [sys.executable, str(large_account.__file__), str(path)]
    with spent() as took:
        told = json.loads(subprocess.run(script, capture_output=True, check=True).stdout)
    seconds, peak = _cloudsplaining(path)
    name = f"effective permissions and escalation of {ROLES:,} roles"
    figure.seconds(name, took, at_most=10, peer="cloudsplaining", peer_value=seconds)
    figure(f"peak, {ROLES:,} roles", told["peak"], "MB", at_most=200,
           peer="cloudsplaining", peer_value=peak)  # fmt: skip
    assert told["grants"] > ROLES


def _cloudsplaining(path: Path) -> tuple[float, float] | tuple[None, None]:
    """Return the seconds and megabytes of the peer's scan of the same file, None where it is not here."""
    named = os.environ.get("RECERT_CLOUDSPLAINING") or shutil.which("cloudsplaining")
    if not named:
        return None, None
    scan = [*shlex.split(named), "scan", "--skip-open-report", "--input-file", str(path)]
    begun = time.perf_counter()
    with (path.parent / "said").open("w+b") as said:
        child = subprocess.Popen([*scan, "--output", str(path.parent)], stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert child.returncode == 0, said.read().decode()[-2000:]
    return time.perf_counter() - begun, used.ru_maxrss / 1024


@pytest.mark.benchmark
def test_who_can_over_a_thousand_roles(figure: Figures) -> None:
    found, _ = authorities(gaad(ROLES))
    with spent() as took:
        index = WhoCan(found, load_catalogue())
    figure.seconds(f"index for who-can over {ROLES:,} roles", took)
    for action, resource_arn in (
        ("s3:GetObject", "arn:aws:s3:::data-7/report.csv"),
        ("s3:GetObject", None),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app-9"),
        ("secretsmanager:GetSecretValue", None),
        ("s3:*", None),
    ):
        with spent() as took:
            index.query(action, resource_arn)
        asked = f"{action} on {resource_arn}" if resource_arn else f"{action} on anything"
        figure.milliseconds(f"who-can {asked}, {ROLES:,} roles", took, at_most=100)


@pytest.mark.benchmark
def test_the_catalogue_is_ready(figure: Figures) -> None:
    code = (
        "import time; from recert.iam.catalogue import load_catalogue; s = time.perf_counter(); "
        "c = load_catalogue(); c.level('s3:GetObject'); print(1e3 * (time.perf_counter() - s))"
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(7)
    ]
    figure.wall_median("action catalogue ready in a fresh process", [one / 1000 for one in runs],
                       at_most=10)  # fmt: skip
