"""One line of a recording, and how answers become lines."""

from collections.abc import Iterator
from typing import Any

from demo_estate.model import Denied, Place
from demo_estate.organization import Control

Line = dict[str, Any]


class Page:
    """Writes the lines of one point in time at one account and region, in reading order."""

    def __init__(self, at: str, place: Place, controls: tuple[Control, ...] = ()) -> None:
        self.at = at
        self.place = place
        self.controls = controls
        self._denied = {(item.service, item.operation): [] for item in place.denied}
        for item in place.denied:
            self._denied[item.service, item.operation].append(item)

    def line(self, service: str, operation: str, output: Line, params: Line | None = None) -> Line:
        """Return an answer, or the refusal that the place has for this call."""
        named = params or {}
        refusal = self._refusal(service, operation, named)
        head = {
            "at": self.at,
            "account": self.place.account,
            "region": self.place.region,
            "service": service,
            "operation": operation,
            "params": named,
        }
        if refusal is not None:
            status, error = self._error(refusal)
            return {**head, "status": status, "error": error}
        return {**head, "status": 200, "output": output}

    def missing(self, service: str, operation: str, params: Line, code: str, message: str) -> Line:
        """Return the answer of a service that has nothing to show."""
        line = self.line(service, operation, {}, params)
        if "error" not in line:
            line["status"] = 404
            line["error"] = {"Code": code, "Message": message}
            del line["output"]
        return line

    def pages(
        self, service: str, operation: str, key: str, items: list[Line], *, size: int, **more: Any
    ) -> Iterator[Line]:
        """Yield a listing in pages of `size`, each but the first asked for with its token."""
        params: Line = more.get("params", {})
        chunks = [items[start : start + size] for start in range(0, len(items), size)] or [[]]
        token = ""
        for number, chunk in enumerate(chunks, 1):
            asked = {**params, "nextToken": token} if token else params
            output: Line = {key: chunk}
            if number < len(chunks):
                token = f"{operation}-page-{number + 1}"
                output["nextToken"] = token
            yield self.line(service, operation, output, asked)

    def _refusal(self, service: str, operation: str, params: Line) -> Denied | None:
        for item in self._denied.get((service, operation), []):
            if all(params.get(name) == value for name, value in item.params.items()):
                return item
        return None

    def _error(self, refusal: Denied) -> tuple[int, Line]:
        if refusal.throttled:
            return 429, {"Code": "ThrottlingException", "Message": "Rate exceeded"}
        caller = f"arn:aws:sts::{self.place.account}:assumed-role/recert-reader/recert"
        return 403, {
            "Code": "AccessDenied" if refusal.service == "s3" else "AccessDeniedException",
            "Message": (
                f"User: {caller} is not authorized to perform: {refusal.action} on resource: "
                f"{refusal.resource} because no identity-based policy allows the "
                f"{refusal.action} action"
            ),
        }
