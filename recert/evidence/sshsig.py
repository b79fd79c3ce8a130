"""Reads and verifies signatures in the form of SSHSIG, as `ssh-keygen -Y sign` makes them.

The form is that of OpenSSH's PROTOCOL.sshsig; hardware keys (`sk-`) sign over what
PROTOCOL.u2f describes. Everything here may come from a stranger: each field is bounded, and what
does not fit to the byte is refused.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from recert.errors import RecertError

MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_LARGEST = 16_384
_COLUMNS = 70
_SMALLEST_RSA = 2048
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_CURVES: dict[bytes, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    b"nistp256": (ec.SECP256R1(), hashes.SHA256()),
    b"nistp384": (ec.SECP384R1(), hashes.SHA384()),
    b"nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
_RSA: dict[bytes, hashes.HashAlgorithm] = {
    b"rsa-sha2-256": hashes.SHA256(),
    b"rsa-sha2-512": hashes.SHA512(),
}
_SK_ED25519 = b"sk-ssh-ed25519@openssh.com"
_SK_ECDSA = b"sk-ecdsa-sha2-nistp256@openssh.com"
TOUCHED = 1
"""The flag by which a hardware key says that somebody touched it."""


class SignatureError(RecertError):
    """A signature or key that is none, or that does not hold."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that holds: the key as a `.pub` file has it, its fingerprint, whether it was touched."""

    key: str
    fingerprint: str
    touched: bool


class _Reader:
    """Reads length-prefixed fields; raises SignatureError where they do not fit."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) != count:
            raise SignatureError("A signature or key ends too early.")
        self._at += count
        return part

    def number(self) -> int:
        return int(struct.unpack(">I", self.take(4))[0])

    def string(self) -> bytes:
        return self.take(self.number())

    def integer(self) -> int:
        data = self.string()
        if not data or data[0] & 0x80 or (len(data) > 1 and data[0] == 0 and not data[1] & 0x80):
            raise SignatureError("A signature or key holds a number in another form.")
        return int.from_bytes(data, "big")

    def end(self) -> None:
        if self._at != len(self._data):
            raise SignatureError("A signature or key is longer than it should be.")


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def fingerprint(blob: bytes) -> str:
    """Return `SHA256:…` of a public key's bytes, as `ssh-keygen -l` prints it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii")
    return f"SHA256:{digest.rstrip('=')}"


def parse_key(text: str) -> bytes:
    """Return the bytes of a public key in the form of a `.pub` file; raises SignatureError."""
    parts = text.split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
        if _Reader(blob).string().decode("ascii") != parts[0]:
            raise SignatureError("The key is not of the type that it says.")
    except (IndexError, ValueError, binascii.Error) as error:
        raise SignatureError(
            "That is no public key of SSH.", "Give the content of a .pub file."
        ) from error
    return blob


def key_text(blob: bytes) -> str:
    """Return a public key as `.pub` files hold it, without a comment."""
    kind = _Reader(blob).string().decode("ascii", "replace")
    return f"{kind} {base64.b64encode(blob).decode('ascii')}"


def is_hardware(blob: bytes) -> bool:
    """Tell whether a public key belongs to a security key, which has to be touched."""
    return _Reader(blob).string() in (_SK_ED25519, _SK_ECDSA)


def unarmor(text: str) -> bytes:
    """Return the bytes of an armored signature; raises SignatureError."""
    lines = text.strip().splitlines()
    if len(text) > _LARGEST or len(lines) < 3 or (lines[0], lines[-1]) != (_BEGIN, _END):  # noqa: PLR2004 - two marks and a body
        raise SignatureError("That is no signature of SSH.")
    try:
        return base64.b64decode("".join(lines[1:-1]), validate=True)
    except (ValueError, binascii.Error) as error:
        raise SignatureError("That is no signature of SSH: its text is damaged.") from error


def ed25519_blob(point: bytes) -> bytes:
    """Return the bytes of an Ed25519 public key."""
    return _string(b"ssh-ed25519") + _string(point)


