"""What AgentCore's runtimes and harnesses share: endpoints, versions, authorizers, networks."""

from collections.abc import Iterable, Mapping
from typing import Any

from recert.aws import core_reads
from recert.aws.collect.values import dig, document, every, tag_map, text, unique
from recert.aws.reader import Answer, Listing, Reader
from recert.aws.redaction import concealed
from recert.estate.agents import Alias
from recert.estate.base import Concealed, Tags
from recert.estate.companions import Access

SERVICE = "bedrock-agentcore-control"
DEFAULT = "DEFAULT"
"""The endpoint that always follows the latest version."""


def read_tags(reader: Reader, arn: str) -> Tags | None:
    """Return the tags of an AgentCore resource, None where they could not be read."""
    answer = reader.call(core_reads.LIST_CORE_TAGS, subject=arn, resourceArn=arn)
    return tag_map(dig(answer.output, "tags")) if answer.output is not None else None


def read_resource_policy(reader: Reader, arn: str) -> tuple[str | None, bool]:
    """Return a resource policy, None where there is none, and whether AWS said so."""
    answer: Answer = reader.call(core_reads.GET_CORE_POLICY, subject=arn, resourceArn=arn)
    return document(dig(answer.output, "policy")), answer.known


def endpoints(listing: Listing, name_key: str, arn_key: str, latest: str | None) -> list[Alias]:
    """Return endpoints as aliases; without a whole listing, the one that follows the latest version."""
    found: dict[str, Alias] = {}
    for item in listing.items:
        name = text(item.get(name_key)) or text(item.get("id"))
        served = text(item.get("liveVersion")) or text(item.get("targetVersion"))
        if name is not None:
            found[name] = Alias(
                id=name,
                name=name,
                arn=text(item.get(arn_key)),
                versions=(served,) if served else (),
                status=text(item.get("status")),
            )
    if DEFAULT not in found and not listing.complete and latest:
        found[DEFAULT] = Alias(id=DEFAULT, name=DEFAULT, versions=(latest,))
    return [found[key] for key in sorted(found)]


def live_versions(aliases: Iterable[Alias], latest: str | None, also: frozenset[str]) -> list[str]:
    """Return the versions to read, newest last: those served, the latest, and those in `also`."""
    served = {version for alias in aliases for version in alias.versions} | also
    return newest(served | ({latest} if latest else set()))


def access_of(configuration: Any, kind: str | None = None) -> Access:
    """Return who is let in by an authorizer configuration; without one, IAM decides."""
    jwt = dig(configuration, "customJWTAuthorizer")
    if not jwt:
        return Access(authorizer=kind or "AWS_IAM")
    return Access(
        authorizer=kind or "CUSTOM_JWT",
        issuer=text(jwt.get("discoveryUrl")),
        clients=unique(jwt.get("allowedClients") or ()),
        audiences=unique(jwt.get("allowedAudience") or ()),
        scopes=unique(jwt.get("allowedScopes") or ()),
        claims=unique(
            str(claim.get("inboundTokenClaimName") or "") for claim in jwt.get("customClaims") or ()
        ),
        claim_rules=unique(_rule(claim) for claim in jwt.get("customClaims") or ()),
        workloads=unique(
            every(jwt.get("allowedWorkloadConfiguration"), "workloadIdentities", "arn", "name")
        ),
    )


def _rule(claim: Mapping[str, Any]) -> str:
    match = claim.get("authorizingClaimMatchValue") or {}
    wanted = unique(every(match, "matchValueString", "matchValueStringList"))
    operator = text(match.get("claimMatchOperator")) or "EQUALS"
    return f"{claim.get('inboundTokenClaimName') or ''} {operator} {', '.join(wanted)}"


def network_of(configuration: Any) -> tuple[str, ...]:
    """Return the network mode, then the security groups and subnets."""
    mode = text(dig(configuration, "networkMode"))
    places = unique(every(configuration, "securityGroups", "subnets"))
    return (*((mode,) if mode else ()), *places)


def environment_of(variables: Any) -> dict[str, Concealed]:
    """Return the concealed values of environment variables by name."""
    if not isinstance(variables, Mapping):
        return {}
    found = {name: concealed(value) for name, value in sorted(variables.items())}
    return {name: value for name, value in found.items() if value is not None}


def artifact_of(artifact: Any) -> str | None:
    """Return where the code comes from: an image URI, or a bucket, key and version."""
    image = text(dig(artifact, "containerConfiguration", "containerUri"))
    if image is not None:
        return image
    place = dig(artifact, "codeConfiguration", "code", "s3")
    if not place:
        return None
    version = text(place.get("versionId"))
    key = f"s3://{place.get('bucket') or ''}/{place.get('prefix') or ''}"
    return f"{key}?versionId={version}" if version else key


def newest(versions: set[str]) -> list[str]:
    """Return version numbers in order, the newest last."""
    return sorted(versions, key=lambda one: (len(one), one))
