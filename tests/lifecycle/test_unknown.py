"""What could not be read is unknown: never removed, never new, never changed."""

from typing import Any

import pytest

from recert.estate.agents import AgentKind
from recert.estate.estate import Coverage, Estate, Gap, Visit
from recert.lifecycle import compare
from recert.lifecycle.unread import AGENT_LISTINGS


def gap(w: Any, operation: str, subject: str = "", service: str = "bedrock-agent") -> Coverage:
    return Coverage(
        gaps=(
            Gap(
                account=w.ACCOUNT,
                region=w.REGION,
                service=service,
                operation=operation,
                error="AccessDeniedException",
                effect="unknown",
                subject=subject,
            ),
        )
    )


def kinds(before: Estate | None, after: Estate) -> list[str]:
    return [event.kind for event in compare(before, after)]


def test_agents_that_could_not_be_listed_are_not_removed(w: Any, estate: Estate) -> None:
    silent = w.later(estate, agents=(), visits=(), coverage=gap(w, "ListAgents"))
    events = compare(estate, silent)
    assert {event.kind for event in events} == {"coverage.gap"}
    assert {event.agent for event in events} == {w.HR, w.BANK}


def test_agents_that_come_back_after_a_gap_are_a_baseline(w: Any, estate: Estate) -> None:
    silent = w.later(estate, agents=(), visits=(), coverage=gap(w, "ListAgents"))
    events = compare(silent, w.later(estate))
    assert {event.kind for event in events} == {"agent.added"}
    assert all((event.after or {})["baseline"] for event in events)


def test_a_region_that_was_not_visited_says_nothing(w: Any, estate: Estate) -> None:
    elsewhere = (
        Visit(account=w.ACCOUNT, region="eu-west-1", kind=AgentKind.BEDROCK_AGENT, collector=1),
    )
    assert kinds(estate, w.later(estate, agents=(), visits=elsewhere)) == []


def test_action_groups_that_could_not_be_listed_are_not_removed(w: Any, estate: Estate) -> None:
    silent = w.with_version(estate, w.HR, "1", action_groups=(), unknown=("action_groups",))
    assert kinds(estate, silent) == []
    assert kinds(silent, w.later(estate)) == []


def test_a_gap_about_one_version_does_not_hide_another(w: Any, estate: Estate) -> None:
    changed = w.with_version(estate, w.HR, "1", action_groups=())
    hidden = w.later(changed, coverage=gap(w, "ListAgentActionGroups", "HR00000001:DRAFT"))
    assert "action_group.removed" in kinds(estate, hidden)


def test_data_sources_that_could_not_be_listed_are_not_removed(w: Any, estate: Estate) -> None:
    base = estate.knowledge_bases[0].model_copy(update={"data_sources": None})
    assert kinds(estate, w.later(estate, knowledge_bases=(base,))) == []


def test_roles_that_could_not_be_read_are_not_removed(w: Any, estate: Estate) -> None:
    silent = w.later(
        estate, roles=(), coverage=gap(w, "GetAccountAuthorizationDetails", service="iam")
    )
    assert set(kinds(estate, silent)) == {"coverage.gap"}


def test_a_managed_policy_without_its_document_is_neither_wider_nor_narrower(
    w: Any, estate: Estate
) -> None:
    policies = tuple(item.model_copy(update={"document": None}) for item in estate.managed_policies)
    unread = w.later(estate, managed_policies=policies)
    assert kinds(estate, unread) == []
    assert kinds(unread, w.later(estate)) == []


def test_a_policy_that_is_attached_unread_counts_as_wider(w: Any, estate: Estate) -> None:
    arn = "arn:aws:iam::aws:policy/Mystery"
    attached = w.with_role(estate, w.HR_ROLE, attached=(w.SHARED_POLICY, arn))
    (event,) = compare(estate, attached)
    assert event.kind == "policy.widened"
    assert "could not be read" in event.how


def test_tags_that_could_not_be_read_change_no_owner(w: Any, estate: Estate) -> None:
    blind = w.with_agent(
        estate,
        w.HR,
        lambda a: a.model_copy(update={"tags": None, "owner": None, "purpose": None}),
    )
    assert kinds(estate, blind) == []


def test_a_guardrail_without_content_is_not_changed(w: Any, estate: Estate) -> None:
    blind = (estate.guardrails[0].model_copy(update={"content": None}),)
    assert kinds(estate, w.later(estate, guardrails=blind)) == []


def test_a_gap_is_told_once(w: Any, estate: Estate) -> None:
    blind = w.later(estate, coverage=gap(w, "GetFunctionConfiguration", w.TOOL, "lambda"))
    assert [(e.agent, e.kind) for e in compare(estate, blind)] == [(w.HR, "coverage.gap")]
    assert kinds(blind, w.later(blind)) == []


def test_a_gap_that_concerns_nobody_has_no_agent(w: Any, estate: Estate) -> None:
    blind = w.later(estate, coverage=gap(w, "GetBucketTagging", "arn:aws:s3:::nobodys", "s3"))
    assert [(e.agent, e.kind) for e in compare(estate, blind)] == [("", "coverage.gap")]


def test_every_kind_of_agent_has_a_listing() -> None:
    assert set(AGENT_LISTINGS) == set(AgentKind)


@pytest.mark.parametrize("collector", [2, 7])
def test_a_newer_collector_reads_a_baseline(collector: int, w: Any, estate: Estate) -> None:
    visits = tuple(item.model_copy(update={"collector": collector}) for item in estate.visits)
    changed = w.with_version(estate, w.HR, "1", model="amazon.nova-pro-v1:0")
    assert kinds(estate, w.later(changed, visits=visits)) == []
