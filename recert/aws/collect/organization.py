"""The organisation above the accounts: who manages it, and which policies hold at which level."""

import re
from collections.abc import Iterable
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, text
from recert.aws.read import Read
from recert.aws.reader import Answer, Reader
from recert.estate.authority import Ceiling, CeilingLevel, ControlPolicy, Organization

_ACCOUNT_ARN = re.compile(
    r"arn:[a-z-]+:organizations::(?P<management>\d{12}):(?:account|organization)/(?P<id>o-[a-z0-9]+)(?:/.*)?"
)
BEDROCK_LIMIT = "Which guardrails the organisation forces on model calls was not told."
_BEDROCK = "BEDROCK_POLICY"
_KINDS = {
    "SERVICE_CONTROL_POLICY": "scp",
    "RESOURCE_CONTROL_POLICY": "rcp",
    _BEDROCK: "bedrock",
}
_NO_SUCH_KIND = ("InvalidInputException", "UnsupportedAPIEndpointException")
_NOT_IN_USE = "AWSOrganizationsNotInUseException"
_DEEPEST = 8
_UNREAD = "what the organisation forbids: its ceilings are unknown, not absent"


def gather(harvest: Harvest) -> None:
    """Read the organisation, as the account that may be asked about it."""
    if not harvest.options.organization or not harvest.readers:
        return
    account = harvest.source.organization_account or harvest.accounts[0]
    harvest.crew.tell("reading the organisation", 0, 1)
    reader = harvest.reader_of(account)
    forced = harvest.source.holds(reads.LIST_POLICIES_FOR_TARGET, account, Filter=_BEDROCK)
    harvest.organization = read_organization(reader, harvest.accounts, forced=forced)
    ceilings = harvest.organization.ceilings if harvest.organization else ()
    if any(level.bedrock is None for ceiling in ceilings for level in ceiling.levels):
        harvest.limits.add(BEDROCK_LIMIT)
    harvest.crew.tell("reading the organisation", 1, 1)


def read_organization(
    reader: Reader, accounts: Iterable[str], *, forced: bool = True
) -> Organization | None:
    """Read the levels above each account; None where there is no organisation or none could be read.

    Where nothing could be read, that is one gap and not one for each call. `forced` asks for the
    policies that force guardrails, too.
    """
    described = reader.call(reads.DESCRIBE_ORGANIZATION, quiet=True)
    if described.error == _NOT_IN_USE:
        return None
    listed = reader.listing(reads.LIST_ACCOUNTS, "Accounts", quiet=True)
    found = _identity(described, listed.items)
    names = {str(item.get("Id")): text(item.get("Name")) for item in listed.items}
    levels = _Levels(reader, forced=forced)
    ceilings = [
        ceiling for account in sorted(set(accounts)) if (ceiling := levels.above(account, names))
    ]
    if found is None and not ceilings:
        reader.gap(reads.DESCRIBE_ORGANIZATION, described.error or "Unknown", effect=_UNREAD)
        return None
    identity, management = found or ("", None)
    if management is None:
        reader.gap(reads.DESCRIBE_ORGANIZATION, described.error or "Unknown")
    for (read, error), subject in levels.missed.items():
        reader.gap(read, error, subject)
    return Organization(
        id=identity,
        management_account=management,
        ceilings=tuple(_without_disabled_kinds(ceilings)),
        policies=levels.read_policies(),
    )


def _identity(described: Answer, accounts: list[dict[str, Any]]) -> tuple[str, str | None] | None:
    organization = dig(described.output, "Organization") or {}
    if organization.get("Id"):
        return str(organization["Id"]), text(organization.get("MasterAccountId"))
    for account in accounts:
        match = _ACCOUNT_ARN.fullmatch(str(account.get("Arn") or ""))
        if match:
            return match["id"], match["management"]
    return None


