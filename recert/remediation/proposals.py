"""What a person has to do where recert does not write: in words, with documents and commands."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recert.campaigns.remedies import INVOKES, Analyst, Removal, propose_boundary, propose_scp
from recert.iam.rewrite_principals import Named, principals_of, take_from_principals
from recert.remediation.commands import Command
from recert.remediation.documents import statements_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to do instead: `why` in words, commands in their order, documents by file name."""

    why: str
    commands: tuple[Command | str, ...] = ()
    documents: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words, then one command a line."""
        lines = [one if isinstance(one, str) else one.shell for one in self.commands]
        return "\n".join((self.why, *lines))


def by_hand(removal: Removal, analyst: Analyst) -> tuple[str, Proposal]:
    """Return why recert does not write this, and what to do instead."""
    found = _BY_KIND.get(removal.kind)
    if found is not None:
        return found(removal, analyst)
    return (
        "This is no permission of a policy.",
        Proposal(f"Resolve by hand: {removal.title}. The next reading verifies it."),
    )


def _permission(_removal: Removal, _analyst: Analyst) -> tuple[str, Proposal]:
    return (
        "The policy belongs to AWS.",
        Proposal("Detach it, or replace it by a customer-managed copy without this grant."),
    )


def _invoker(removal: Removal, analyst: Analyst) -> tuple[str, Proposal]:
    kind, _, name = removal.subject.partition(" ")
    if kind == "agent":
        return (
            "Another agent hands work to this one: that is part of the other agent.",
            Proposal(
                f"Take the collaborator out of {name}, prepare it, and route its alias to the new "
                "version."
            ),
        )
    if removal.subject == "authorizer":
        return (
            "Whom the agent lets in is part of its own settings, and those who use it would be shut out.",
            Proposal(
                f"Set the authorizer of {removal.agent} to one that names its issuer, its clients "
                "and its audience, or to AWS_IAM."
            ),
        )
    if removal.subject.startswith("resource policy "):
        return _agents_policy(removal, analyst)
    principals = (
        [name] if kind == "role" else [str(p) for p in removal.basis.get("principals") or ()]
    )
    lines = [line for principal in principals for line in _where(removal, principal, analyst)]
    return (
        "Who may invoke an agent is granted where the invoker lives.",
        Proposal(
            f"Take the permission to invoke {removal.agent} from: {', '.join(principals)}.",
            tuple(lines),
        ),
    )


def _agents_policy(removal: Removal, analyst: Analyst) -> tuple[str, Proposal]:
    """Propose the policy of an agent without one principal."""
    why = "The policy of the agent itself lets it in, and it may be another team that relies on it."
    principal = str(removal.basis.get("principal"))
    agent = analyst.estate.agents_by_arn.get(str(removal.agent))
    if agent is None or agent.resource_policy is None:
        return why, Proposal(f"Take {principal} out of the resource policy of {removal.agent}.")
    document = json.loads(agent.resource_policy)
    cuts: dict[int, dict[Named, dict[str, Sequence[str]]]] = {
        index: {named: {} for named in principals_of(one) if _means(named, principal)}
        for index, one in enumerate(statements_of(document))
        if one.get("Effect") == "Allow" and any(_means(n, principal) for n in principals_of(one))
    }
    made = take_from_principals(document, cuts).document
    service, arn = "bedrock-agentcore-control", {"resourceArn": agent.arn}
    change = (
        Command(service, "DeleteResourcePolicy", arn, agent.region)
        if made is None
        else Command(
            service,
            "PutResourcePolicy",
            {**arn, "policy": json.dumps(made, separators=(",", ":"))},
            agent.region,
        )
    )
    return why, Proposal(
        f"The policy without {principal}, and everybody else as before:",
        (change,),
        {f"{agent.id}-resource-policy.json": json.dumps(made, indent=2)} if made else {},
    )


def _means(named: Named, principal: str) -> bool:
    kind, value = named
    return value == principal or (principal == "anybody" and (kind == "*" or value == "*"))


def _where(removal: Removal, principal: str, analyst: Analyst) -> Iterable[str]:
    """Yield which grants of a role let it invoke an agent."""
    agent = analyst.estate.agents_by_arn.get(str(removal.agent))
    invoke = INVOKES.get(agent.kind, "").lower() if agent is not None else ""
    role = principal.rpartition("/")[2]
    for grant in analyst.role_grants(principal):
        if any(one.lower() == invoke for one in grant.effective):
            place = f"{grant.source.arn or grant.source.name}, statement {grant.index}"
            yield f"# {role}: {grant.action} of {place}, on {', '.join(grant.resources)}"


def _stewardship(removal: Removal, _analyst: Analyst) -> tuple[str, Proposal]:
    return (
        "Nobody answers for the agent any more: it has to get an owner, or to go.",
        Proposal(
            f"Give it an owner with `recert agent set {removal.agent} --owner …`, or stop it with "
            "`recert quarantine` and delete it with its roles."
        ),
    )


def _unread(removal: Removal, _analyst: Analyst) -> tuple[str, Proposal]:
    return (
        "What could not be read cannot be taken away.",
        Proposal(f"Let it be read (`recert doctor`), then review it: {removal.title}."),
    )


def ceiling(
    analyst: Analyst, role_arn: str, taken: Collection[str]
) -> tuple[tuple[Command | str, ...], dict[str, str]]:
    """Return commands and documents of the ceilings that take some grants of a role, and only these.

    A boundary or a service control policy is named only where the engine found that nothing else of
    the role and nobody else is touched; where it is refused, the reason stands in its place.
    """
    name = role_arn.rpartition("/")[2]
    keep = [grant.key for grant in analyst.role_grants(role_arn) if grant.key not in taken]
    lines: list[Command | str] = []
    documents: dict[str, str] = {}
    role = analyst.estate.roles_by_arn[role_arn]
    for propose in (propose_boundary, propose_scp):
        found = propose(analyst, role_arn, keep, taken)
        if found.document is None:
            lines.append(f"# No {found.kind}: {found.reason}")
            continue
        file = f"{name}-{found.kind}.json"
        documents[file] = json.dumps(found.document, indent=2)
        if found.kind == "boundary":
            lines += _boundary(role.account, name, found.document)
        else:
            lines += [
                "# A service control policy, in the management account, attached to this account:",
                Command(
                    "organizations",
                    "CreatePolicy",
                    {
                        "Name": f"recert-{name}"[:128],
                        "Description": f"Keeps role {name} to what was attested",
                        "Type": "SERVICE_CONTROL_POLICY",
                        "Content": json.dumps(found.document, separators=(",", ":")),
                    },
                ),
            ]
    return tuple(lines), documents


def _boundary(account: str, role: str, document: Mapping[str, Any]) -> list[Command | str]:
    policy = f"recert-boundary-{role}"[:128]
    return [
        "# A boundary for this role alone:",
        Command(
            "iam",
            "CreatePolicy",
            {
                "PolicyName": policy,
                "PolicyDocument": json.dumps(document, separators=(",", ":")),
            },
        ),
        Command(
            "iam",
            "PutRolePermissionsBoundary",
            {"RoleName": role, "PermissionsBoundary": f"arn:aws:iam::{account}:policy/{policy}"},
        ),
    ]


_BY_KIND: Mapping[str, Callable[[Removal, Analyst], tuple[str, Proposal]]] = {
    "permission": _permission,
    "invoker": _invoker,
    "stewardship": _stewardship,
    "unread": _unread,
}
