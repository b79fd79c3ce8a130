"""The policy document behind a grant, as the reading held it on which the campaign was staged."""

import json
from collections.abc import Mapping
from typing import Any

from recert.lifecycle import Estate


def policy_document(estate: Estate, grant: Mapping[str, Any]) -> Any:
    """Return the parsed document that a grant comes from, None where the reading does not hold it."""
    policy = grant.get("policy") or {}
    role = estate.roles_by_arn.get(str(grant.get("role_arn")))
    text: str | None = None
    if policy.get("kind") == "inline" and role is not None:
        text = next((one.document for one in role.inline if one.name == policy.get("name")), None)
    elif policy.get("arn"):
        held = estate.policies_by_arn.get(str(policy["arn"]))
        text = held.document if held is not None else None
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
