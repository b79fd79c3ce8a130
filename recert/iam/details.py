"""What the catalogue holds of an action beyond name and level, read one service at a time."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recert.iam.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource that an action acts on.

    `arns` are ARN patterns with AWS's own `${Variables}`; `required` says that every call names a
    resource of this type.
    """

    name: str
    arns: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """The rest of what is known of an action."""

    resource_types: tuple[ResourceType, ...]
    condition_keys: tuple[str, ...]
    dependents: tuple[str, ...]


class Details:
    """The packed details of every service; each is unpacked on its first question."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._services: dict[str, Mapping[str, Any]] = {}

    def of(self, action: str) -> Detail:
        """Return the details of an action, written as the catalogue writes it."""
        service, _, verb = action.partition(":")
        held = self._service(service)
        types, keys, dependents = held["actions"][verb]
        return Detail(
            resource_types=tuple(
                ResourceType(name, tuple(held["types"][name]), bool(required))
                for name, required in types
            ),
            condition_keys=tuple(keys),
            dependents=tuple(dependents),
        )

    def _service(self, service: str) -> Mapping[str, Any]:
        held = self._services.get(service)
        if held is None:
            try:
                held = json.loads(self._archive.read(f"{service}.json"))
            except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
                raise CatalogueError(
                    f"The packaged details of {service} cannot be read.", "Install recert again."
                ) from error
            self._services[service] = held
        return held

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self._packed))
