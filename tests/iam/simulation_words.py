"""Lines of a simulation in few words, and the answers to them."""

import json
from typing import Any

from recert.iam.simulate import run_lines

FULL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
OWN = "111122223333"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/R/s"


def line(**elements: Any) -> dict[str, Any]:
    found = {"id": "c1", "PolicyInputList": [FULL], "ActionNames": ["s3:GetObject"], **elements}
    return {key: value for key, value in found.items() if value is not ...}


def answers(*lines: Any) -> list[tuple[dict[str, Any], bool]]:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    found = list(run_lines(texts))
    assert list(run_lines(each.encode() for each in texts)) == found
    return [(json.loads(text), good) for text, good in found]
