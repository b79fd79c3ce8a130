"""What a recording must be, line by line."""

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from recert.aws.matching import Place
from recert.aws.recording import load_recording, read_recording
from recert.errors import RecordingError

LINE: dict[str, Any] = {
    "at": "2026-11-01T09:00:00Z",
    "account": "111122223333",
    "region": "us-east-1",
    "service": "bedrock-agent",
    "operation": "ListAgents",
    "params": {},
    "status": 200,
    "output": {"agentSummaries": []},
}
PLACE = Place("111122223333", "us-east-1")


def text(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def read(raw: bytes, **more: Any) -> Any:
    return read_recording(io.BytesIO(raw), name="test", **more)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in LINE.items() if name != key}


@pytest.mark.parametrize("key", [key for key in LINE if key != "output"])
def test_a_missing_key_is_named_with_its_line(key: str) -> None:
    with pytest.raises(RecordingError, match=f"line 2: the key '{key}' is missing") as caught:
        read(text(LINE, without(key)))
    assert caught.value.line == 2
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, "no key 'surprise'"),
        ({"at": "2026-11-01"}, "RFC 3339"),
        ({"at": "2026-11-01T09:00:00"}, "RFC 3339"),
        ({"at": 5}, "RFC 3339"),
        ({"account": "12"}, "account must be 12 digits"),
        ({"account": 111122223333}, "account must be 12 digits"),
        ({"region": "../x"}, "region must be a region"),
        ({"service": "bedrok"}, "no service 'bedrok'"),
        ({"operation": "list_agents"}, "no operation 'list_agents'"),
        ({"operation": None}, "must be strings"),
        ({"params": []}, "params must be an object"),
        ({"params": {"agentid": "x"}}, "no field 'agentid'"),
        ({"params": {"maxResults": "10"}}, "is an integer, not a string"),
        ({"status": "200"}, "status must be"),
        ({"status": True}, "status must be"),
        ({"status": 404}, "an output has a status from 200 to 299"),
        ({"output": []}, "output must be an object"),
        ({"params": {"maxResults": 2**53}}, "is too large for MaxResults"),
        ({"params": {"maxResults": True}}, "is an integer, not a boolean"),
        ({"params": {"maxResults": 1.0}}, "is an integer, not a number"),
        ({"output": {"agents": []}}, "no field 'agents'"),
        ({"output": {"agentSummaries": {}}}, "is a list, not an object"),
        ({"output": {"agentSummaries": ["x"]}}, "is an object, not a string"),
        ({"output": {"agentSummaries": [{"agentId": 5}]}}, "is a string, not an integer"),
        ({"output": {"agentSummaries": [{"updatedAt": 17}]}}, "is an RFC 3339 instant"),
        ({"output": {"agentSummaries": [{"updatedAt": "soon"}]}}, "RFC 3339"),
        ({"output": {"nextToken": "\ud800"}}, "lone surrogate"),
        ({"error": {"Code": "X", "Message": ""}}, "either output or error"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordingError, match=message) as caught:
        read(text(LINE, LINE, {**LINE, **change}))
    assert caught.value.line == 3


@pytest.mark.parametrize(
    "error", ["no", {}, {"Code": 5, "Message": ""}, {"Code": ""}, {"Code": "X", "Extra": "y"}]
)
def test_an_error_line_needs_code_and_message(error: Any) -> None:
    with pytest.raises(RecordingError, match="error must hold"):
        read(text({**without("output"), "status": 403, "error": error}))


def test_a_status_of_success_is_no_error() -> None:
    with pytest.raises(RecordingError, match="300 to 599"):
        read(text({**without("output"), "error": {"Code": "X", "Message": ""}}))


def test_neither_lengths_nor_patterns_nor_enumerations_are_checked() -> None:
    summary = {"agentId": "!", "agentName": "x" * 4096, "agentStatus": "A_NEW_STATUS"}
    assert read(text({**LINE, "output": {"agentSummaries": [summary]}})).lines == 1


