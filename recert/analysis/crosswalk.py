"""Where each kind of finding stands in frameworks that auditors ask for; each row with its source.

An id stands here only where its publisher's own text has it.
"""

_NHI = "OWASP NHI Top 10 2025"
_ASI = "OWASP Top 10 for Agentic Applications 2026"
_800_53 = "NIST SP 800-53 r5"
_800_207 = "NIST SP 800-207"
_CSF = "NIST CSF 1.1"
_LENS = "AWS Well-Architected Agentic AI Lens"

SOURCES = {
    _NHI: "owasp.org, Non-Human Identities Top 10, 2025",
    _ASI: "genai.owasp.org, Top 10 for Agentic Applications, 2026",
    _800_53: "csrc.nist.gov, SP 800-53 Revision 5",
    _800_207: "csrc.nist.gov, SP 800-207, section 2.1",
    _CSF: "nist.gov, Cybersecurity Framework 1.1",
    _LENS: "docs.aws.amazon.com, Agentic AI Lens, AGENTSEC03-BP04",
}

_OFFBOARDING = (_NHI, "NHI1", "Improper Offboarding")
_OVERPRIVILEGED = (_NHI, "NHI5", "Overprivileged NHI")
_ISOLATION = (_NHI, "NHI8", "Environment Isolation")
_REUSE = (_NHI, "NHI9", "NHI Reuse")
_MISUSE = (_ASI, "ASI02", "Tool Misuse and Exploitation")
_ABUSE = (_ASI, "ASI03", "Identity and Privilege Abuse")
_ACCOUNTS = (_800_53, "AC-2", "Account Management")
_ENFORCEMENT = (_800_53, "AC-3", "Access Enforcement")
_SEPARATION = (_800_53, "AC-5", "Separation of Duties")
_LEAST = (_800_53, "AC-6", "Least Privilege")
_REVIEW = (_800_53, "AC-6(7)", "Review of User Privileges")
_AUDIT = (_800_53, "AU-12", "Audit Record Generation")
_CHANGE = (_800_53, "CM-5", "Access Restrictions for Change")
_ZERO = (_800_207, "tenet 3", "Access is granted on a per-session basis")
_DYNAMIC = (_800_207, "tenet 4", "Access is determined by dynamic policy")
_PERMISSIONS = (_CSF, "PR.AC-4", "Access permissions are managed by least privilege")
_LENS_REVIEW = (_LENS, "AGENTSEC03-BP04", "Regular permission audits and access reviews")

ROWS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "shared_role": (_REUSE, _ABUSE, _ACCOUNTS),
    "confused_deputy": (_ABUSE, _ENFORCEMENT, _DYNAMIC),
    "guardrail_missing": (_MISUSE, _ENFORCEMENT),
    "guardrail_mutable": (_MISUSE, _SEPARATION, _CHANGE),
    "admin_access": (_OVERPRIVILEGED, _ABUSE, _LEAST, _PERMISSIONS),
    "wildcard_action": (_OVERPRIVILEGED, _LEAST, _PERMISSIONS),
    "wildcard_resource": (_OVERPRIVILEGED, _LEAST, _ZERO),
    "privilege_escalation": (_OVERPRIVILEGED, _ABUSE, _LEAST),
    "no_boundary": (_OVERPRIVILEGED, _LEAST),
    "no_org_ceiling": (_OVERPRIVILEGED, _ENFORCEMENT),
    "unlogged_action": (_AUDIT,),
    "foreign_account": (_ISOLATION, _ABUSE, _ENFORCEMENT),
    "beyond_baseline": (_OVERPRIVILEGED, _REVIEW, _LENS_REVIEW),
    "dormant_agent": (_OFFBOARDING, _ACCOUNTS, _LENS_REVIEW),
    "orphan_role": (_OFFBOARDING, _ACCOUNTS),
    "unowned_agent": (_OFFBOARDING, _ACCOUNTS),
    "draft_reachable": (_ISOLATION, _CHANGE),
    "secret_readable": (_OVERPRIVILEGED, _LEAST),
}


def frameworks(kind: str) -> tuple[str, ...]:
    """Return the rows of a kind as `framework id title`, empty for a kind without any."""
    return tuple(" ".join(row) for row in ROWS.get(kind, ()))
