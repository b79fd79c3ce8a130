"""Signing with `ssh-keygen`: recert never opens a private key.

The program does, by itself or through the agent, and asks for passphrase, PIN or touch. What comes
back is verified before it is used.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recert.errors import RecertError, TerminalNeededError, UsageError
from recert.evidence import sshsig
from recert.evidence.sshsig import SignatureError
from recert.store.signing import Signature
from recert.text import visible

_QUICK = 5
_PATIENCE = 300
"""Seconds that a human may take for a passphrase or a touch."""


@dataclass(frozen=True, slots=True)
class SshSigner:
    """Signs with `ssh-keygen`.

    `path` is a private key's file, or a `.pub` whose key the agent holds; without one the agent
    holds the key `public`. `asks` says whether a terminal is there for a passphrase, a PIN or a
    touch; without one, a key that needs it raises TerminalNeededError.
    """

    path: Path | None
    public: str
    environ: Mapping[str, str]
    asks: bool = True

    @classmethod
    def load(cls, path: Path, environ: Mapping[str, str], *, asks: bool = True) -> "SshSigner":
        """Return a signer for a key's file; raises UsageError where there is no key or no ssh-keygen."""
        require_openssh(environ)
        public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
        try:
            text = public.read_text(encoding="utf-8")
            blob = sshsig.parse_key(text)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"There is no public key at {public}.", "Name the key's file."
            ) from error
        except SignatureError as error:
            raise UsageError(f"{public}: {error.what}", error.remedy) from error
        return cls(path, sshsig.key_text(blob), environ, asks)

    @property
    def key(self) -> str:
        """Return the key's fingerprint."""
        return sshsig.fingerprint(sshsig.parse_key(self.public))

    def sign(self, statement: str, namespace: str) -> Signature:
        """Sign a text in a namespace; raises SignatureError where it fails or is not by this key."""
        with tempfile.TemporaryDirectory() as place:
            path = self.path
            if path is None:
                path = Path(place) / "key.pub"
                path.write_text(f"{self.public}\n", encoding="utf-8")
            armor = self._ask(path, statement, namespace)
        verified = sshsig.verify(statement.encode("utf-8"), armor, namespace)
        if verified.fingerprint != self.key:
            raise SignatureError("ssh-keygen signed with another key than the one that was named.")
        return Signature("ssh-touch" if verified.touched else "ssh", verified.fingerprint, armor)

    def _ask(self, path: Path, statement: str, namespace: str) -> str:
        if not self.asks and self._waits_for_a_touch():
            raise _terminal_needed("The key is in a security key, which has to be touched.")
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program with a path that the user named
                ["ssh-keygen", "-q", "-Y", "sign", "-f", str(path), "-n", namespace],  # noqa: S607 - found by PATH on purpose
                input=statement.encode("utf-8"),
                capture_output=True,
                env=dict(self.environ),
                timeout=_PATIENCE,
                # A session of its own has no terminal, so that no question appears on a screen that
                # belongs to somebody else.
                start_new_session=not self.asks,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SignatureError(
                "ssh-keygen did not answer.", "Nothing was signed; try again."
            ) from error
        if done.returncode:
            raise self._refusal(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("ascii", "replace")

    def _waits_for_a_touch(self) -> bool:
        """Tell whether a security key would blink, unless the agent asks for the touch by itself."""
        if self.path is None or not sshsig.is_hardware(sshsig.parse_key(self.public)):
            return False
        return self.public not in in_agent(self.environ)

    def _refusal(self, said: str) -> RecertError:
        last = visible((said.strip().splitlines() or [""])[-1])
        if "passphrase" in last:
            if not self.asks:
                return _terminal_needed("The key has a passphrase.")
            return SignatureError(
                "That was not the key's passphrase; nothing was signed.", "Try again."
            )
        if not last:
            return SignatureError("The signature was cancelled; nothing was signed.")
        return SignatureError(f"ssh-keygen did not sign: {last}.", "Nothing was signed.")


def _terminal_needed(why: str) -> TerminalNeededError:
    return TerminalNeededError(
        f"{why} Nobody could be asked here, so nothing was signed.",
        "Add the key to your agent with ssh-add, or use `recert sign`.",
    )


def read_signature(statement: str, armor: str, namespace: str) -> tuple[str, str]:
    """Verify a signature; return its kind (`ssh`, `ssh-touch`) and its key's fingerprint.

    Raises SignatureError where it is none by the key that it names.
    """
    found = sshsig.verify(statement.encode("utf-8"), armor, namespace)
    return ("ssh-touch" if found.touched else "ssh"), found.fingerprint


def require_openssh(environ: Mapping[str, str]) -> None:
    """Raise UsageError where there is no ssh-keygen."""
    if shutil.which("ssh-keygen", path=environ.get("PATH")) is None:
        raise UsageError("ssh-keygen is not installed.", "Install OpenSSH to sign.")


def in_agent(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the public keys that the caller's ssh-agent holds, without comments; none without one."""
    if (
        not environ.get("SSH_AUTH_SOCK")
        or shutil.which("ssh-add", path=environ.get("PATH")) is None
    ):
        return ()
    try:
        done = subprocess.run(
            ["ssh-add", "-L"],  # noqa: S607 - found by PATH on purpose
            capture_output=True,
            env=dict(environ),
            timeout=_QUICK,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = []
    for line in done.stdout.decode("utf-8", "replace").splitlines() if not done.returncode else ():
        with contextlib.suppress(SignatureError):
            found.append(sshsig.key_text(sshsig.parse_key(line)))
    return tuple(dict.fromkeys(found))