def test_a_null_member_counts_as_absent() -> None:
    recording = read(text({**LINE, "output": {"agentSummaries": [], "nextToken": None}}))
    assert recording.answer(PLACE, "bedrock-agent", "ListAgents", {}) is not None


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "holds no line"),
        (b"\n  \n", "holds no line"),
        (b"{", "may have been cut off"),
        (text(LINE) + text(LINE)[:-30], "line 2: no valid JSON"),
        (text(LINE) + b"\xff\n", "line 2: the line is not UTF-8"),
        (b"\xef\xbb\xbf" + text(LINE), "byte order mark"),
        (b'{"at":1,"at":2}\n', "'at' stands twice"),
        (text(LINE)[:-2] + b',"x":NaN}\n', "NaN is no JSON number"),
        (b"[1]\n", "must be a JSON object"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
    ],
)
def test_a_broken_file_is_refused_in_a_sentence(raw: bytes, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read(raw)


def test_a_last_line_without_a_line_end_is_read() -> None:
    assert read(text(LINE, LINE)[:-1]).lines == 2


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"cannot be read: No such file"):
        load_recording(tmp_path / "nothing.jsonl")
    with pytest.raises(RecordingError, match="cannot be read: Is a directory"):
        load_recording(tmp_path)


def test_the_digest_is_that_of_the_whole_file(tmp_path: Path) -> None:
    raw = text(LINE, LINE)
    path = tmp_path / "r.jsonl"
    path.write_bytes(raw)
    assert load_recording(path).digest == hashlib.sha256(raw).hexdigest()


def test_the_latest_point_in_time_is_played_unless_another_is_named() -> None:
    early = {**LINE, "at": "2026-10-01T09:00:00+01:00", "output": {"nextToken": "early"}}
    raw = text(LINE, early)
    latest = read(raw)
    assert latest.at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert latest.points == (datetime(2026, 10, 1, 8, tzinfo=UTC), latest.at)
    first = read(raw, at=datetime(2026, 10, 1, 8, tzinfo=UTC))
    found = first.answer(PLACE, "bedrock-agent", "ListAgents", {})
    assert found is not None
    assert b"early" in (found.output or b"")


def test_an_unknown_point_in_time_lists_those_that_exist() -> None:
    with pytest.raises(RecordingError, match="2026-11-01T09:00:00Z"):
        read(text(LINE), at=datetime(2026, 12, 1, tzinfo=UTC))


def test_a_broken_line_of_another_point_in_time_is_refused_too() -> None:
    broken = {**LINE, "at": "2026-01-01T00:00:00Z", "service": "nothing"}
    with pytest.raises(RecordingError, match="line 2"):
        read(text(LINE, broken))


def test_the_pairs_are_where_regional_services_were_recorded() -> None:
    iam = {
        **LINE,
        "service": "iam",
        "operation": "GetAccountAuthorizationDetails",
        "output": {},
    }
    west = {**LINE, "region": "eu-west-1"}
    other = {**iam, "account": "444455556666", "region": "aws-global"}
    assert read(text(iam, west, other)).pairs == (
        Place("111122223333", "eu-west-1"),
        Place("444455556666", "us-east-1"),
    )


def test_policy_documents_may_be_text_or_object() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    for form in (document, json.dumps(document)):
        role = {"RoleName": "r", "Arn": "a", "AssumeRolePolicyDocument": form}
        read(
            text(
                {
                    **LINE,
                    "service": "iam",
                    "operation": "GetRole",
                    "params": {"RoleName": "r"},
                    "output": {"Role": role},
                }
            )
        )


def test_an_object_where_a_name_belongs_is_refused() -> None:
    role = {"RoleName": {"a": 1}}
    with pytest.raises(RecordingError, match="is a string, not an object"):
        read(text({**LINE, "service": "iam", "operation": "GetRole", "output": {"Role": role}}))
