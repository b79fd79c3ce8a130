from typing import Any

import pytest

from recert.analysis import Catalogue, reach
from recert.estate.companions import Trails
from recert.estate.estate import Estate


def shown(w: Any, estate: Estate, catalogue: Catalogue, trails: Trails | None) -> dict[str, str]:
    seen = w.later(estate, trails=(trails,) if trails else ())
    return {step.step: step.visible for step in reach(seen, w.HR, catalogue).visibility}


@pytest.mark.parametrize(
    ("fields", "invoked", "models"),
    [
        (None, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
        ({"management": True, "data_types": ()}, "no", "yes"),
        ({"management": False, "data_types": ("*",)}, "yes", "partly"),
        ({"data_types": ("AWS::Bedrock::AgentAlias",)}, "yes", "unknown"),
        (
            {
                "data_types": ("AWS::Bedrock::AgentAlias",),
                "partly_types": ("AWS::Bedrock::AgentAlias",),
            },
            "partly",
            "unknown",
        ),
    ],
)
def test_each_step_says_whether_it_could_be_seen(
    fields: dict[str, Any] | None,
    *,
    invoked: str,
    models: str,
    w: Any,
    estate: Estate,
    catalogue: Catalogue,
) -> None:
    trails = None if fields is None else Trails(account=w.ACCOUNT, region=w.REGION, **fields)
    found = shown(w, estate, catalogue, trails)
    assert found["who invoked it"] == invoked
    assert found["which models it asked"] == models
    assert found["that it was this agent"] == "yes"


@pytest.mark.parametrize(("logged", "visible"), [(None, "unknown"), (True, "yes"), (False, "no")])
def test_whether_prompts_and_answers_are_logged_is_said(
    *, logged: bool | None, visible: str, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    trails = Trails(account=w.ACCOUNT, region=w.REGION, model_invocations=logged)
    found = shown(w, estate, catalogue, trails)
    assert found["what it asked models and what they answered"] == visible
