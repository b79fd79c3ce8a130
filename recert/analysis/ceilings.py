"""What stands over a role's grants, as one digest: a decision on a grant rests on it."""

from typing import Any

from recert.analysis.fingerprint import document
from recert.analysis.normal import units
from recert.estate.canonical import digest
from recert.estate.estate import Estate


def ceilings(estate: Estate, role_arn: str) -> str:
    """Return the digest of the denies, the boundary and the control policies over a role."""
    role = estate.roles_by_arn.get(role_arn)
    if role is None:
        return "unread"
    denies = sorted(
        digest(unit.as_json())
        for _, text in estate.documents_of(role)
        for unit in (units(text) if text else None) or ()
        if unit.effect == "Deny"
    )
    boundary = estate.policies_by_arn.get(role.boundary) if role.boundary else None
    return digest(
        {
            "denies": denies,
            "boundary": [role.boundary, document(boundary.document if boundary else None)],
            "levels": _levels(estate, role.account),
        }
    )


def _levels(estate: Estate, account: str) -> list[Any]:
    organization = estate.organization
    if organization is None:
        return []
    documents = {item.id: item.document for item in organization.policies}
    return [
        [sorted(document(documents.get(name)) for name in names or ()) for names in both]
        for ceiling in organization.ceilings
        if ceiling.account == account
        for both in ((level.scps, level.rcps) for level in ceiling.levels)
    ]
