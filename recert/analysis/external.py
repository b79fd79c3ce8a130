"""Where an agent's work leaves AWS: endpoints of others, and the credentials that open them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from recert.analysis.acting import judged_versions
from recert.analysis.ways import Driven
from recert.estate.agents import Agent, AgentVersion
from recert.estate.companions import Integration
from recert.estate.estate import Estate

_WEB = ("http://", "https://", "git@", "ssh://")
_OWN = (".amazonaws.com", ".api.aws", ".on.aws", ".amazonaws.com.cn")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place outside: a host or a vendor, through which agent and what, with which credential."""

    place: str
    kind: str
    agent: str
    via: str
    credential: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the endpoint as a JSON value."""
        return {
            "place": self.place,
            "kind": self.kind,
            "agent": self.agent,
            "via": self.via,
            "credential": self.credential,
        }


def endpoints(estate: Estate, agent: Agent, reach: Driven) -> tuple[Endpoint, ...]:
    """Return the places outside of AWS that an agent and its collaborators work with, sorted."""
    found: set[Endpoint] = set()
    mates = (estate.agents_by_arn.get(arn) for arn in reach.agents)
    for one in (agent, *(mate for mate in mates if mate is not None)):
        for version in judged_versions(one):
            found.update(_of_version(estate, one, version))
    found.update(_of_bases(estate, agent, reach))
    return tuple(sorted(found, key=lambda item: (item.place, item.kind, item.agent, item.via)))


def places(found: Iterable[Endpoint]) -> tuple[str, ...]:
    """Return the places once each, sorted."""
    return tuple(sorted({item.place for item in found}))


def _of_version(estate: Estate, agent: Agent, version: AgentVersion) -> Iterator[Endpoint]:
    outside, _, base = (version.model or "").partition(" at ")
    if ":" in outside and base:
        yield Endpoint(_host(base), "model", agent.arn, f"model {outside}")
    for item in version.integrations:
        via = f"{item.kind.replace('_', ' ')} {item.name}"
        if item.target and _is_outside(item.target):
            yield Endpoint(_host(item.target), item.kind, agent.arn, via, item.credential)
        yield from _credentials(estate, agent, item, via)


def _credentials(estate: Estate, agent: Agent, item: Integration, via: str) -> Iterator[Endpoint]:
    """Yield what the credential providers of an integration open; unread ones by their ARN."""
    for arn in item.provider_arns:
        provider = estate.resources_by_arn.get(arn)
        if provider is None:
            yield Endpoint(arn, "credential_provider", agent.arn, via, arn)
            continue
        hosts = [_host(text) for text in provider.targets if _is_outside(text)]
        for place in dict.fromkeys(hosts) or (provider.vendor or provider.name,):
            yield Endpoint(place, "credential_provider", agent.arn, via, arn)


def _of_bases(estate: Estate, agent: Agent, reach: Driven) -> Iterator[Endpoint]:
    for base in reach.bases_in(estate):
        for text in base.endpoints:
            if _is_outside(text):
                yield Endpoint(_host(text), "vector_store", agent.arn, f"store of {base.name}")
        for source in base.data_sources or ():
            for text in source.urls:
                if _is_outside(text):
                    via = f"data source {source.name} of {base.name}"
                    yield Endpoint(_host(text), "data_source", agent.arn, via, source.secret_arn)


def _is_outside(text: str) -> bool:
    return text.startswith(_WEB) and not _host(text).endswith(_OWN)


def _host(text: str) -> str:
    """Return the host of a URL in lower case, without what could carry a secret."""
    rest = text.partition("://")[2] or text
    host = rest.split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    return host.lower()
