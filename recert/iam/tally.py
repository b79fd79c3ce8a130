"""The explained evaluation: every statement that speaks, and the decision in three values.

Two decisions are made, one that counts every unknown condition for access and one that counts
every one against it. Where they agree the verdict is certain; where not, it rests on the statements
whose conditions are unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from recert.iam.combine import Says, Situation, combine
from recert.iam.context import YES
from recert.iam.model import Layer, Match, Verdict
from recert.iam.policyset import PolicySet
from recert.iam.principals import (
    NAMES_ACCOUNT,
    NAMES_DIRECT,
    NAMES_NONE,
    Strength,
)
from recert.iam.protected import is_root
from recert.iam.resources import Asked
from recert.iam.statements import CompiledStatement

_NAMING_CALLERS: Final = ("resource", "endpoint")
"""The layers whose statements say whom they are about."""


class Case(Struct, gc=False):
    """A request with the layers that apply to it; None or () where there is none.

    `agrees`: how strongly the policy of the resource may name the caller although nobody gave it.
    """

    asked: Asked
    situation: Situation
    identity: PolicySet
    resource: PolicySet
    boundary: PolicySet | None
    session: PolicySet | None
    endpoint: PolicySet | None
    scps: tuple[PolicySet, ...]
    rcps: tuple[PolicySet, ...]
    agrees: Strength = NAMES_NONE

    def layers(self) -> Iterator[tuple[Layer, int, PolicySet]]:
        """Yield every layer that applies, each level of an organisation by itself."""
        yield "identity", 0, self.identity
        yield "resource", 0, self.resource
        if self.boundary is not None:
            yield "boundary", 0, self.boundary
        if self.session is not None:
            yield "session", 0, self.session
        if self.endpoint is not None:
            yield "endpoint", 0, self.endpoint
        for level, policies in enumerate(self.scps):
            yield "scp", level, policies
        for level, policies in enumerate(self.rcps):
            yield "rcp", level, policies


class _Tally(Struct, gc=False):
    """What the statements of all layers say.

    `silent`: layers, or levels of one, in which nothing allows; `unsure`: in which only statements
    with unknown conditions do. The strengths are those of the resource policy's Allows.
    """

    denied: list[Match] = field(default_factory=list)
    doubts: list[Match] = field(default_factory=list)
    granting: list[Match] = field(default_factory=list)
    named: list[Match] = field(default_factory=list)
    ceilings: list[Match] = field(default_factory=list)
    open_allows: list[Match] = field(default_factory=list)
    silent: set[Layer] = field(default_factory=set)
    unsure: set[Layer] = field(default_factory=set)
    strength: Strength = NAMES_NONE
    sure_strength: Strength = NAMES_NONE
    missing: dict[str, str] = field(default_factory=dict)


def explain_case(case: Case) -> Verdict:
    """Decide a case and show the statements behind it."""
    tally = _Tally()
    action = case.asked.action
    for layer, level, policies in case.layers():
        denies, allows = policies.naming(action)
        if denies:
            _weigh_denies(case, tally, layer, level, denies)
        if allows:
            _weigh_allows(case, tally, layer, level, allows)
        else:
            tally.silent.add(layer)
    missing = tuple(tally.missing.values())
    denied, doubts = tally.denied, tally.doubts
    speaking = (*denied, *doubts, *tally.granting, *tally.named, *tally.ceilings)
    if denied:
        return Verdict("explicitDeny", denied[0].layer, True, tuple(denied), (), missing, speaking)
    strength = max(tally.strength, case.agrees)
    allowed, decided_by = combine(case.situation, _says(case, tally.silent, strength))
    if not allowed:
        return Verdict("implicitDeny", decided_by, True, (), (), missing, speaking)
    matched = _granting(case, tally)
    if not doubts and not tally.open_allows and not case.agrees:
        return Verdict("allowed", decided_by, True, matched, (), missing, speaking)
    closed = tally.silent | tally.unsure
    surely, _ = combine(case.situation, _says(case, closed, tally.sure_strength))
    rests_on = list(doubts)
    if not surely:
        rests_on += [
            match
            for match in tally.open_allows
            if match.layer in tally.unsure or match.layer == "resource"
        ]
    certain = surely and not doubts
    reason = "" if certain or rests_on else "The policy of the resource was not given."
    return Verdict(
        "allowed", decided_by, certain, matched, tuple(rests_on), missing, speaking, reason
    )


def _weigh_denies(
    case: Case, tally: _Tally, layer: Layer, level: int, entries: list[CompiledStatement]
) -> None:
    asked = case.asked
    names_callers = layer in _NAMING_CALLERS
    for statement in entries:
        if names_callers and not _named(statement, case, layer):
            continue
        held = YES if statement.always else statement.weigh(asked, tally.missing)
        if held == YES:
            tally.denied.append(Match(layer, statement.source, statement.statement, level))
        elif held:
            conditions, keys = statement.open_in(asked)
            match = Match(layer, statement.source, statement.statement, level, conditions, keys)
            tally.doubts.append(match)


def _weigh_allows(
    case: Case, tally: _Tally, layer: Layer, level: int, entries: list[CompiledStatement]
) -> None:
    asked = case.asked
    sure = unsure = False
    names_callers = layer in _NAMING_CALLERS
    strength = NAMES_NONE
    speaking = tally.ceilings
    if layer == "identity":
        speaking = tally.granting
    elif layer == "resource":
        speaking = tally.named
    for statement in entries:
        if names_callers:
            strength = _named(statement, case, layer)
            if not strength:
                continue
        held = YES if statement.always else statement.weigh(asked, tally.missing)
        if held == YES:
            sure = True
            speaking.append(Match(layer, statement.source, statement.statement, level))
        elif held:
            unsure = True
            conditions, keys = statement.open_in(asked)
            match = Match(layer, statement.source, statement.statement, level, conditions, keys)
            tally.open_allows.append(match)
            speaking.append(match)
        else:
            continue
        if layer == "resource":
            tally.strength = max(tally.strength, strength)
            if held == YES:
                tally.sure_strength = max(tally.sure_strength, strength)
    if not sure:
        (tally.unsure if unsure else tally.silent).add(layer)


def _named(statement: CompiledStatement, case: Case, layer: Layer) -> Strength:
    """Tell how strongly a statement of a resource or an endpoint names the caller, if it does."""
    bounded = case.boundary is not None
    if layer == "resource":
        return statement.strength(case.asked.caller, bounded=bounded)
    concerned = statement.concerns(case.asked.caller, bounded=bounded)
    return NAMES_DIRECT if concerned else NAMES_NONE


def _says(case: Case, silent: set[Layer], strength: Strength) -> Says:
    # The level of RCPs that has no policy is the one that denies: all others hold the full access
    # that AWS attaches everywhere.
    return Says(
        is_root(case.asked.caller) or "identity" not in silent,
        strength,
        "boundary" not in silent,
        "session" not in silent,
        "endpoint" not in silent,
        "scp" not in silent,
        not any(level.empty for level in case.rcps),
    )


def _granting(case: Case, tally: _Tally) -> tuple[Match, ...]:
    """Return the Allow statements of identity and resource policies behind an allowed request."""
    delegating_only = tally.strength <= NAMES_ACCOUNT
    if delegating_only and case.situation.same_account and not case.situation.must_agree:
        return tuple(tally.granting)
    return (*tally.granting, *tally.named)
