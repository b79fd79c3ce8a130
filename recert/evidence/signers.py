"""A list of signers in the form of OpenSSH's allowed_signers: whose keys count for whom, for what, when.

Its place is outside a pack: a list that came with the pack says nothing.
"""

import fnmatch
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recert.errors import UsageError
from recert.evidence.sshsig import SignatureError, fingerprint, parse_key

_OPTION = re.compile(
    r'(?P<flag>cert-authority)|(?P<name>namespaces|valid-after|valid-before)="(?P<value>[^"]*)"',
    re.IGNORECASE,
)
_TIMES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_LARGEST = 2**20


@dataclass(frozen=True, slots=True)
class Signer:
    """One line: the principals (patterns), the key's fingerprint, and what limits it."""

    principals: tuple[str, ...]
    fingerprint: str
    namespaces: tuple[str, ...] = ()
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    def refusal(self, principal: str, namespace: str, at: datetime) -> str:
        """Return why this line does not vouch for a signature, empty where it does."""
        if not _matches(principal, self.principals):
            return "the key is pinned for somebody else"
        if self.namespaces and not _matches(namespace, self.namespaces):
            return "the key is not pinned for this purpose"
        if self.valid_after is not None and at < self.valid_after:
            return "the key was not valid yet"
        if self.valid_before is not None and at >= self.valid_before:
            return "the key had expired"
        return ""


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Match as ssh does: `*` and `?` only, a negated pattern wins."""
    found = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        plain = pattern.removeprefix("!").replace("[", "[[]")
        if fnmatch.fnmatchcase(name, plain):
            if negated:
                return False
            found = True
    return found


def load(path: Path) -> tuple[Signer, ...]:
    """Read a list of signers; raises UsageError with the line that cannot be read."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path} is too large to be a list of signers.", "Name another.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read as a list of signers.", "Check the file."
        ) from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            found.append(_parse(stripped, f"{path}, line {number}"))
    if not found:
        raise UsageError(f"{path} lists no signer.", "Write one line for each: PERSON KEYTYPE KEY.")
    return tuple(found)


def _parse(line: str, where: str) -> Signer:
    principals, _, rest = line.partition(" ")
    options: dict[str, str] = {}
    rest = rest.strip()
    while (match := _OPTION.match(rest)) is not None:
        name = (match["name"] or match["flag"]).lower()
        if name in options:
            raise UsageError(f"{where}: {name} stands twice.", "Mend the line.")
        options[name] = match["value"] or ""
        rest = rest[match.end() :]
        rest = rest[1:] if rest.startswith(",") else rest.lstrip()
    if "cert-authority" in options:
        raise UsageError(f"{where}: certificates are not accepted.", "List the keys themselves.")
    try:
        blob = parse_key(rest)
    except SignatureError as error:
        raise UsageError(f"{where}: {error.what}", "Write PERSON KEYTYPE KEY.") from error
    return Signer(
        tuple(principals.strip('"').split(",")),
        fingerprint(blob),
        tuple(part for part in options.get("namespaces", "").split(",") if part),
        _time(options.get("valid-after"), where),
        _time(options.get("valid-before"), where),
    )


def _time(text: str | None, where: str) -> datetime | None:
    if text is None:
        return None
    digits = text.removesuffix("Z").removesuffix("z")
    try:
        parsed = datetime.strptime(digits, _TIMES[len(digits)])  # noqa: DTZ007 - its zone follows
    except (KeyError, ValueError) as error:
        raise UsageError(f"{where}: {text!r} is no time.", "Write YYYYMMDDHHMMSSZ.") from error
    # Without a Z the time is local, as OpenSSH reads it.
    return parsed.replace(tzinfo=UTC) if digits != text else parsed.astimezone(UTC)
