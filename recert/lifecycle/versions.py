"""Differences between two versions of one agent, or between two readings of one version."""

from recert.estate.agents import Agent, AgentVersion
from recert.estate.integrations import Collaborator, GuardrailRef, KnowledgeBaseLink
from recert.iam.arns import account_of
from recert.lifecycle.changes import Change, concealed_differs, differing, shown, summary
from recert.lifecycle.companions import compare_integrations, compare_settings
from recert.lifecycle.events import Severity
from recert.lifecycle.tools import compare_groups
from recert.lifecycle.unread import Unread

_OUTSIDE = ("openai", "gemini", "litellm", "http")
_GROUP_READS = ("ListAgentActionGroups", "GetAgentActionGroup")
_BASE_READS = ("ListAgentKnowledgeBases", "GetAgentKnowledgeBase")
_MATE_READS = ("ListAgentCollaborators", "GetAgentCollaborator")


class VersionDiff:
    """Compares versions of one agent; knows what either reading could not see."""

    def __init__(self, agent: Agent, before: Unread, after: Unread) -> None:
        self._agent = agent
        self._sides = (before, after)

    def changes(self, before: AgentVersion, after: AgentVersion) -> list[Change]:
        """Return the differences of everything that both readings saw."""
        unknown = {*before.unknown, *after.unknown}
        names = (before.version, after.version)
        found: list[Change] = []
        if self._seen(_GROUP_READS, names) and "action_groups" not in unknown:
            found += compare_groups(before.action_groups, after.action_groups)
        if self._seen(_BASE_READS, names) and "knowledge_bases" not in unknown:
            found += _links(before.knowledge_bases, after.knowledge_bases)
        if self._seen(_MATE_READS, names) and "collaborators" not in unknown:
            found += _collaborators(self._agent, before, after)
        found += _mode(before, after, unknown, alone=not any(_of_mates(item) for item in found))
        if "integrations" not in unknown:
            found += compare_integrations(before, after)
        found += compare_settings(before, after, unknown)
        found += [change for change in self._fields(before, after) if change.subject not in unknown]
        return found

    def _seen(self, operations: tuple[str, ...], versions: tuple[str, str]) -> bool:
        return not any(
            side.version(operations, self._agent, version)
            for side, version in zip(self._sides, versions, strict=True)
        )

    def _fields(self, before: AgentVersion, after: AgentVersion) -> list[Change]:
        found = [
            *_plain("role.swapped", "role_arn", before, after),
            *_plain("model.changed", "model", before, after, base=_leaves_bedrock(before, after)),
            *(
                _plain("model.changed", "prompt_models", before, after)
                if "prompt_overrides" not in {*before.unknown, *after.unknown}
                else ()
            ),
            *_plain("parser.changed", "parser_function_arn", before, after),
            *_plain("kms_key.changed", "kms_key_arn", before, after),
            *_plain("memory.changed", "memory", before, after),
            *_guardrail(before.guardrail, after.guardrail),
        ]
        old, new = differing(before, after, ("orchestration", "orchestration_function_arn"))
        if new and not {*before.unknown, *after.unknown} & {*new, *old}:
            how = "the orchestration strategy differs"
            found.append(Change("orchestration.changed", "orchestration", old, new, how))
        if concealed_differs(before.instruction, after.instruction):
            old, new = shown(before.instruction), shown(after.instruction)
            how = "the keyed hash of the instruction differs"
            found.append(Change("instruction.changed", "instruction", old, new, how))
        if concealed_differs(before.prompt_overrides, after.prompt_overrides):
            old, new = shown(before.prompt_overrides), shown(after.prompt_overrides)
            how = "the keyed hash of the prompt templates differs"
            found.append(Change("prompt.changed", "prompt_overrides", old, new, how))
        return found


def _of_mates(change: Change) -> bool:
    return change.kind.startswith("collaborator.")


def _mode(
    before: AgentVersion, after: AgentVersion, unknown: set[str], *, alone: bool
) -> list[Change]:
    """Compare the mode of collaboration; where collaborators differ, it follows from them."""
    old, new = (version.collaboration or "DISABLED" for version in (before, after))
    if old == new or not alone or "collaboration" in unknown:
        return []
    values = ({"collaboration": old}, {"collaboration": new})
    return [Change("collaboration.changed", "collaboration", *values, "the mode differs")]


