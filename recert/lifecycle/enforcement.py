"""Differences of what an account or its organisation forces on every model call."""

from collections.abc import Mapping
from typing import Any

from recert.estate.agents import Agent
from recert.estate.authority import Organization
from recert.estate.estate import Estate
from recert.estate.integrations import EnforcedGuardrail
from recert.lifecycle.changes import Change, differing, keyed_differs, summary

_FIELDS = ("guardrail_arn", "version", "input_tags", "models", "spared", "guarding")


class ForcedGuardrails:
    """What is forced at each place in two readings; what either did not read says nothing."""

    def __init__(self, before: Estate, after: Estate) -> None:
        self._organizations = (before.organization, after.organization)
        self._places = tuple(
            {(one.account, one.region): one.guardrails for one in estate.enforcements}
            for estate in (before, after)
        )
        self._settings = tuple(
            {_key(one.arn, one.version): one for one in estate.guardrails}
            for estate in (before, after)
        )

    def changes(self, agent: Agent) -> list[Change]:
        """Return what is forced on an agent's model calls and was not, or no longer is."""
        return [*self._account(agent), *self._organization(agent)]

    def _account(self, agent: Agent) -> list[Change]:
        place = (agent.account, agent.region)
        before, after = (places.get(place) for places in self._places)
        if before is None or after is None:
            return []
        old, new = ({one.guardrail_arn: one for one in side} for side in (before, after))
        where = f"account {agent.account} in {agent.region}"
        found = [
            Change(
                "guardrail.removed",
                f"enforced {arn}",
                summary(old[arn]),
                None,
                f"{where} no longer forces guardrail {_name(arn)} on model calls",
            )
            for arn in sorted(old.keys() - new.keys())
        ]
        found += [
            Change(
                "guardrail.added",
                f"enforced {arn}",
                None,
                summary(new[arn]),
                f"{where} forces guardrail {_name(arn)} on model calls",
            )
            for arn in sorted(new.keys() - old.keys())
        ]
        for arn in sorted(old.keys() & new.keys()):
            found += self._changed(old[arn], new[arn], where)
        return found

    def _changed(
        self, before: EnforcedGuardrail, after: EnforcedGuardrail, where: str
    ) -> list[Change]:
        old, new = differing(before, after, _FIELDS)
        one, two = (
            settings.get(_key(side.guardrail_arn, side.version or ""))
            for settings, side in zip(self._settings, (before, after), strict=True)
        )
        if one and two and one.content and two.content and keyed_differs(one.content, two.content):
            old["content"], new["content"] = one.content, two.content
        if not new:
            return []
        name = _name(after.guardrail_arn)
        how = f"guardrail {name}, which {where} forces, differs in {', '.join(sorted(new))}"
        return [Change("guardrail.changed", f"enforced {after.guardrail_arn}", old, new, how)]

    def _organization(self, agent: Agent) -> list[Change]:
        before, after = (_policies(one, agent.account) for one in self._organizations)
        if before is None or after is None:
            return []
        found: list[Change] = []
        for policy in sorted(before.keys() | after.keys()):
            one, two = before.get(policy), after.get(policy)
            subject = f"organization policy {policy}"
            values = (
                None if one is None else {"policy": policy, **one},
                None if two is None else {"policy": policy, **two},
            )
            if two is None:
                how = f"a policy that forces guardrails no longer holds for account {agent.account}"
                found.append(Change("guardrail.removed", subject, *values, how))
            elif one is None:
                how = f"a policy of the organisation forces guardrails on account {agent.account}"
                found.append(Change("guardrail.added", subject, *values, how))
            elif None not in (one["document"], two["document"]) and one != two:
                how = f"a policy that forces guardrails on account {agent.account} differs"
                found.append(Change("guardrail.changed", subject, *values, how))
        return found


def _policies(
    organization: Organization | None, account: str
) -> Mapping[str, dict[str, Any]] | None:
    """Return the policies that force guardrails on an account, None where a level was not read."""
    ceilings = organization.ceilings if organization is not None else ()
    levels = next((one.levels for one in ceilings if one.account == account), None)
    if organization is None or levels is None:
        return None
    named: set[str] = set()
    for level in levels:
        if level.bedrock is None:
            return None
        named |= set(level.bedrock)
    held = {one.id: one for one in organization.policies}
    return {
        policy: {"name": held[policy].name, "document": held[policy].document}
        for policy in named
        if policy in held
    }


def _key(arn: str, version: str) -> tuple[str, str]:
    return _name(arn), version


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
