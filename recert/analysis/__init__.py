"""Over an estate: who acts through what, what each grant means, what it is worth to ask about."""

from recert.analysis.acting import acting_roles, driven, judged_versions
from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.authority import RoleAuthority
from recert.analysis.findings import findings, findings_of, risk_tier
from recert.analysis.fingerprint import basis, fingerprint
from recert.analysis.found_roles import shares_role_with
from recert.analysis.grants import ReviewGrant
from recert.analysis.measure import BlastRadius
from recert.analysis.proposal import KINDS as CEILING_KINDS
from recert.analysis.proposal import Kept
from recert.analysis.proposals import propose, propose_boundary, propose_scp
from recert.analysis.reach import reach, reach_of
from recert.analysis.review import grants, review_subjects, subjects_of
from recert.analysis.review_unread import unread, unread_basis
from recert.analysis.subjects import ReviewSubject
from recert.analysis.trust import trust_grants, trust_within
from recert.analysis.ways import ActingRole, HopState
from recert.iam.catalogue import Catalogue, load_catalogue
from recert.iam.narrowing import beyond

__all__ = [
    "CEILING_KINDS",
    "ActingRole",
    "Analyst",
    "BlastRadius",
    "Catalogue",
    "HopState",
    "Kept",
    "ReviewGrant",
    "ReviewSubject",
    "RoleAuthority",
    "acting_roles",
    "analyst_of",
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
    "trust_grants",
    "trust_within",
    "unread",
    "unread_basis",
]
