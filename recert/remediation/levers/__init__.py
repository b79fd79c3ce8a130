"""What can be moved to take access away, one module for each kind of thing, all in one form."""

from collections.abc import Mapping

from recert.remediation.levers.agents import ActionGroups, KnowledgeBases
from recert.remediation.levers.base import Lever, Seen, same
from recert.remediation.levers.buckets import BucketPolicies
from recert.remediation.levers.gateways import GatewayTargets
from recert.remediation.levers.roles import (
    Attachments,
    InlinePolicies,
    ManagedPolicies,
    TrustPolicies,
)
from recert.remediation.model import Operation

__all__ = ["Lever", "Seen", "lever_of", "same"]

_LEVERS: Mapping[Operation, Lever] = {
    Operation.PUT_INLINE: InlinePolicies(),
    Operation.DELETE_INLINE: InlinePolicies(),
    Operation.NEW_VERSION: ManagedPolicies(),
    Operation.DETACH: Attachments(),
    Operation.UPDATE_TRUST: TrustPolicies(),
    Operation.PUT_BUCKET_POLICY: BucketPolicies(),
    Operation.DELETE_BUCKET_POLICY: BucketPolicies(),
    Operation.DISABLE_ACTION_GROUP: ActionGroups(),
    Operation.DISASSOCIATE_KNOWLEDGE_BASE: KnowledgeBases(),
    Operation.DELETE_GATEWAY_TARGET: GatewayTargets(),
}


def lever_of(operation: Operation) -> Lever:
    """Return the lever that an operation moves."""
    return _LEVERS[operation]
