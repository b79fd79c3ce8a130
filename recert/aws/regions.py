"""Which regions offer agents, as AWS documents it; botocore's own data does not say."""

from collections.abc import Callable

BEDROCK_AGENTS = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-west-2",
    }
)
"""Regions with the build-time endpoint of Bedrock Agents (AWS General Reference, 2026)."""

AGENTCORE = frozenset(
    {
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-central-1",
        "eu-west-1",
        "us-east-1",
        "us-east-2",
        "us-west-2",
    }
)
"""Regions known to have the control plane of AgentCore; others are tried."""

_NOWHERE = frozenset[str]()
_KNOWN = {
    "bedrock-agent": BEDROCK_AGENTS,
    "bedrock-agentcore-control": AGENTCORE,
    "bedrock-agentcore": AGENTCORE,
    # AWS documents no list of regions: the endpoint's name decides everywhere.
    "agent-registry-control": _NOWHERE,
}

EVERY = tuple(sorted(BEDROCK_AGENTS | AGENTCORE))
"""Every region in which agents are known to be offered."""


def offers(service: str, region: str, has_endpoint: Callable[[], bool]) -> bool:
    """Tell whether a service is offered in a region.

    A region that the table does not list may be newer than the table: there the existence of the
    endpoint's name decides, so that a new region is never taken for an empty one.
    """
    known = _KNOWN.get(service)
    return known is None or region in known or has_endpoint()
