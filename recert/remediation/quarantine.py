"""An emergency stop: a policy on the agent's roles that denies everything, and its taking back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from recert.aws.executor import Calls, Looks, WriteRefusedError
from recert.campaigns.authority import require_applier
from recert.campaigns.remedies import Actor, Analyst, Store, current, packaged
from recert.clock import Clock
from recert.errors import AwsError, UsageError
from recert.remediation.books import Books
from recert.remediation.carry_out import Carrier, Done, Pause
from recert.remediation.documents import compact, fingerprint
from recert.remediation.lock import alone
from recert.remediation.model import Change, Operation, State, Target

NAME = "recert-quarantine"
DENY = compact(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "RecertQuarantine", "Effect": "Deny", "Action": "*", "Resource": "*"}
        ],
    }
)


@dataclass(frozen=True, slots=True)
class Held:
    """One role of an agent: its state, and the agents that are stopped with it."""

    role_arn: str
    state: str
    detail: str
    shared_with: tuple[str, ...]
    request_id: str | None = None

    @property
    def left(self) -> bool:
        """Whether the role is not as it was asked to be."""
        return self.state in ("failed", "planned")

    def as_json(self) -> dict[str, Any]:
        """Return the role for programs."""
        return {
            "role_arn": self.role_arn,
            "state": self.state,
            "detail": self.detail,
            "shared_with": list(self.shared_with),
            "request_id": self.request_id,
        }


def roles(store: Store, agent: str) -> tuple[Held, ...]:
    """Return the roles that an agent runs with, as the last reading has them; raises UsageError."""
    _, estate = current(store)
    found = estate.agents_by_arn.get(agent)
    if found is None:
        raise UsageError(f"There is no agent {agent!r}.", "List them with `recert agents`.")
    users = Analyst(estate, packaged()).users
    held = tuple(
        Held(
            role_arn,
            "planned",
            f"Deny everything to role {role_arn.rpartition('/')[2]}.",
            tuple(one for one in users.get(role_arn, ()) if one != agent),
        )
        for role_arn in found.role_arns
    )
    if not held:
        raise UsageError(f"No role of {agent} is known.", "Read it again with `recert sync`.")
    return held


class Quarantine:
    """Puts the deny on roles and lifts it; every call is told before and after."""

    def __init__(
        self, store: Store, clock: Clock, actor: Actor, calls: Calls, *, pause: Pause
    ) -> None:
        self._store = store
        self._actor = actor
        self._books = Books(store, clock, actor, None)
        self._calls = calls
        self._looks = Looks(calls)
        self._carrier = Carrier(calls, self._books, pause)

    def put(self, held: Iterable[Held]) -> tuple[Held, ...]:
        """Stop the roles; raises RefusedError for who may not carry anything out."""
        require_applier(self._store, self._actor)
        with alone(self._store.location):
            return tuple(self._put(one) for one in held)

    def lift(self, held: Iterable[Held]) -> tuple[Held, ...]:
        """Let the roles go on; a policy of this name that says something else is left alone."""
        require_applier(self._store, self._actor)
        with alone(self._store.location):
            return tuple(self._lift(one) for one in held)

    def _put(self, held: Held) -> Held:
        there = self._there(held)
        if isinstance(there, Held):
            return there
        if there is not None and fingerprint(there) != fingerprint(DENY):
            return _moved(held, "failed", f"The role has another policy called {NAME}.")
        change = _change(held, "", DENY)
        done = self._apply(change) if there is None else None
        held = replace(held, request_id=self._request(change) if done is not None else None)
        if done is None or done.state is State.APPLIED:
            return _moved(held, "quarantined", "Every call of it is denied.")
        return _moved(held, "failed", done.detail)

    def _lift(self, held: Held) -> Held:
        there = self._there(held)
        if isinstance(there, Held):
            return there
        if there is None:
            return _moved(held, "lifted", "It was not quarantined.")
        if fingerprint(there) != fingerprint(DENY):
            return _moved(held, "failed", f"The policy {NAME} is not what recert wrote.")
        change = _change(held, DENY, None)
        done = self._apply(change)
        held = replace(held, request_id=self._request(change))
        if done.state is State.APPLIED:
            return _moved(held, "lifted", "Its permissions are what they were.")
        return _moved(held, "failed", done.detail)

    def _apply(self, change: Change) -> Done:
        self._books.claim(change)
        return self._carrier.apply(change)

    def _request(self, change: Change) -> str | None:
        """Return the request id under which AWS last took a change."""
        return next(reversed(self._books.read().requests.get(change.id, [])), None)

    def _there(self, held: Held) -> str | Held | None:
        target = _target(held)
        try:
            return self._looks.inline(target.account, target.role, NAME)
        except (WriteRefusedError, AwsError) as error:
            return _moved(held, "failed", f"{error.what} {error.remedy}".strip())


def _target(held: Held) -> Target:
    return Target(held.role_arn.split(":")[4], held.role_arn, "inline", NAME)


def _change(held: Held, before: str, after: str | None) -> Change:
    return Change(
        target=_target(held),
        operation=Operation.PUT_INLINE if after is not None else Operation.DELETE_INLINE,
        before=before,
        after=after,
        items=(),
        snapshot="",
    )


def _moved(held: Held, state: str, detail: str) -> Held:
    return Held(held.role_arn, state, detail, held.shared_with, held.request_id)
