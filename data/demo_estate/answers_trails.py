"""What AWS answers about whether anything leaves a trace."""

from collections.abc import Iterator

from demo_estate.lines import Line, Page

_TRAIL = "examplecorp-organisation"


def answers(page: Page) -> Iterator[Line]:
    """Yield the invocation logging of a place and its trail."""
    logging = {
        "cloudWatchConfig": {
            "logGroupName": "/aws/bedrock/invocations",
            "roleArn": f"arn:aws:iam::{page.place.account}:role/bedrock-invocation-logging",
        },
        "textDataDeliveryEnabled": False,
    }
    yield page.line("bedrock", "GetModelInvocationLoggingConfiguration", {"loggingConfig": logging})
    yield from _trail(page)


def _trail(page: Page) -> Iterator[Line]:
    """Management events are logged, data events are not: invocations of agents leave no trace."""
    arn = f"arn:aws:cloudtrail:us-east-1:999988887777:trail/{_TRAIL}"
    trail = {
        "Name": _TRAIL,
        "S3BucketName": "examplecorp-audit-logs",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "HomeRegion": "us-east-1",
        "TrailARN": arn,
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": False,
        "IsOrganizationTrail": True,
    }
    yield page.line("cloudtrail", "DescribeTrails", {"trailList": [trail]})
    status = {"IsLogging": True, "StartLoggingTime": "2025-09-01T08:00:00Z"}
    yield page.line("cloudtrail", "GetTrailStatus", status, {"Name": arn})
    selectors = [
        {
            "ReadWriteType": "All",
            "IncludeManagementEvents": True,
            "DataResources": [],
            "ExcludeManagementEventSources": [],
        }
    ]
    body = {"TrailARN": arn, "EventSelectors": selectors}
    yield page.line("cloudtrail", "GetEventSelectors", body, {"TrailName": arn})
