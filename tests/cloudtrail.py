"""Events of CloudTrail as a queue delivers them."""

import json
from typing import Any

LATER = "2027-01-01T00:00:00Z"


def envelope(
    name: str = "UpdateAgent", source: str = "bedrock", at: str = LATER, **detail: Any
) -> str:
    """Return an event as EventBridge delivers it."""
    told = {
        "eventID": f"{name}-1",
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "eventTime": at,
        "awsRegion": "us-east-1",
        **detail,
    }
    return json.dumps(
        {
            "version": "0",
            "id": "x",
            "detail-type": "AWS API Call via CloudTrail",
            "source": f"aws.{source}",
            "time": at,
            "region": "us-east-1",
            "detail": told,
        }
    )
