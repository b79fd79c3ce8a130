"""Which line answers a request."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from recert.aws.matching import Place
from recert.aws.recording import Recording, read_recording

HERE = Place("111122223333", "us-east-1")


def line(
    params: dict[str, Any],
    mark: str,
    *,
    service: str = "bedrock-agent",
    operation: str = "ListAgents",
    region: str = "us-east-1",
    account: str = "111122223333",
) -> dict[str, Any]:
    return {
        "at": "2026-11-01T09:00:00Z",
        "account": account,
        "region": region,
        "service": service,
        "operation": operation,
        "params": params,
        "status": 403,
        "error": {"Code": mark, "Message": ""},
    }


def recording(*lines: dict[str, Any]) -> Recording:
    raw = b"".join(json.dumps(one).encode() + b"\n" for one in lines)
    return read_recording(io.BytesIO(raw), name="test")


def answered(
    played: Recording,
    params: dict[str, Any],
    *,
    service: str = "bedrock-agent",
    operation: str = "ListAgents",
    place: Place = HERE,
) -> str | None:
    found = played.answer(place, service, operation, params)
    return found.error_code if found else None


def test_a_line_without_parameters_answers_any_call() -> None:
    played = recording(line({}, "any"))
    assert answered(played, {"nextToken": "x", "maxResults": 5}) == "any"


def test_a_line_answers_only_when_every_parameter_that_it_names_is_equal() -> None:
    played = recording(line({"agentId": "A"}, "a", operation="GetAgent"))
    assert answered(played, {"agentId": "A"}, operation="GetAgent") == "a"
    assert answered(played, {"agentId": "B"}, operation="GetAgent") is None
    assert answered(played, {}, operation="GetAgent") is None


def test_the_line_that_names_most_wins_wherever_it_stands() -> None:
    both = {"agentId": "A", "agentVersion": "1"}
    lines = [
        line(both, "both", operation="GetAgentVersion"),
        line({"agentId": "A"}, "agent", operation="GetAgentVersion"),
        line({}, "any", operation="GetAgentVersion"),
    ]
    for order in (lines, lines[::-1]):
        played = recording(*order)
        assert answered(played, both, operation="GetAgentVersion") == "both"
        other = {"agentId": "A", "agentVersion": "2"}
        assert answered(played, other, operation="GetAgentVersion") == "agent"
        assert answered(played, {"agentId": "B"}, operation="GetAgentVersion") == "any"


def test_of_two_that_name_as_much_the_later_wins() -> None:
    first = line({"agentId": "A"}, "first", operation="GetAgentVersion")
    second = line({"agentVersion": "1"}, "second", operation="GetAgentVersion")
    request = {"agentId": "A", "agentVersion": "1"}
    played = recording(first, second)
    assert answered(played, request, operation="GetAgentVersion") == "second"
    played = recording(second, first)
    assert answered(played, request, operation="GetAgentVersion") == "first"
    again = recording(first, {**first, "error": {"Code": "again", "Message": ""}})
    assert answered(again, request, operation="GetAgentVersion") == "again"


def test_page_sizes_never_count_and_tokens_do() -> None:
    played = recording(line({"maxResults": 7}, "sized"), line({"nextToken": "t"}, "second"))
    assert answered(played, {"maxResults": 1000}) == "sized"
    assert answered(played, {}) == "sized"
    assert answered(played, {"nextToken": "t", "maxResults": 3}) == "second"
    # A page size is no parameter that names anything, so the token's line still names most.
    played = recording(line({"nextToken": "t"}, "second"), line({"maxResults": 7}, "sized"))
    assert answered(played, {"nextToken": "t"}) == "second"


def test_another_account_or_region_is_not_answered() -> None:
    played = recording(line({}, "any"))
    assert answered(played, {}, place=Place("111122223333", "eu-west-1")) is None
    assert answered(played, {}, place=Place("444455556666", "us-east-1")) is None


def test_what_holds_for_a_whole_account_is_found_under_any_of_its_regions() -> None:
    operation = "GetAccountAuthorizationDetails"
    west = line({}, "west", service="iam", operation=operation, region="eu-west-1")
    played = recording(west)
    assert answered(played, {}, service="iam", operation=operation) == "west"
    east = line({}, "east", service="iam", operation=operation)
    played = recording(east, west)
    assert answered(played, {}, service="iam", operation=operation) == "east"
    elsewhere = Place("444455556666", "us-east-1")
    assert answered(played, {}, service="iam", operation=operation, place=elsewhere) is None


def test_a_list_of_enumerated_words_is_a_set() -> None:
    operation = "GetAccountAuthorizationDetails"
    played = recording(line({"Filter": ["Role", "User"]}, "x", service="iam", operation=operation))
    request = {"Filter": ["User", "Role"]}
    assert answered(played, request, service="iam", operation=operation) == "x"
    assert answered(played, {"Filter": ["User"]}, service="iam", operation=operation) is None


@pytest.mark.parametrize(
    "written",
    ["pay", "111122223333:function:pay", "arn:aws:lambda:us-east-1:111122223333:function:pay"],
)
def test_a_function_is_the_same_by_name_and_by_arn(written: str) -> None:
    played = recording(
        line({"FunctionName": written}, "f", service="lambda", operation="GetPolicy")
    )
    request = {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:pay"}
    assert answered(played, request, service="lambda", operation="GetPolicy") == "f"
    assert answered(played, {"FunctionName": "pay"}, service="lambda", operation="GetPolicy") == "f"
    assert answered(played, {"FunctionName": "p"}, service="lambda", operation="GetPolicy") is None


def test_a_qualifier_is_the_same_inside_and_beside_the_name() -> None:
    beside = {"FunctionName": "pay", "Qualifier": "prod"}
    played = recording(line(beside, "f", service="lambda", operation="GetPolicy"))
    inside = {"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:pay:prod"}
    assert answered(played, inside, service="lambda", operation="GetPolicy") == "f"
    assert (
        answered(played, {"FunctionName": "pay"}, service="lambda", operation="GetPolicy") is None
    )


def test_instants_are_compared_as_instants() -> None:
    params = {"StartTime": "2026-11-01T10:00:00+01:00"}
    played = recording(line(params, "t", service="cloudtrail", operation="LookupEvents"))
    request = {"StartTime": datetime(2026, 11, 1, 9, tzinfo=UTC)}
    assert answered(played, request, service="cloudtrail", operation="LookupEvents") == "t"
