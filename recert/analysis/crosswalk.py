"""Where each kind of finding stands in frameworks that auditors ask for; each id with its source.

An id stands here only where its publisher's own text has it, under the publisher's own title. Three
shorthands that circulate are no published ids and are read as follows: `A1` for agents is ASI03 (ASI01
is goal hijack, which no permission shows), `NHI-01` is NHI1:2025, and PR.AC-4 is of version 1.1 of the
Cybersecurity Framework, which version 2.0 carries on as PR.AA-05; both stand here.
"""

from dataclasses import dataclass

_NHI = "OWASP NHI Top 10 2025"
_ASI = "OWASP Top 10 for Agentic Applications 2026"
_800_53 = "NIST SP 800-53 r5"
_800_207 = "NIST SP 800-207"
_CSF_1 = "NIST CSF 1.1"
_CSF_2 = "NIST CSF 2.0"
_LENS = "AWS Well-Architected Agentic AI Lens"

_NHI_PLACE = "https://owasp.org/www-project-non-human-identities-top-10/2025"
_ASI_PLACE = "https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026"
_800_53_PLACE = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"
_800_207_PLACE = "https://csrc.nist.gov/pubs/sp/800/207/final"
_CSF_1_PLACE = "https://nvlpubs.nist.gov/nistpubs/CSWP/NIST.CSWP.04162018.pdf"
_CSF_2_PLACE = "https://nvlpubs.nist.gov/nistpubs/CSWP/NIST.CSWP.29.pdf"
_LENS_PLACE = "https://docs.aws.amazon.com/wellarchitected/latest/agentic-ai-lens"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a framework: its id and title as published, and where they are published."""

    framework: str
    id: str
    title: str
    source: str

    @property
    def words(self) -> str:
        """Say it in one line: framework, id, title."""
        return f"{self.framework} {self.id} {self.title}"

    def as_json(self) -> dict[str, str]:
        """Return the entry as a JSON value."""
        return {
            "framework": self.framework,
            "id": self.id,
            "title": self.title,
            "source": self.source,
        }


def _nhi(name: str, title: str, page: str) -> Entry:
    return Entry(_NHI, name, title, f"{_NHI_PLACE}/{page}/")


def _lens(name: str, title: str) -> Entry:
    return Entry(_LENS, name, title, f"{_LENS_PLACE}/{name.lower()}.html")


def _control(name: str, title: str) -> Entry:
    return Entry(_800_53, name, title, _800_53_PLACE)


_OFFBOARDING = _nhi("NHI1:2025", "Improper Offboarding", "1-improper-offboarding")
_THIRD_PARTY = _nhi("NHI3:2025", "Vulnerable Third-Party NHI", "3-vulnerable-third-party-nhi")
_AUTHENTICATION = _nhi("NHI4:2025", "Insecure Authentication", "4-insecure-authentication")
_OVERPRIVILEGED = _nhi("NHI5:2025", "Overprivileged NHI", "5-overprivileged-nhi")
_LONG_LIVED = _nhi("NHI7:2025", "Long-Lived Secrets", "7-long-lived-secrets")
_ISOLATION = _nhi("NHI8:2025", "Environment Isolation", "8-environment-isolation")
_REUSE = _nhi("NHI9:2025", "NHI Reuse", "9-nhi-reuse")
HUMAN = _nhi("NHI10:2025", "Human Use of NHI", "10-human-use-of-nhi")

_MISUSE = Entry(_ASI, "ASI02", "Tool Misuse and Exploitation", _ASI_PLACE)
_ABUSE = Entry(_ASI, "ASI03", "Identity and Privilege Abuse", _ASI_PLACE)
_ROGUE = Entry(_ASI, "ASI10", "Rogue Agents", _ASI_PLACE)

_ACCOUNTS = _control("AC-2", "Account Management")
_DISABLE = _control("AC-2(3)", "Disable Accounts")
_SHARED = _control("AC-2(9)", "Restrictions on Use of Shared and Group Accounts")
_ATYPICAL = _control("AC-2(12)", "Account Monitoring for Atypical Usage")
_ENFORCEMENT = _control("AC-3", "Access Enforcement")
_SEPARATION = _control("AC-5", "Separation of Duties")
_LEAST = _control("AC-6", "Least Privilege")
_REVIEW = _control("AC-6(7)", "Review of User Privileges")
_AUDIT = _control("AU-12", "Audit Record Generation")
_CHANGE = _control("CM-5", "Access Restrictions for Change")
_SERVICES = _control("IA-9", "Service Identification and Authentication")

_SESSION = Entry(
    _800_207,
    "tenet 3",
    "Access to individual enterprise resources is granted on a per-session basis",
    f"{_800_207_PLACE} (section 2.1)",
)
_DYNAMIC = Entry(
    _800_207,
    "tenet 4",
    "Access to resources is determined by dynamic policy",
    f"{_800_207_PLACE} (section 2.1)",
)
_PERMISSIONS_1 = Entry(
    _CSF_1,
    "PR.AC-4",
    "Access permissions and authorizations are managed, incorporating the principles of least "
    "privilege and separation of duties",
    _CSF_1_PLACE,
)
_PERMISSIONS_2 = Entry(
    _CSF_2,
    "PR.AA-05",
    "Access permissions, entitlements, and authorizations are defined in a policy, managed, "
    "enforced, and reviewed, and incorporate the principles of least privilege and separation of "
    "duties",
    _CSF_2_PLACE,
)
_LOGS = Entry(
    _CSF_2,
    "PR.PS-04",
    "Log records are generated and made available for continuous monitoring",
    _CSF_2_PLACE,
)

_LENS_IDENTITY = _lens("AGENTSEC03-BP01", "Implement strong authentication for agent identities")
_LENS_SEPARATE = _lens("AGENTSEC03-BP02", "Separate agent and human user permission")
_LENS_LEAST = _lens("AGENTSEC03-BP03", "Implement least privilege with dynamic boundaries")
_LENS_REVIEW = _lens("AGENTSEC03-BP04", "Regular permission audits and access reviews")
_LENS_GUARDRAILS = _lens("AGENTSEC04-BP01", "Implement guardrails and alignment controls")
_LENS_LOGS = _lens(
    "AGENTSEC05-BP01", "Implement comprehensive logging and decision artifact storage"
)
_LENS_TRUST = _lens("AGENTSEC06-BP03", "Establish trust boundaries between agents")
_LENS_OWNERS = _lens(
    "AGENTOPS03-BP01",
    "Define an agent lifecycle with clear SME ownership, testing, and governance",
)

_TOO_MUCH = (_OVERPRIVILEGED, _LEAST, _PERMISSIONS_1, _PERMISSIONS_2, _LENS_LEAST)

ROWS: dict[str, tuple[Entry, ...]] = {
    "admin_access": (*_TOO_MUCH, _ABUSE),
    "beyond_baseline": (*_TOO_MUCH, _REVIEW, _LENS_REVIEW),
    "confused_deputy": (_ABUSE, _ENFORCEMENT, _SERVICES, _DYNAMIC, _LENS_IDENTITY),
    "dormant_agent": (_OFFBOARDING, _ACCOUNTS, _DISABLE, _LENS_REVIEW),
    "draft_reachable": (_ISOLATION, _CHANGE),
    "foreign_account": (_THIRD_PARTY, _ABUSE, _ENFORCEMENT, _LENS_TRUST),
    "foreign_session": (HUMAN, _ABUSE, _ATYPICAL, _LENS_SEPARATE),
    "guardrail_bypass": (_MISUSE, _ENFORCEMENT, _LENS_GUARDRAILS),
    "guardrail_missing": (_MISUSE, _ENFORCEMENT, _LENS_GUARDRAILS),
    "guardrail_mutable": (_MISUSE, _ROGUE, _SEPARATION, _CHANGE, _LENS_GUARDRAILS),
    "no_boundary": (_OVERPRIVILEGED, _LEAST, _LENS_LEAST),
    "no_org_ceiling": (_OVERPRIVILEGED, _ENFORCEMENT, _LENS_LEAST),
    "open_function": (_ABUSE, _ENFORCEMENT, _SERVICES, _DYNAMIC, _LENS_IDENTITY),
    "open_invoker": (_AUTHENTICATION, _ABUSE, _ENFORCEMENT, _SERVICES, _LENS_IDENTITY),
    "orphan_role": (_OFFBOARDING, _ACCOUNTS, _DISABLE),
    "privilege_escalation": (*_TOO_MUCH, _ABUSE),
    "secret_readable": (_OVERPRIVILEGED, _LONG_LIVED, _ABUSE, _LEAST, _LENS_LEAST),
    "shared_role": (_REUSE, _ABUSE, _SHARED, _LENS_SEPARATE),
    "unlogged_action": (_AUDIT, _LOGS, _LENS_LOGS),
    "unowned_agent": (_OFFBOARDING, _ACCOUNTS, _LENS_OWNERS),
    "wide_trust": (_REUSE, _ABUSE, _ENFORCEMENT, _DYNAMIC),
    "wildcard_action": _TOO_MUCH,
    "wildcard_resource": (*_TOO_MUCH, _SESSION),
}
"""The entries of each kind of finding, the one that says it most plainly first."""


def entries(kind: str) -> tuple[Entry, ...]:
    """Return the entries of a kind, empty for a kind without any."""
    return ROWS.get(kind, ())
