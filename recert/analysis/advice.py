"""What the evidence suggests for a grant; never shown as a decision."""

from collections.abc import Iterable
from dataclasses import dataclass

from recert.analysis.risks import SERIOUS
from recert.analysis.usage import LastUse
from recert.text import plural

_SERIOUS = {
    "admin_access": "do anything in this account",
    "privilege_escalation": "give itself more permissions",
    "secret_readable": "read secrets",
    "guardrail_mutable": "weaken its own guardrail",
}
_BLOCKERS = {
    "deny": "a deny",
    "boundary": "the permissions boundary",
    "scp": "the organisation's SCP",
    "rcp": "the organisation's RCP",
}
_WIDE = frozenset({"wildcard_action", "wildcard_resource"})


@dataclass(frozen=True, slots=True)
class Advice:
    """`verdict` is `attest`, `reduce`, `revoke` or `look`; `actions` what a reduction would keep."""

    verdict: str
    reason: str
    actions: tuple[str, ...] = ()


def advise(
    *,
    effective: tuple[str, ...],
    blocked_by: tuple[str, ...],
    explained_by: str | None,
    keep: tuple[str, ...],
    risks: tuple[str, ...],
    use: LastUse,
) -> Advice:
    """Suggest a verdict with its reason.

    `keep` are the effective actions that some integration explains. Nothing is called unused unless
    `use` says so.
    """
    if not effective:
        return Advice("revoke", f"It has no effect today: {_why_not(blocked_by)}.")
    if use.state == "unused":
        return Advice("revoke", unused_words(use))
    if explained_by is None and keep and len(keep) < len(effective):
        held = plural(len(effective), "action")
        counted = f"What the agent is connected to needs {len(keep):,} of its {held}."
        return Advice("reduce", counted, keep)
    return _of_explanation(explained_by, risks)


def _of_explanation(explained_by: str | None, risks: tuple[str, ...]) -> Advice:
    serious = [kind for kind in risks if kind in SERIOUS]
    if serious == ["secret_readable"] and explained_by and not _WIDE.intersection(risks):
        return Advice("attest", f"Needed for {explained_by}, and limited to its secret.")
    if serious:
        return Advice("look", in_words(serious))
    if explained_by is None:
        return Advice("look", "Nothing that the agent is connected to needs it.")
    if "wildcard_resource" in risks:
        return Advice("look", f"Needed for {explained_by}, but it reaches more than that.")
    return Advice("attest", f"Needed for {explained_by}.")


def unused_words(use: LastUse) -> str:
    """Say that something was not used, and that it is IAM who says so."""
    return f"Not used: {use.words}{'' if 'IAM' in use.words else ', as IAM reports'}."


def in_words(serious: Iterable[str]) -> str:
    """Say in one sentence what is serious about a grant; `serious` are kinds of findings."""
    told = [_SERIOUS.get(kind, kind.replace("_", " ")) for kind in serious]
    head, last = told[:-1], told[-1]
    return f"The agent could {', '.join(head) + ' and ' if head else ''}{last}."


def _why_not(blocked_by: tuple[str, ...]) -> str:
    if not blocked_by:
        return "its actions do not fit its resources"
    blockers = " and ".join(_BLOCKERS.get(by, by) for by in blocked_by)
    return f"{blockers} {'takes' if len(blocked_by) == 1 else 'take'} all of it away"
