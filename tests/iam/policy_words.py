"""Policies of a role in few words, and what they grant effectively."""

from typing import Any

from rule_words import allow, deny

from recert.iam.catalogue import load_catalogue
from recert.iam.effective import effective_grants
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority, SourcedPolicy

__all__ = ["ACCOUNT", "CATALOGUE", "ROLE", "allow", "deny", "document", "grants", "only", "policy"]
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/subject"
CATALOGUE = load_catalogue()


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(*statements: dict[str, Any], kind: Any = "inline", name: str = "p") -> SourcedPolicy:
    return SourcedPolicy(parse_policy(document(*statements)), kind, name)


def grants(*policies: SourcedPolicy, **layers: Any) -> tuple[EffectiveGrant, ...]:
    return effective_grants(Authority(ROLE, policies, **layers), CATALOGUE)


def only(*policies: SourcedPolicy, **layers: Any) -> EffectiveGrant:
    (grant,) = grants(*policies, **layers)
    return grant
