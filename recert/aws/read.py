"""One read operation: what it is called, what it is allowed by and what its refusal hides."""

from dataclasses import dataclass

from recert.aws.models import service_model

_ACTION_PREFIXES = {"resourcegroupstaggingapi": "tag", "stepfunctions": "states"}
"""Services whose IAM actions begin neither with their name nor with the name that signs."""


@dataclass(frozen=True, slots=True)
class Read:
    """One operation, and what its refusal leaves unknown.

    `column` is the part of recert that becomes unknown; `absent` lists the error codes by which
    AWS says that there is nothing, which is an answer and no gap; `action` is the IAM action where
    it is not named like the operation.
    """

    service: str
    operation: str
    effect: str
    column: str
    absent: frozenset[str] = frozenset()
    action: str = ""
    page_size: int | None = None
    per_second: float | None = None
    resumable: bool = True
    """False where an answer is of use to the session that got it only."""

    @property
    def name(self) -> str:
        """Return `service:operation`."""
        return f"{self.service}:{self.operation}"

    @property
    def iam_action(self) -> str:
        """Return the IAM action that allows the call."""
        if self.action:
            return self.action
        signing = str(service_model(self.service).signing_name)
        return f"{_ACTION_PREFIXES.get(self.service, signing)}:{self.operation}"
