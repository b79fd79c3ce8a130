"""Who may do what, and the record of who tried and was refused.

The owner's work belongs to the campaign's owner and to campaign owners; carrying out belongs to
appliers, wherever the store knows one. Where it knows nobody with a role, whoever is there may.
Who may say who somebody is and what they may do stands in `recert.campaigns.keeping`.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from recert.campaigns.people import Directory, directory
from recert.clock import Clock
from recert.errors import RecertError, RefusedError
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.store import Store

RECORDED = frozenset(
    {
        "approver",
        "delegation_over",
        "independence",
        "key",
        "not_applier",
        "not_keeper",
        "not_owner",
        "not_reviewer",
        "same_person",
        "second_person",
    }
)
"""Rules that say that this person may not do this; what anybody else is refused, too, is no trace."""
_LONGEST = 300


class Acting(Protocol):
    """A service that acts on a store for somebody."""

    store: Store
    clock: Clock
    actor: Actor


_A = TypeVar("_A", bound=Acting)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def require_applier(store: Store, actor: Actor) -> None:
    """Refuse who may not carry revocations out; raises RefusedError."""
    with store.read() as session:
        people = directory(session)
    if not may_apply(people, actor.id):
        allowed = ", ".join(one.id for one in people.with_role("applier"))
        raise RefusedError(
            f"{actor.id} may not carry revocations out.",
            f"These may: {allowed}. `recert people set PERSON --role applier` lets others.",
            rule="not_applier",
        )


def may_apply(people: Directory, name: str) -> bool:
    """Tell whether somebody may carry revocations out: appliers may, everybody where there is none."""
    allowed = people.with_role("applier")
    return not allowed or any(people.same(one.id, name) for one in allowed)


def refusals_recorded(
    action: str,
) -> Callable[[Callable[Concatenate[_A, str, _P], _R]], Callable[Concatenate[_A, str, _P], _R]]:
    """Let a method on a campaign write down whom it refused for want of the right."""

    def wrap(
        method: Callable[Concatenate[_A, str, _P], _R],
    ) -> Callable[Concatenate[_A, str, _P], _R]:
        @functools.wraps(method)
        def call(self: _A, campaign: str, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            with recorded(self, action, campaign):
                return method(self, campaign, *args, **kwargs)

        return call

    return wrap


@contextlib.contextmanager
def recorded(acting: Acting, action: str, campaign: str | None) -> Iterator[None]:
    """Write down who is refused within, and let the refusal pass."""
    try:
        yield
    except RefusedError as error:
        record_refusal(acting, action, campaign, error)
        raise


def record_refusal(acting: Acting, action: str, campaign: str | None, error: RefusedError) -> None:
    """Write down that somebody was refused; what cannot be written changes nothing of the refusal."""
    if error.rule not in RECORDED:
        return
    body: dict[str, Any] = {
        "action": action,
        "rule": error.rule,
        "what": error.what[:_LONGEST],
    }
    with (
        contextlib.suppress(RecertError),
        acting.store.write(acting.actor, clock=acting.clock) as tx,
    ):
        tx.append(EntryType.REFUSAL, body, campaign=campaign)