class _Levels:
    """The organisational units and the policies on them, each read once."""

    def __init__(self, reader: Reader, *, forced: bool) -> None:
        self._reader = reader
        self._forced = forced
        self._parents: dict[str, dict[str, Any] | None] = {}
        self._attached: dict[tuple[str, str], tuple[str, ...] | None] = {}
        self._summaries: dict[str, tuple[str, dict[str, Any]]] = {}
        self.missed: dict[tuple[Read, str], str] = {}

    def above(self, account: str, names: dict[str, str | None]) -> Ceiling | None:
        """Return the levels above one account, root first; None where nothing could be read of them."""
        chain: list[tuple[str, str]] = [(account, names.get(account) or account)]
        child = account
        for _ in range(_DEEPEST):
            parent = self._parent(child)
            above = str((parent or {}).get("Id") or "")
            if parent is None or not above or above in dict(chain):
                break
            child = above
            chain.append((child, child))
            if parent.get("Type") == "ROOT" or child.startswith("r-"):
                break
        levels = [
            CeilingLevel(
                target_id=target,
                name=name,
                scps=self._policies(target, "SERVICE_CONTROL_POLICY"),
                rcps=self._policies(target, "RESOURCE_CONTROL_POLICY"),
                bedrock=self._policies(target, _BEDROCK) if self._forced else None,
            )
            for target, name in reversed(chain)
        ]
        if len(chain) == 1 and levels[0].scps is None and levels[0].rcps is None:
            return None
        return Ceiling(account=account, levels=tuple(levels))

    def _parent(self, child: str) -> dict[str, Any] | None:
        if child not in self._parents:
            listing = self._reader.listing(
                reads.LIST_PARENTS, "Parents", subject=child, quiet=True, ChildId=child
            )
            if not listing.complete:
                self.missed.setdefault((reads.LIST_PARENTS, listing.error), child)
            self._parents[child] = listing.items[0] if listing.items else None
        return self._parents[child]

    def _policies(self, target: str, kind: str) -> tuple[str, ...] | None:
        if (target, kind) not in self._attached:
            listing = self._reader.listing(
                reads.LIST_POLICIES_FOR_TARGET,
                "Policies",
                subject=target,
                quiet=True,
                TargetId=target,
                Filter=kind,
            )
            found = {
                str(item["Id"]): item
                for item in listing.items
                # An answer without a type, as a recording may hold it, is none about guardrails.
                if item.get("Id") and item.get("Type", kind if kind != _BEDROCK else "") == kind
            }
            self._summaries |= {key: (_KINDS[kind], item) for key, item in found.items()}
            known = tuple(sorted(found))
            if kind == _BEDROCK and listing.error in _NO_SUCH_KIND:
                self._forced = False
            elif not listing.complete:
                key = (reads.LIST_POLICIES_FOR_TARGET, listing.error)
                self.missed.setdefault(key, f"{target}:{_KINDS[kind]}")
            self._attached[target, kind] = known if listing.complete else None
        return self._attached[target, kind]

    def read_policies(self) -> tuple[ControlPolicy, ...]:
        """Read the document of every policy that holds at some level."""
        return tuple(self._policy(key) for key in sorted(self._summaries))

    def _policy(self, policy_id: str) -> ControlPolicy:
        kind, summary = self._summaries[policy_id]
        answer = self._reader.call(reads.DESCRIBE_ORG_POLICY, subject=policy_id, PolicyId=policy_id)
        return ControlPolicy(
            id=policy_id,
            arn=text(summary.get("Arn")) or policy_id,
            name=text(summary.get("Name")) or policy_id,
            kind=kind,
            document=document(dig(answer.output, "Policy", "Content")),
            aws_managed=bool(summary.get("AwsManaged")),
        )


def _without_disabled_kinds(ceilings: list[Ceiling]) -> list[Ceiling]:
    """Take an empty kind for switched off: where a kind is on, every level has at least one policy."""
    on = {
        kind: any(getattr(level, kind) for ceiling in ceilings for level in ceiling.levels)
        for kind in ("scps", "rcps")
    }
    off = {kind: None for kind, is_on in on.items() if not is_on}
    if not off:
        return ceilings
    return [
        ceiling.model_copy(
            update={"levels": tuple(level.model_copy(update=off) for level in ceiling.levels)}
        )
        for ceiling in ceilings
    ]
