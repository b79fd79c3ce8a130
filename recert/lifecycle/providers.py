"""Credential providers that came: whose agents could fetch a credential from them.

A provider that a version names is told by the integration that names it. One that nobody names
still concerns every agent whose execution role may fetch tokens or keys in its place.
"""

from collections.abc import Iterator

from recert.analysis.acting import driven
from recert.analysis.normal import units
from recert.estate.agents import Agent
from recert.estate.authority import Role
from recert.estate.companions import Resource
from recert.estate.estate import Estate
from recert.iam.overlap import intersects
from recert.lifecycle.changes import Change, summary
from recert.lifecycle.unread import Unread

LISTINGS = {
    "oauth2-provider": "ListOauth2CredentialProviders",
    "api-key-provider": "ListApiKeyCredentialProviders",
}
_FETCH = (
    "bedrock-agentcore:getresourceoauth2token",
    "bedrock-agentcore:getresourceapikey",
)
_SHOWN = ("unknown", "status", "managed_by")


def new_providers(before: Estate, after: Estate) -> Iterator[tuple[str, Change]]:
    """Yield the agents that a provider concerns which is new, `""` where there is none."""
    visited = {(one.account, one.region) for one in before.visits}
    unread = (Unread(before), Unread(after))
    for provider in after.resources_by_arn.values():
        listing = LISTINGS.get(provider.kind)
        if listing is None or provider.arn in before.resources_by_arn:
            continue
        place = (provider.account, provider.region)
        if place not in visited or any(side.listing((listing,), *place) for side in unread):
            continue
        named = {agent.arn for agent in after.agents if _names(agent, provider)}
        if named:
            continue
        able = [agent.arn for agent in after.agents if _may_fetch(after, agent, provider)]
        how = "the token vault has a credential provider that was not there before"
        values = summary(provider, without=_SHOWN)
        for agent in able or [""]:
            yield agent, Change("credential_provider.added", provider.arn, None, values, how)


def _names(agent: Agent, provider: Resource) -> bool:
    return any(
        provider.arn in (item.target, *item.provider_arns)
        for version in agent.versions
        for item in version.integrations
    )


def _may_fetch(estate: Estate, agent: Agent, provider: Resource) -> bool:
    if (agent.account, agent.region) != (provider.account, provider.region):
        return False
    roles = (estate.roles_by_arn.get(arn) for arn in driven(estate, agent).role_arns)
    return any(role is not None and _lets(estate, role) for role in roles)


def _lets(estate: Estate, role: Role) -> bool:
    return any(
        unit.effect == "Allow"
        and not unit.not_action
        and any(intersects(unit.action[0], action) for action in _FETCH)
        for _, text in estate.documents_of(role)
        for unit in (units(text) if text else None) or ()
    )
