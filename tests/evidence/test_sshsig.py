"""Signatures by the real ssh-keygen, and those of a hardware key that this file plays."""

import base64
import contextlib
import hashlib
import os
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from recert.evidence import sshsig
from recert.evidence.sshsig import SignatureError, Verified, verify

SPACE = "signoff.v1@recert"
KINDS = {
    "ed25519": ["-t", "ed25519"],
    "ecdsa-256": ["-t", "ecdsa", "-b", "256"],
    "ecdsa-384": ["-t", "ecdsa", "-b", "384"],
    "ecdsa-521": ["-t", "ecdsa", "-b", "521"],
    "rsa-2048": ["-t", "rsa", "-b", "2048"],
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    for name, options in KINDS.items():
        command = ["ssh-keygen", "-q", *options, "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    return {name: folder / name for name in KINDS}


def sign(key: Path, message: bytes, namespace: str = SPACE) -> str:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_of_ssh_keygen_is_verified(keys: dict[str, Path], kind: str) -> None:
    found = verify(b"text", sign(keys[kind], b"text"), SPACE)
    public = keys[kind].with_suffix(".pub") if keys[kind].suffix else Path(f"{keys[kind]}.pub")
    told = subprocess.run(
        ["ssh-keygen", "-l", "-f", public], capture_output=True, text=True, check=True
    )
    assert found.fingerprint == told.stdout.split()[1]
    assert found.key == " ".join(public.read_text().split()[:2])
    assert not found.touched


@pytest.mark.parametrize("kind", KINDS)
def test_another_text_purpose_or_key_is_refused(keys: dict[str, Path], kind: str) -> None:
    armored = sign(keys[kind], b"text")
    with pytest.raises(SignatureError, match="not of this text"):
        verify(b"texd", armored, SPACE)
    with pytest.raises(SignatureError, match="another purpose"):
        verify(b"text", armored, "checkpoint.v1@recert")


def test_every_flipped_byte_of_a_signature_is_found(keys: dict[str, Path]) -> None:
    for kind in ("ed25519", "ecdsa-256"):
        data = sshsig.unarmor(sign(keys[kind], b"text"))
        whole = verify(b"text", armor(data), SPACE)
        for position in range(len(data)):
            flipped = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
            try:
                found = verify(b"text", armor(flipped), SPACE)
            except SignatureError:
                continue
            assert found != whole, (kind, position)


def armor(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[start : start + 70] for start in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def integer(number: int) -> bytes:
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def token(kind: str, flags: int, *, message: bytes = b"text", application: bytes = b"ssh:") -> str:
    """Return what a hardware key would answer, by PROTOCOL.u2f and PROTOCOL.sshsig."""
    signed = b"SSHSIG" + b"".join(
        map(string, (SPACE.encode(), b"", b"sha512", hashlib.sha512(message).digest()))
    )
    presence = bytes([flags]) + struct.pack(">I", 7)
    content = hashlib.sha256(application).digest() + presence + hashlib.sha256(signed).digest()
    if kind == "ed25519":
        name = b"sk-ssh-ed25519@openssh.com"
        secret = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
        raw = secret.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        key = string(name) + string(raw) + string(application)
        body = secret.sign(content)
    else:
        name = b"sk-ecdsa-sha2-nistp256@openssh.com"
        secret_ec = ec.derive_private_key(7, ec.SECP256R1())
        point = secret_ec.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        key = string(name) + string(b"nistp256") + string(point) + string(application)
        r, s = decode_dss_signature(secret_ec.sign(content, ec.ECDSA(hashes.SHA256())))
        body = integer(r) + integer(s)
    signature = string(name) + string(body) + presence
    parts = (key, SPACE.encode(), b"", b"sha512", signature)
    return armor(b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(string, parts)))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
@pytest.mark.parametrize(("flags", "touched"), [(0, False), (1, True), (5, True), (4, False)])
def test_a_hardware_key_says_whether_somebody_touched_it(
    kind: str,
    flags: int,
    touched: bool,  # noqa: FBT001 - a parameter of the table
    tmp_path: Path,
) -> None:
    armored = token(kind, flags)
    found = verify(b"text", armored, SPACE)
    assert found.touched is touched
    assert found.key.startswith("sk-")
    (tmp_path / "sig").write_text(armored)
    (tmp_path / "allowed").write_text(f"anna {found.key}\n")
    said = subprocess.run(
        [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            tmp_path / "allowed",
            "-I",
            "anna",
            "-n",
            SPACE,
            "-s",
            tmp_path / "sig",
        ],
        input=b"text",
        capture_output=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    with pytest.raises(SignatureError):
        verify(b"other", armored, SPACE)


def test_flags_cannot_be_raised_afterwards() -> None:
    data = bytearray(sshsig.unarmor(token("ed25519", 0)))
    data[-5] = 1
    with pytest.raises(SignatureError):
        verify(b"text", armor(bytes(data)), SPACE)


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "short"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", key], check=True)
    with pytest.raises(SignatureError, match="shorter than 2048"):
        verify(b"text", sign(key, b"text"), SPACE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
        armor(b""),
        armor(b"SSHSIG"),
        armor(b"x" * 500),
    ],
)
def test_what_is_no_signature_is_a_sentence(text: str) -> None:
    with pytest.raises(SignatureError):
        verify(b"text", text, SPACE)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fall(data: bytes) -> None:
    with pytest.raises(SignatureError):
        verify(b"text", armor(b"SSHSIG" + data), SPACE)


@given(st.text(max_size=100))
def test_no_text_makes_the_reader_of_keys_fall(text: str) -> None:
    with contextlib.suppress(SignatureError):
        sshsig.parse_key(text)


def test_the_agent_signs_as_well(keys: dict[str, Path], tmp_path: Path) -> None:
    from recert.evidence.ssh_keygen import SshSigner  # noqa: PLC0415 - next to its one use

    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        environ = {"PATH": os.environ["PATH"], "SSH_AUTH_SOCK": str(socket)}
        subprocess.run(["ssh-add", "-q", keys["ed25519"]], env=environ, check=True)
        public = tmp_path / "only.pub"
        public.write_text(Path(f"{keys['ed25519']}.pub").read_text())
        signed = SshSigner.load(public, environ).sign("text", SPACE)
        agent.terminate()
    assert verify(b"text", signed.armor, SPACE) == Verified(
        " ".join(public.read_text().split()[:2]), signed.key, touched=False
    )
