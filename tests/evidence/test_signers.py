import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.errors import UsageError
from recert.evidence.signers import load

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDd8E+jj4HjToUD364Qh9wmFfTidjEpUhT6J0hdjIz9j"
PRINT = "SHA256:GM0A0jFxoc51gVFOT2piveHPuKi5lMlychPdZXa/fRc"
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


def one(tmp_path: Path, line: str) -> str:
    (tmp_path / "allowed").write_text(line)
    (signer,) = load(tmp_path / "allowed")
    assert signer.fingerprint == PRINT
    return signer.refusal("anna@example.com", "signoff.v1@recert", AT)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (f"anna@example.com {KEY}", ""),
        (f"anna@example.com {KEY} a comment = with anything", ""),
        (f"# people\n\n  anna@example.com   {KEY}\n", ""),
        (f"*@example.com {KEY}", ""),
        (f"bob@example.com,anna@example.com {KEY}", ""),
        (f'"anna@example.com" {KEY}', ""),
        (f'anna@example.com namespaces="signoff.v1@recert" {KEY}', ""),
        (f'anna@example.com namespaces="git,*@recert",valid-after="20260101" {KEY}', ""),
        (f'anna@example.com valid-before="20261101090001Z" {KEY}', ""),
        (f"bob@example.com {KEY}", "somebody else"),
        (f"*@example.com,!anna@example.com {KEY}", "somebody else"),
        (f"[ab]nna@example.com {KEY}", "somebody else"),
        (f'anna@example.com namespaces="git" {KEY}', "not pinned for this purpose"),
        (f'anna@example.com valid-after="202611010901Z" {KEY}', "not valid yet"),
        (f'anna@example.com valid-before="20261101090000Z" {KEY}', "had expired"),
    ],
)
def test_a_line_vouches_or_says_why_not(tmp_path: Path, line: str, refusal: str) -> None:
    said = one(tmp_path, line)
    assert refusal in said
    assert bool(refusal) == bool(said)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "lists no signer"),
        ("# nobody\n", "lists no signer"),
        ("anna\n", "no public key"),
        ("anna ssh-ed25519 !!!\n", "no public key"),
        (f"ok {KEY}\nanna ssh-rsa {KEY.split()[1]}\n", "line 2"),
        (f"anna cert-authority {KEY}\n", "certificates are not accepted"),
        (f'anna valid-before="soon" {KEY}\n', "no time"),
        (f'anna valid-before="20261399" {KEY}\n', "no time"),
        (f'anna namespaces="a",namespaces="b" {KEY}\n', "stands twice"),
        (f'anna frobnicate="x" {KEY}\n', "no public key"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_the_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "allowed").write_text(text)
    with pytest.raises(UsageError, match=sentence):
        load(tmp_path / "allowed")


def test_a_list_of_absurd_size_or_of_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"#" * (2**20 + 1))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("large", "bytes", "missing"):
        with pytest.raises(UsageError):
            load(tmp_path / name)


@given(text=st.text(max_size=120))
def test_no_text_makes_the_reader_fall(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("list") / "allowed"
    path.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(UsageError):
        load(path)
