"""What a grant means for the agent that holds it, and the worst that it allows."""

from recert.analysis.ways import ActingRole
from recert.analysis.words import places, thing
from recert.iam.grants import EffectiveGrant

_WORST = (
    ("admin_access", "It can do anything in the account, and undo what would stop it."),
    ("privilege_escalation", "It can give itself permissions that nobody granted it."),
    ("secret_readable", "It can read credentials and act with them elsewhere."),
    ("guardrail_mutable", "It can change or detach the guardrail that should hold it."),
)
_BY_LEVEL = (
    ("Permissions management", "It can change who may use {what} ({where})."),
    ("Write", "It can change or destroy {what} ({where})."),
    ("Tagging", "It can relabel {what}, on which other permissions may rest ({where})."),
    ("Read", "It can carry what it reads of {what} into its answers ({where})."),
    ("Unknown", "It can do something with {what} that the catalogue does not know ({where})."),
    ("List", "It can list {what} ({where})."),
)


def meaning(grant: EffectiveGrant, name: str, role: ActingRole, does: str) -> str:
    """Say in one sentence what a grant lets an agent do, and through what."""
    through = "" if role.direct else f", through {role.via},"
    when = " under conditions" if grant.conditional else ""
    if not grant.effective:
        return f"{name} would be let to {does}, but nothing of it gets through today."
    return f"{name}{through} may {does} on {places(grant.resources)}{when}."


def worst(grant: EffectiveGrant, risks: tuple[str, ...]) -> str:
    """Say the worst that a grant allows."""
    if not grant.effective:
        return "Nothing, for as long as what blocks it stays."
    for kind, sentence in _WORST:
        if kind in risks:
            return sentence
    levels = {level.value for level in grant.access_levels}
    what, where = thing(grant.action.partition(":")[0]), places(grant.resources)
    if all(action.startswith("lambda:invoke") for action in map(str.lower, grant.effective)):
        return f"It can run {what}, with whatever rights they have ({where})."
    for level, sentence in _BY_LEVEL:
        if level in levels:
            return sentence.format(what=what, where=where)
    return f"It can use {what} ({where})."
