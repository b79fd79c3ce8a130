import pytest
from pydantic import ValidationError

from recert.estate.agents import Agent, AgentKind, AgentVersion, Alias

ARN = "arn:aws:bedrock:us-east-1:111122223333:agent/AGENT00001"


def agent(*aliases: Alias, versions: tuple[AgentVersion, ...] = ()) -> Agent:
    return Agent(
        arn=ARN,
        id="AGENT00001",
        name="hr",
        kind=AgentKind.BEDROCK_AGENT,
        account="111122223333",
        region="us-east-1",
        versions=versions,
        aliases=aliases,
    )


def alias(name: str, *versions: str, test: bool = False) -> Alias:
    return Alias(id=name, name=name, versions=versions, test=test)


def version(name: str, role: str | None = None) -> AgentVersion:
    return AgentVersion(version=name, role_arn=role)


def test_the_built_in_test_alias_serves_nothing_live() -> None:
    found = agent(alias("TSTALIASID", "DRAFT", test=True), alias("prod", "4"))
    assert found.live_versions == ("4",)


def test_live_versions_are_in_numeric_order_without_repeats() -> None:
    found = agent(alias("a", "10", "9"), alias("b", "9", "DRAFT"))
    assert found.live_versions == ("9", "10")
    assert found.draft_served


def test_a_review_judges_what_is_live() -> None:
    versions = (version("DRAFT", "draft-role"), version("4", "live-role"))
    found = agent(alias("prod", "4"), versions=versions)
    assert [item.version for item in found.reviewed_versions] == ["4"]
    assert found.execution_role_arn == "live-role"


def test_where_nothing_is_live_the_draft_is_judged() -> None:
    found = agent(alias("TSTALIASID", "DRAFT", test=True), versions=(version("DRAFT", "r"),))
    assert found.execution_role_arn == "r"


def test_the_newest_live_role_comes_first() -> None:
    versions = (version("3", "old"), version("4", "new"), version("5", "new"))
    found = agent(alias("prod", "3", "4", "5"), versions=versions)
    assert found.role_arns == ("new", "old")


def test_an_agent_without_versions_has_no_role() -> None:
    assert agent().execution_role_arn is None
    assert agent().draft is None


def test_models_are_values() -> None:
    with pytest.raises(ValidationError):
        agent().name = "other"  # type: ignore[misc]  # the refusal is the point
    with pytest.raises(ValidationError):
        AgentVersion.model_validate({"version": "1", "nonsense": True})
    assert agent() == agent()
