import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from recert.errors import RefusedError, UsageError
from recert.evidence import certificate
from recert.evidence.ssh_keygen import SshSigner

NOW = datetime(2026, 11, 24, tzinfo=UTC)
AGENT = certificate.Certified("arn:agent", "4", "ab" * 32, NOW + timedelta(days=90))


@pytest.fixture(scope="module")
def signer(make_key: Any, tmp_path_factory: pytest.TempPathFactory) -> SshSigner:
    return make_key(tmp_path_factory.mktemp("owen"), "owen")


def issue(signer: SshSigner, **change: Any) -> bytes:
    values: dict[str, Any] = {
        "ledger": "L", "campaign": "c-1", "head": "5:" + "0" * 64, "source": "live",
        "signer_id": "owen@example.com", "at": NOW, "agents": [AGENT], "signer": signer,
    }  # fmt: skip
    return certificate.issue(**{**values, **change})


@pytest.fixture
def pinned(tmp_path: Path, signer: SshSigner) -> Path:
    (tmp_path / "allowed").write_text(
        f'owen@example.com namespaces="certificate.v1@recert" {signer.public}\n'
    )
    return tmp_path / "allowed"


def test_a_certificate_is_checked_by_pinned_signers(
    signer: SshSigner, pinned: Path, tmp_path: Path
) -> None:
    (tmp_path / "cert").write_bytes(issue(signer))
    found = certificate.check(tmp_path / "cert", pinned)
    assert found.find("arn:agent", "4", NOW) == AGENT
    assert found.find("arn:agent", None, NOW) == AGENT
    assert found.find("arn:agent", "5", NOW) is None
    assert found.find("arn:other", "4", NOW) is None
    assert found.find("arn:agent", "4", NOW + timedelta(days=90)) is None


@pytest.mark.parametrize("source", ["replay", "demo"])
def test_what_was_not_read_from_aws_is_never_certified(signer: SshSigner, source: str) -> None:
    with pytest.raises(RefusedError) as caught:
        issue(signer, source=source)
    assert caught.value.rule == "source_not_live"


def test_nothing_is_certified_without_an_agent(signer: SshSigner) -> None:
    with pytest.raises(RefusedError, match="No agent"):
        issue(signer, agents=[])


def test_an_edited_or_foreign_certificate_is_refused(
    signer: SshSigner, pinned: Path, make_key: Any, tmp_path: Path
) -> None:
    (tmp_path / "cert").write_bytes(issue(signer).replace(b"arn:agent", b"arn:other"))
    with pytest.raises(RefusedError, match="not of this text"):
        certificate.check(tmp_path / "cert", pinned)
    stranger = make_key(tmp_path, "eve")
    (tmp_path / "cert").write_bytes(issue(stranger))
    with pytest.raises(RefusedError, match="not pinned"):
        certificate.check(tmp_path / "cert", pinned)
    (tmp_path / "cert").write_bytes(issue(signer, signer_id="anna@example.com"))
    with pytest.raises(RefusedError, match="somebody else"):
        certificate.check(tmp_path / "cert", pinned)


def test_a_signature_for_another_purpose_is_no_certificate(
    signer: SshSigner, pinned: Path, tmp_path: Path
) -> None:
    document = json.loads(issue(signer))
    document["signature"] = signer.sign(document["statement"], "signoff.v1@recert").armor
    (tmp_path / "cert").write_text(json.dumps(document))
    with pytest.raises(RefusedError, match="another purpose"):
        certificate.check(tmp_path / "cert", pinned)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[]",
        '{"statement": 5, "signature": ""}',
        '{"statement": "{}", "signature": ""}',
        "[" * 9000,
    ],
)
def test_what_is_no_certificate_is_a_usage_error(text: str, pinned: Path, tmp_path: Path) -> None:
    (tmp_path / "cert").write_text(text)
    with pytest.raises(UsageError, match="no certificate"):
        certificate.check(tmp_path / "cert", pinned)
    with pytest.raises(UsageError, match="no certificate"):
        certificate.check(tmp_path / "missing", pinned)
