"""What AWS answers where there is nothing of a kind, and whether anything leaves a trace."""

from collections.abc import Iterator

from demo_estate.lines import Line, Page

_EMPTY = {
    "bedrock-agent": {"ListPrompts": "promptSummaries"},
    "bedrock-agentcore-control": {
        "ListApiKeyCredentialProviders": "credentialProviders",
        "ListBrowsers": "browserSummaries",
        "ListCodeInterpreters": "codeInterpreterSummaries",
        "ListOauth2CredentialProviders": "credentialProviders",
        "ListPolicyEngines": "policyEngines",
        "ListWorkloadIdentities": "workloadIdentities",
    },
}
_TRAIL = "examplecorp-organisation"


def answers(page: Page) -> Iterator[Line]:
    """Yield the empty listings of a place, its invocation logging and its trail."""
    for service, operations in _EMPTY.items():
        for operation, key in operations.items():
            yield page.line(service, operation, {key: []})
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
