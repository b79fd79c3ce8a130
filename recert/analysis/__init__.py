"""Over an estate: who acts through what, what each grant means, what it is worth to ask about."""

from recert.analysis.acting import (
    ActingRole,
    Driven,
    Hop,
    HopState,
    acting_roles,
    driven,
    judged_versions,
)
from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.authority import RoleAuthority, UnreadPart, authority_of
from recert.analysis.findings import Finding, findings, findings_of, risk_tier, tier_of
from recert.analysis.fingerprint import basis, fingerprint
from recert.analysis.found_roles import shares_role_with
from recert.analysis.grants import ReviewGrant
from recert.analysis.measure import BlastRadius
from recert.analysis.narrowing import beyond
from recert.analysis.proposals import KINDS as CEILING_KINDS
from recert.analysis.proposals import Kept, Proposal, propose, propose_boundary, propose_scp
from recert.analysis.reach import Reach, reach, reach_of
from recert.analysis.review import grants, review_subjects, subjects_of
from recert.analysis.review_unread import unread, unread_basis
from recert.analysis.subjects import ReviewSubject
from recert.analysis.trust import trust_grants, trust_within
from recert.iam.catalogue import Catalogue, load_catalogue

__all__ = [
    "CEILING_KINDS",
    "ActingRole",
    "Analyst",
    "BlastRadius",
    "Catalogue",
    "Driven",
    "Finding",
    "Hop",
    "HopState",
    "Kept",
    "Proposal",
    "Reach",
    "ReviewGrant",
    "ReviewSubject",
    "RoleAuthority",
    "UnreadPart",
    "acting_roles",
    "analyst_of",
    "authority_of",
    "basis",
    "beyond",
    "driven",
    "findings",
    "findings_of",
    "fingerprint",
    "grants",
    "judged_versions",
    "load_catalogue",
    "propose",
    "propose_boundary",
    "propose_scp",
    "reach",
    "reach_of",
    "review_subjects",
    "risk_tier",
    "shares_role_with",
    "subjects_of",
    "tier_of",
    "trust_grants",
    "trust_within",
    "unread",
    "unread_basis",
]
