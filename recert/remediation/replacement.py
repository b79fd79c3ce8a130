"""A policy of AWS, which nobody can change, replaced by a copy of one's own without what was revoked."""

import json
from collections.abc import Mapping
from typing import Any

from recert.campaigns.remedies import Analyst, Removal
from recert.iam.errors import PolicyError
from recert.iam.grants import EffectiveGrant
from recert.iam.proof import place
from recert.iam.rewrite import Rewritten, check_size
from recert.remediation.commands import Command
from recert.remediation.documents import compact
from recert.remediation.model import State
from recert.remediation.patches import Cut, Keep, Patched, patched, proved
from recert.remediation.proposals import Proposal, ceiling

Said = tuple[State, str, Proposal | None]
_WHY = "A policy of AWS cannot be changed; it is replaced by a copy without the rest."
_LONGEST = 128


def replacement(analyst: Analyst, removal: Removal) -> Said:
    """Return where a reduction of an attachment stands, and the copy with every call for it."""
    arn = str((removal.basis.get("policy") or {}).get("arn"))
    role_arn = str(removal.basis.get("role_arn"))
    role = analyst.estate.roles_by_arn[role_arn]
    held = analyst.estate.policies_by_arn.get(arn)
    if arn not in role.attached:
        return State.GONE, "The last reading no longer finds it attached.", None
    if held is None or held.document is None:
        return State.FAILED, f"The policy {arn} could not be read.", None
    grants = [one for one in analyst.role_grants(role_arn) if one.source.arn == arn]
    cuts = {cut: keep for one in grants for cut, keep in _cut(analyst, one, removal.keep).items()}
    document = json.loads(held.document)
    try:
        made = patched(document, cuts)
    except PolicyError as error:
        return State.FAILED, f"No copy can be made: {error}", None
    if made.document is None:
        return (
            State.NOT_SUPPORTED,
            "Nothing of it would be left: detach it instead.",
            Proposal(
                "Detach it:",
                (Command("iam", "DetachRolePolicy", _place(role.name, arn)),),
            ),
        )
    why = _problem(analyst, role_arn, arn, made, cuts)
    name = f"{held.name}-{role.name}"[:_LONGEST]
    copy = f"arn:aws:iam::{role.account}:policy/{name}"
    commands: list[Command | str] = [
        Command(
            "iam", "CreatePolicy", {"PolicyName": name, "PolicyDocument": compact(made.document)}
        ),
        Command("iam", "AttachRolePolicy", _place(role.name, copy)),
        Command("iam", "DetachRolePolicy", _place(role.name, arn)),
        "# To take it back: attach the policy of AWS again, then detach the copy.",
    ]
    documents = {f"{name}.json": json.dumps(made.document, indent=2)}
    if all(not keep.actions for keep in cuts.values()):
        keys = {one.key for one in grants if place(one) in cuts}
        lines, more = ceiling(analyst, role_arn, keys)
        commands += ["# Or leave it attached under a ceiling:", *lines]
        documents |= more
    if why:
        return State.NOT_SUPPORTED, f"{_WHY} {why}", Proposal(why, (), documents)
    text = (
        f"The copy {name} has everything of {held.name} but what was revoked (proved by the engine); "
        "what AWS adds to its policy later is not in it."
    )
    return State.NOT_SUPPORTED, _WHY, Proposal(text, tuple(commands), documents)


def _place(role: str, arn: str) -> dict[str, str]:
    return {"RoleName": role, "PolicyArn": arn}


def _cut(analyst: Analyst, grant: EffectiveGrant, keep: tuple[str, ...]) -> Mapping[Cut, Keep]:
    """Return what is cut of one grant, nothing where all of it stays."""
    wanted = 0
    for one in keep:
        wanted |= analyst.catalogue.mask(one)
    names = {one.lower() for one in keep}
    kept = {
        *grant.named(grant.mask & wanted),
        *(one for one in grant.unknown if one.lower() in names),
    }
    if kept >= set(grant.effective):
        return {}
    return {place(grant): Keep(tuple(sorted(kept)))}


def _problem(
    analyst: Analyst, role_arn: str, arn: str, made: Rewritten, cuts: Mapping[Cut, Keep]
) -> str:
    authority = analyst.role(role_arn)
    sources = authority.authority.identity if authority is not None else ()
    source: Any = next((one for one in sources if one.arn == arn), None)
    if authority is None or source is None:
        return "The role could not be read whole."
    try:
        check_size(made, "managed")
        one = Patched(source, made, cuts)
        proof = proved(authority.authority, [one], one, analyst.catalogue)
    except PolicyError as error:
        return f"{error}"
    return "" if proof.ok else f"The copy was not proved: {' '.join(proof.problems)}"
