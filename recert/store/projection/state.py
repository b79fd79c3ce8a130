"""What a ledger leads to, while its entries are taken in."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from recert.store.entries import JSON_COLUMNS
from recert.store.handed import Handed
from recert.store.settings import demanded


@dataclass(slots=True)
class ItemState:
    """An item as the ledger knows it; `record` is the digest of its frozen part."""

    id: str
    campaign: str
    kind: str
    agent: str | None
    reviewer: str | None
    state: str
    excluded_by: str | None
    basis_digest: str
    record: str
    current: str | None = None
    signoff: str | None = None
    stage: int = 1
    answers: list[str] = field(default_factory=list)
    """The signed decision of each stage, the first stage's first."""


@dataclass(slots=True)
class DecisionState:
    """A decision: the body of its entry, the state that it is in now, and the entry's number."""

    body: dict[str, Any]
    state: str
    entry: int
    at: str


@dataclass(slots=True)
class State:
    """Everything that a ledger leads to, by id; `problems` are (entry, sentence)."""

    store_id: str = ""
    readings: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    items: dict[str, ItemState] = field(default_factory=dict)
    decisions: dict[str, DecisionState] = field(default_factory=dict)
    signoffs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rescissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    closings: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    anchors: list[dict[str, Any]] = field(default_factory=list)
    remediations: dict[str, str] = field(default_factory=dict)
    handed: Handed | None = None
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """Return `live` or `replay` by the first reading, None where there is none."""
        for reading in self.readings.values():
            return str(reading["source"]["kind"])
        return self.handed.kind if self.handed else None

    @property
    def synthetic(self) -> bool:
        """Tell whether the first reading, and so the store, was made up."""
        for reading in self.readings.values():
            return bool(reading["source"]["synthetic"])
        return self.handed.synthetic if self.handed else False

    @property
    def source(self) -> str | None:
        """Return `live`, `replay` or `demo`, None where nothing was read."""
        return "demo" if self.synthetic else self.kind

    @property
    def demanded(self) -> str:
        """Return what a sign-off needs, as the ledger stands."""
        if self.handed is not None:
            return self.handed.signature
        values = {name: setting["value"] for name, setting in self.settings.items()}
        return demanded(values, kind=self.kind, synthetic=self.synthetic)

    def items_of(self, campaign: str) -> list[ItemState]:
        """Return a campaign's items in the order in which they were assigned."""
        return [item for item in self.items.values() if item.campaign == campaign]

    def note(self, entry: dict[str, Any], sentence: str) -> None:
        """Note that a rule did not allow an entry."""
        self.problems.append((entry["seq"], f"entry {entry['seq']}: {sentence}"))


def require_columns(body: dict[str, Any], table: type[SQLModel], *without: str) -> None:
    """Refuse a body that does not hold the columns of a row, each of its type."""
    for column in table.metadata.tables[str(table.__tablename__)].columns:
        if column.name in without:
            continue
        value = body[column.name]
        if column.name in JSON_COLUMNS or (value is None and column.nullable):
            continue
        if type(value) is not column.type.python_type:
            raise TypeError(f"{column.name} is {value!r}")
