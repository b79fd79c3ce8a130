"""Every kind of event: how much it matters, and what it opens unless a configuration says otherwise.

`severity` is that of the trigger catalogue. `raises` says that a change which reaches a served
version counts one level higher. Changes of the agent as a whole do not rise, nor narrowings, nor
the move of an alias, whose severity already is that of going live.
"""

from dataclasses import dataclass
from enum import StrEnum

from recert.lifecycle.events import Severity


class Opens(StrEnum):
    """How much of an agent an event asks about again, least first."""

    NOTE = "note"
    DELTA = "delta"
    FULL = "full"

    @property
    def rank(self) -> int:
        """Return 0 for a note up to 2 for a full recertification."""
        return list(Opens).index(self)


@dataclass(frozen=True, slots=True)
class EventKind:
    """One row: the kind, its severity, whether live raises it, what it opens, and its words."""

    name: str
    severity: Severity
    opens: Opens
    words: str
    raises: bool = False


_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity
_NOTE, _DELTA, _FULL = Opens

_ROWS = (
    EventKind("agent.added", _HIGH, _FULL, "new agent"),
    EventKind("agent.removed", _MEDIUM, _NOTE, "agent removed"),
    EventKind("agent.dormant", _MEDIUM, _NOTE, "agent unused"),
    EventKind(
        "draft.reachable", _MEDIUM, _NOTE, "a draft that differs from what runs can be called"
    ),
    EventKind("certification.expired", _HIGH, _FULL, "certification too old"),
    EventKind("attestation.expired", _MEDIUM, _DELTA, "kept until a date that has passed"),
    EventKind("exception.expired", _HIGH, _DELTA, "exception run out"),
    EventKind("permission.unused", _MEDIUM, _NOTE, "permission unused"),
    EventKind("owner.changed", _HIGH, _FULL, "new owner"),
    EventKind("owner.left", _HIGH, _FULL, "owner left"),
    EventKind("purpose.changed", _MEDIUM, _FULL, "new purpose"),
    EventKind("tag.changed", _MEDIUM, _DELTA, "classification tag changed"),
    EventKind("instruction.changed", _HIGH, _FULL, "instruction changed", raises=True),
    EventKind("prompt.changed", _HIGH, _FULL, "prompt templates changed", raises=True),
    EventKind("model.changed", _MEDIUM, _DELTA, "model changed", raises=True),
    EventKind("role.swapped", _CRITICAL, _FULL, "other execution role", raises=True),
    EventKind("role.shared", _HIGH, _DELTA, "execution role shared"),
    EventKind("role.used_elsewhere", _HIGH, _DELTA, "execution role used by somebody else"),
    EventKind("role.recreated", _HIGH, _FULL, "role created anew", raises=True),
    EventKind("role.removed", _MEDIUM, _NOTE, "role removed"),
    EventKind("policy.widened", _HIGH, _DELTA, "policy widened", raises=True),
    EventKind("policy.narrowed", _LOW, _NOTE, "policy narrowed"),
    EventKind("wildcard.grown", _HIGH, _DELTA, "new actions under a wildcard", raises=True),
    EventKind("policy.changed", _LOW, _NOTE, "same authority through another policy"),
    EventKind("trust.widened", _CRITICAL, _DELTA, "trust policy widened", raises=True),
    EventKind("trust.narrowed", _LOW, _NOTE, "trust policy narrowed"),
    EventKind("boundary.removed", _CRITICAL, _FULL, "boundary removed", raises=True),
    EventKind("boundary.changed", _HIGH, _DELTA, "boundary changed", raises=True),
    EventKind("boundary.added", _LOW, _NOTE, "boundary added"),
    EventKind("ceiling.relaxed", _HIGH, _DELTA, "organisation ceiling relaxed", raises=True),
    EventKind("ceiling.tightened", _LOW, _NOTE, "organisation ceiling tightened"),
    EventKind("action_group.added", _HIGH, _FULL, "new action group", raises=True),
    EventKind("action_group.removed", _LOW, _NOTE, "action group removed"),
    EventKind("action_group.changed", _MEDIUM, _DELTA, "action group changed", raises=True),
    EventKind("action_group.enabled", _HIGH, _FULL, "action group enabled", raises=True),
    EventKind("action_group.disabled", _LOW, _NOTE, "action group disabled"),
    EventKind("orchestration.changed", _HIGH, _DELTA, "orchestration changed", raises=True),
    EventKind("parser.changed", _HIGH, _DELTA, "parser function changed", raises=True),
    EventKind("knowledge_base.added", _HIGH, _FULL, "new knowledge base", raises=True),
    EventKind("knowledge_base.removed", _LOW, _NOTE, "knowledge base removed"),
    EventKind("knowledge_base.enabled", _HIGH, _FULL, "knowledge base enabled", raises=True),
    EventKind("knowledge_base.disabled", _LOW, _NOTE, "knowledge base disabled"),
    EventKind("knowledge_base.changed", _HIGH, _DELTA, "knowledge base changed", raises=True),
    EventKind(
        "knowledge_base.role_swapped", _HIGH, _DELTA, "knowledge base's role swapped", raises=True
    ),
    EventKind("data_source.added", _HIGH, _FULL, "new data source", raises=True),
    EventKind("data_source.removed", _LOW, _NOTE, "data source removed"),
    EventKind("data_source.changed", _HIGH, _FULL, "data source changed", raises=True),
    EventKind("data_class.raised", _HIGH, _FULL, "data classification raised", raises=True),
    EventKind("data_class.lowered", _LOW, _NOTE, "data classification lowered"),
    EventKind("collaborator.added", _HIGH, _FULL, "new collaborator", raises=True),
    EventKind("collaborator.removed", _LOW, _NOTE, "collaborator removed"),
    EventKind("collaborator.changed", _HIGH, _DELTA, "collaborator changed", raises=True),
    EventKind("collaboration.changed", _MEDIUM, _DELTA, "mode of collaboration", raises=True),
    EventKind("guardrail.removed", _CRITICAL, _FULL, "guardrail removed", raises=True),
    EventKind("guardrail.changed", _HIGH, _DELTA, "guardrail changed", raises=True),
    EventKind("guardrail.added", _LOW, _NOTE, "guardrail added"),
    EventKind("alias.routed", _HIGH, _DELTA, "alias serves another version"),
    EventKind("alias.removed", _LOW, _NOTE, "alias removed"),
    EventKind("function.code_changed", _MEDIUM, _DELTA, "function's code changed", raises=True),
    EventKind("function.role_swapped", _HIGH, _FULL, "function's role swapped", raises=True),
    EventKind(
        "function.policy_widened", _HIGH, _DELTA, "function's resource policy widened", raises=True
    ),
    EventKind("function.policy_narrowed", _LOW, _NOTE, "function's resource policy narrowed"),
    EventKind(
        "function.environment_changed",
        _MEDIUM,
        _DELTA,
        "function's environment changed",
        raises=True,
    ),
    EventKind("artifact.changed", _HIGH, _DELTA, "image or code changed", raises=True),
    EventKind("environment.changed", _MEDIUM, _DELTA, "environment changed", raises=True),
    EventKind("network.changed", _MEDIUM, _DELTA, "network changed", raises=True),
    EventKind("access.widened", _CRITICAL, _FULL, "inbound access widened", raises=True),
    EventKind("access.narrowed", _LOW, _NOTE, "inbound access narrowed"),
    EventKind("resource_policy.widened", _HIGH, _DELTA, "resource policy widened", raises=True),
    EventKind("resource_policy.narrowed", _LOW, _NOTE, "resource policy narrowed"),
    *(
        EventKind(f"{name}.{change}", severity, opens, f"{words} {tail}", raises=raises)
        for name, words, severity in (
            ("gateway_target", "gateway target", _HIGH),
            ("tool", "tool", _HIGH),
            ("skill", "skill", _HIGH),
            ("hook", "hook", _HIGH),
            ("interceptor", "interceptor", _HIGH),
            ("flow_node", "flow node", _HIGH),
            ("task", "task", _HIGH),
            ("policy_engine", "policy engine", _HIGH),
            ("integration", "integration", _MEDIUM),
        )
        for change, severity, opens, tail, raises in (
            ("added", severity, _FULL, "added", True),
            ("changed", severity, _DELTA, "changed", True),
            (
                "removed",
                _CRITICAL if name == "policy_engine" else _LOW,
                _FULL if name == "policy_engine" else _NOTE,
                "removed",
                False,
            ),
        )
    ),
    EventKind("credential_provider.added", _HIGH, _DELTA, "new credential provider"),
    EventKind("credential_provider.changed", _HIGH, _DELTA, "credential provider", raises=True),
    EventKind("resource.changed", _MEDIUM, _DELTA, "shared resource changed", raises=True),
    EventKind("resource.role_swapped", _HIGH, _DELTA, "resource's role swapped", raises=True),
    EventKind("memory.added", _MEDIUM, _DELTA, "memory added", raises=True),
    EventKind("memory.removed", _LOW, _NOTE, "memory removed"),
    EventKind("memory.changed", _MEDIUM, _DELTA, "memory changed", raises=True),
    EventKind("kms_key.changed", _MEDIUM, _DELTA, "encryption key changed", raises=True),
    EventKind("coverage.gap", _MEDIUM, _NOTE, "could not be read"),
)

KINDS: dict[str, EventKind] = {row.name: row for row in _ROWS}
"""The rows by name."""


def severity_of(kind: str, *, live: bool, base: Severity | None = None) -> Severity:
    """Return the severity of an event; `base` replaces that of the table before live raises it."""
    row = KINDS[kind]
    level = base or row.severity
    return level.raised() if live and row.raises and level is not Severity.LOW else level