def _plain(
    kind: str,
    field: str,
    before: AgentVersion,
    after: AgentVersion,
    base: Severity | None = None,
) -> list[Change]:
    old, new = differing(before, after, (field,))
    if not new:
        return []
    return [Change(kind, field, old, new, f"{field} differs", base)]


def _leaves_bedrock(before: AgentVersion, after: AgentVersion) -> Severity | None:
    """A model outside Bedrock is another provider with other terms, hence high."""
    outside = [(version.model or "").lower().startswith(_OUTSIDE) for version in (before, after)]
    return Severity.HIGH if outside == [False, True] else None


def _guardrail(before: GuardrailRef | None, after: GuardrailRef | None) -> list[Change]:
    if before is None and after is None:
        return []
    if after is None and before is not None:
        how = "the version names no guardrail any more"
        return [Change("guardrail.removed", "guardrail", summary(before), None, how)]
    if before is None and after is not None:
        how = "the version names a guardrail now"
        return [Change("guardrail.added", "guardrail", None, summary(after), how)]
    old, new = _reference(before), _reference(after)
    if old == new:
        return []
    how = "the version names another guardrail or another version of it"
    return [Change("guardrail.changed", "guardrail", old, new, how)]


def _reference(ref: GuardrailRef | None) -> dict[str, str]:
    if ref is None:
        return {}
    return {"identifier": ref.identifier.rpartition("/")[2], "version": ref.version}


def _links(
    before: tuple[KnowledgeBaseLink, ...], after: tuple[KnowledgeBaseLink, ...]
) -> list[Change]:
    old = {link.id: link for link in before}
    new = {link.id: link for link in after}
    found = [
        Change(
            "knowledge_base.added",
            name,
            None,
            summary(new[name]),
            f"knowledge base {name} was not associated before",
            None if new[name].state == "ENABLED" else Severity.LOW,
        )
        for name in new.keys() - old.keys()
    ]
    found += [
        Change(
            "knowledge_base.removed",
            name,
            summary(old[name]),
            None,
            f"knowledge base {name} is no longer associated",
        )
        for name in old.keys() - new.keys()
    ]
    for name in new.keys() & old.keys():
        one, two = old[name].state, new[name].state
        if (one == "ENABLED") != (two == "ENABLED"):
            kind = "enabled" if two == "ENABLED" else "disabled"
            how = f"the association of {name} went from {one} to {two}"
            values = ({"state": one}, {"id": name, "state": two})
            found.append(Change(f"knowledge_base.{kind}", name, *values, how))
    return found


def _collaborators(agent: Agent, before: AgentVersion, after: AgentVersion) -> list[Change]:
    old = {mate.id: mate for mate in before.collaborators}
    new = {mate.id: mate for mate in after.collaborators}
    found = [_mate_added(agent, new[name]) for name in new.keys() - old.keys()]
    for name in old.keys() - new.keys():
        how = f"collaborator {old[name].name} is no longer associated"
        values = summary(old[name], without=("instruction",))
        found.append(Change("collaborator.removed", old[name].name, values, None, how))
    for name in new.keys() & old.keys():
        found += _mate_changed(agent, old[name], new[name])
    return found


def _mate_added(agent: Agent, mate: Collaborator) -> Change:
    how = f"collaborator {mate.name} was not associated before"
    values = summary(mate, without=("instruction",))
    return Change("collaborator.added", mate.name, None, values, how, _foreign(agent, mate))


def _mate_changed(agent: Agent, before: Collaborator, after: Collaborator) -> list[Change]:
    old, new = differing(before, after, ("name", "alias_arn", "relays_history"))
    base = _foreign(agent, after) if "alias_arn" in new else None
    if set(new) == {"relays_history"} and not after.relays_history:
        base = Severity.LOW
    if concealed_differs(before.instruction, after.instruction):
        old["instruction"], new["instruction"] = shown(before.instruction), shown(after.instruction)
    if not new:
        return []
    how = f"collaborator {after.name} differs in {', '.join(sorted(new))}"
    old.setdefault("name", before.name)
    new.setdefault("name", after.name)
    return [Change("collaborator.changed", after.name, old, new, how, base)]


def _foreign(agent: Agent, mate: Collaborator) -> Severity | None:
    """Work that is handed to another account leaves the reach of this one's controls."""
    account = account_of(mate.alias_arn) or agent.account
    return Severity.CRITICAL if account != agent.account else None
