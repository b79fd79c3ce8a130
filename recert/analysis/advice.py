"""What the evidence suggests for a grant; never shown as a decision."""

from dataclasses import dataclass

from recert.analysis.risks import SERIOUS
from recert.analysis.usage import LastUse

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
        why = (
            f"blocked by {', '.join(blocked_by)}" if blocked_by else "no resource fits its actions"
        )
        return Advice("revoke", f"It has no effect today: {why}.")
    if use.state == "unused":
        return Advice("revoke", f"Unused: {use.words}, as IAM reports.")
    if explained_by is None and keep and len(keep) < len(effective):
        counted = f"Of {len(effective)} effective actions the integrations explain {len(keep)}."
        return Advice("reduce", counted, keep)
    return _of_explanation(explained_by, risks)


def _of_explanation(explained_by: str | None, risks: tuple[str, ...]) -> Advice:
    serious = [kind.replace("_", " ") for kind in risks if kind in SERIOUS]
    if serious == ["secret readable"] and explained_by and not _WIDE.intersection(risks):
        return Advice("attest", f"Explained by {explained_by}, and limited to its secret.")
    if serious:
        return Advice("look", f"It carries {', '.join(serious)}.")
    if explained_by is None:
        return Advice("look", "No integration of the agent explains it.")
    if "wildcard_resource" in risks:
        return Advice("look", f"Explained by {explained_by}, but not limited to its resources.")
    return Advice("attest", f"Explained by {explained_by}.")
