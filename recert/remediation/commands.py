"""Calls to AWS as commands of its CLI, in words that no shell and no CLI takes for anything else."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = {"s3": "s3api"}
_LOADED = ("file://", "fileb://", "http://", "https://")
"""What the CLI takes for the name of a file or page that holds the value."""


@dataclass(frozen=True, slots=True)
class Command:
    """One call: service and operation as botocore names them; `region` is empty where none matters."""

    service: str
    operation: str
    params: Mapping[str, Any]
    region: str = ""

    @property
    def shell(self) -> str:
        """The command line."""
        words = ["aws", _NAMES.get(self.service, self.service), dashed(self.operation)]
        if self.region:
            words += ["--region", shlex.quote(self.region)]
        if any(isinstance(one, str) and _read_otherwise(one) for one in self.params.values()):
            return " ".join([*words, "--cli-input-json", shlex.quote(json.dumps(self.params))])
        return " ".join([*words, *_options(self.params)])


def _read_otherwise(text: str) -> bool:
    """Tell whether the CLI or a terminal would take a value for more than a text."""
    return text.startswith(_LOADED) or not text.isprintable()


def _options(params: Mapping[str, Any]) -> Iterator[str]:
    for name, value in params.items():
        option = f"--{dashed(name)}"
        if value is True:
            yield option
            continue
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        quoted = shlex.quote(text)
        yield f"{option}={quoted}" if text.startswith("-") else f"{option} {quoted}"


def dashed(name: str) -> str:
    """Return a name of an API as the CLI writes it."""
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).strip("-")