def sign_ed25519(key: bytes, sign: Callable[[bytes], bytes], message: bytes, namespace: str) -> str:
    """Return the armored signature that `sign`, the holder of an Ed25519 key, makes over a message."""
    space, name = namespace.encode("utf-8"), b"sha512"
    fields = (space, b"", name, hashlib.sha512(message).digest())
    proof = _string(b"ssh-ed25519") + _string(sign(MAGIC + b"".join(map(_string, fields))))
    body = MAGIC + struct.pack(">I", 1) + b"".join(map(_string, (key, space, b"", name, proof)))
    text = base64.b64encode(body).decode("ascii")
    rows = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join((_BEGIN, *rows, _END)) + "\n"


def verify(message: bytes, armored: str, namespace: str) -> Verified:
    """Verify a signature over a message in a namespace; raises SignatureError where it does not hold."""
    reader = _Reader(unarmor(armored))
    if reader.take(len(MAGIC)) != MAGIC or reader.number() != 1:
        raise SignatureError("That is no signature of SSH that is known here.")
    key, space, reserved, name, signature = (reader.string() for _ in range(5))
    reader.end()
    if space != namespace.encode("utf-8"):
        raise SignatureError("The signature was made for another purpose.")
    if name not in _HASHES:
        raise SignatureError("The signature uses a hash that is not accepted.")
    digest = _HASHES[name](message).digest()
    signed = MAGIC + b"".join(map(_string, (space, reserved, name, digest)))
    try:
        touched = _verify_raw(key, signature, signed)
    except InvalidSignature as error:
        raise SignatureError("The signature is not of this text, or not by this key.") from error
    return Verified(key_text(key), fingerprint(key), touched)


def _verify_raw(key: bytes, signature: bytes, signed: bytes) -> bool:
    public, proof = _Reader(key), _Reader(signature)
    kind, algorithm = public.string(), proof.string()
    body = proof.string()
    if kind in (_SK_ED25519, _SK_ECDSA):
        flags, counter = proof.take(1), proof.take(4)
        proof.end()
        if algorithm != kind:
            raise SignatureError("The signature is of a kind that is not accepted.")
        _verify_hardware(kind, public, body, flags + counter, signed)
        return bool(flags[0] & TOUCHED)
    proof.end()
    if kind == b"ssh-ed25519" and algorithm == kind:
        _ed25519(public).verify(body, signed)
        public.end()
    elif kind.startswith(b"ecdsa-sha2-") and algorithm == kind:
        point, method = _ecdsa(public, kind.removeprefix(b"ecdsa-sha2-"))
        public.end()
        point.verify(_der(body), signed, ec.ECDSA(method))
    elif kind == b"ssh-rsa" and algorithm in _RSA:
        modulus = _rsa(public)
        public.end()
        modulus.verify(body, signed, padding.PKCS1v15(), _RSA[algorithm])
    else:
        raise SignatureError("The signature is of a kind that is not accepted.")
    return False


def _verify_hardware(
    kind: bytes, public: _Reader, body: bytes, presence: bytes, signed: bytes
) -> None:
    """Verify what a token signed: `presence` is its flags byte and its counter."""
    key = _ed25519(public) if kind == _SK_ED25519 else _ecdsa(public, b"nistp256")[0]
    application = public.string()
    public.end()
    content = hashlib.sha256(application).digest() + presence + hashlib.sha256(signed).digest()
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(body, content)
    else:
        key.verify(_der(body), content, ec.ECDSA(hashes.SHA256()))


def _ed25519(public: _Reader) -> ed25519.Ed25519PublicKey:
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(public.string())
    except ValueError as error:
        raise SignatureError("The key is damaged.") from error


def _ecdsa(public: _Reader, curve: bytes) -> tuple[ec.EllipticCurvePublicKey, hashes.HashAlgorithm]:
    named = public.string()
    if named != curve or curve not in _CURVES:
        raise SignatureError("The key is on a curve that is not accepted.")
    shape, method = _CURVES[curve]
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(shape, public.string()), method
    except ValueError as error:
        raise SignatureError("The key is damaged.") from error


def _rsa(public: _Reader) -> rsa.RSAPublicKey:
    exponent, modulus = public.integer(), public.integer()
    if modulus.bit_length() < _SMALLEST_RSA:
        raise SignatureError(f"The RSA key is shorter than {_SMALLEST_RSA} bits.")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as error:
        raise SignatureError("The key is damaged.") from error


def _der(body: bytes) -> bytes:
    reader = _Reader(body)
    first, second = reader.integer(), reader.integer()
    reader.end()
    return encode_dss_signature(first, second)
