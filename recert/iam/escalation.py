"""Ways by which a principal can gain permissions that it was not given.

The paths are data (`data/escalation.json`, each with its source); what is judged here is whether
one is open: every action of it effective, on the resource that it needs, through every layer; the
target role known, in reach of iam:PassRole for that service, and trusting the service that is to
run as it.

Where something is not known the path is shown: a target whose trust policy could not be read may
trust anybody; whether a workload of a service exists that runs as a role is asked of no inventory,
so that every role which trusts the service counts; a path that needs a user or group is shown
without a target.
"""

from collections.abc import Callable, Iterable, Mapping

from recert.iam.arns import account_of, partition_of
from recert.iam.catalogue import Catalogue
from recert.iam.certainty import Facts, certain
from recert.iam.effective import Assessor
from recert.iam.grants import EffectiveGrant
from recert.iam.judge import Judge
from recert.iam.model import Authority
from recert.iam.paths import (
    ASSUMING,
    NEW_VERSION,
    PASSING,
    EscalationPath,
    Kind,
    KnownPath,
    known_paths,
    needed_actions,
)
from recert.iam.reach import Reach
from recert.iam.targets import TargetRole, Targets, Trusted, plain_service

_CHINA = "aws-cn"
_OWNED_BY_AWS = ":role/aws-"
_EVERYTHING = Reach(("*",), False, False)


def escalations(
    authority: Authority,
    roles: Iterable[TargetRole] | Targets,
    *,
    catalogue: Catalogue | None = None,
    assessor: Assessor | None = None,
    grants: tuple[EffectiveGrant, ...] | None = None,
) -> tuple[EscalationPath, ...]:
    """Return every path that is open to a principal, in the order of the catalogue.

    `roles` are the roles that were read, the principal's own among them or not; a `Targets` is
    taken as it is, which spares the indexing where many principals are asked about. `grants` are
    the principal's effective grants, where they are at hand.

    Raises:
        ValueError: neither a catalogue nor an assessor was given.
    """
    if assessor is None:
        if catalogue is None:
            raise ValueError("escalations needs a catalogue or an assessor")
        assessor = Assessor(catalogue)
    held = assessor.grants(authority) if grants is None else grants
    return _Search(authority, roles, assessor, held).run()


class _Search:
    """The search for the paths of one principal."""

    def __init__(
        self,
        authority: Authority,
        roles: Iterable[TargetRole] | Targets,
        assessor: Assessor,
        grants: tuple[EffectiveGrant, ...],
    ) -> None:
        self._authority = authority
        self._assessor = assessor
        self._judge, self._facts = assessor.judge(authority)
        self._targets = roles if isinstance(roles, Targets) else Targets(roles, self._facts)
        self._by_action = self._index(grants)
        self._judges: dict[str | None, tuple[Judge, Facts]] = {None: (self._judge, self._facts)}
        self._usable: dict[tuple[str, str, str | None], tuple[EffectiveGrant, ...]] = {}
        self._trusted: Mapping[str, Trusted] | None = None

    def run(self) -> tuple[EscalationPath, ...]:
        finders: dict[Kind, Callable[[KnownPath], EscalationPath | None]] = {
            "pass-role": self._pass_role,
            "existing-role": self._existing_role,
            "assume-role": self._assume_role,
            "other-role": self._other_role,
            "own-role": self._own_role,
            "own-policy": self._own_policy,
            "user": self._user,
        }
        open_paths = (
            finders[path.kind](path)
            for path in known_paths()
            if all(action in self._by_action for action in path.own_actions)
        )
        return tuple(path for path in open_paths if path is not None)

    def _pass_role(self, path: KnownPath) -> EscalationPath | None:
        """Pass a role that trusts the service to something that the caller then drives."""
        targets = [
            arn
            for service in self._passed_to(path)
            for arn in self._at_home(self._targets.trusting((plain_service(service),)))
            if self._at(PASSING, arn, service)
        ]
        return self._found(path, targets) if targets else None

    def _passed_to(self, path: KnownPath) -> tuple[str, ...]:
        """Return the services of a path as `iam:PassedToService` may name them.

        In China some services have an ending of their own; which ones is written nowhere.
        """
        if partition_of(self._authority.role_arn) != _CHINA:
            return path.services
        return (*path.services, *(f"{service}.cn" for service in path.services))

    def _existing_role(self, path: KnownPath) -> EscalationPath | None:
        """Take over something that runs as a role already."""
        if path.within and not all(self._at(a, self._own(path.within)) for a in path.actions):
            return None
        targets = self._at_home(self._targets.trusting(path.services))
        return self._found(path, targets) if targets else None

    def _assume_role(self, path: KnownPath) -> EscalationPath | None:
        """Assume a role that trusts the caller, changed beforehand where the path says so."""
        account = account_of(self._authority.role_arn)
        found = {
            arn: trusted
            for arn, trusted in self._trusting_me().items()
            if (
                self._passes(ASSUMING, arn)
                if trusted.direct and account_of(arn) == account
                else self._at(ASSUMING, arn)
            )
            and self._changes(arn, path.own_actions)
        }
        if not found:
            return None
        sure = any(not trusted.conditional for trusted in found.values())
        return self._found(path, found, conditional=not sure)

    def _other_role(self, path: KnownPath) -> EscalationPath | None:
        """Change another role of the account, who may assume it among the rest."""
        homely = self._at_home(self._targets.arns)
        targets = [arn for arn in homely if self._changes(arn, path.actions)]
        return self._found(path, targets) if targets else None

    def _own_role(self, path: KnownPath) -> EscalationPath | None:
        """Change the role that the caller itself is."""
        own = self._authority.role_arn
        if path.unbounding and self._authority.boundary is None:
            return None
        return self._found(path, [own]) if self._changes(own, path.actions) else None

    def _own_policy(self, path: KnownPath) -> EscalationPath | None:
        """Rewrite a customer-managed policy: one of the caller's own, or one not known here."""
        own = [
            source.arn
            for source in self._authority.identity
            if source.kind == "customer-managed" and source.arn
        ]
        (action,) = path.actions
        if any(self._at(action, arn) for arn in own):
            return self._found(path, [self._authority.role_arn])
        return self._found(path, [], needs=("a customer-managed policy attached to the role",))

    def _user(self, path: KnownPath) -> EscalationPath | None:
        """Act on a user or group; every action must reach the same one."""
        via = [self._holding(action) for action in path.actions]
        first, *rest = via
        fits = all(any(a.reach.meets(b.reach) for a in first for b in others) for others in rest)
        return self._found(path, []) if fits else None

    def _changes(self, arn: str, actions: tuple[str, ...]) -> bool:
        """Whether every one of these actions reaches a role, or a policy that is attached to it.

        No action of IAM reaches another account.
        """
        if actions and account_of(arn) != account_of(self._authority.role_arn):
            return False
        target = self._targets.get(arn)
        policies = target.customer_policies if target is not None else ()
        return all(
            any(self._at(action, policy) for policy in policies)
            if action == NEW_VERSION
            else bool(self._at(action, arn))
            for action in actions
        )

    def _trusting_me(self) -> Mapping[str, Trusted]:
        """Return the roles that let the caller in."""
        if self._trusted is None:
            self._trusted = self._targets.letting_in(self._authority.role_arn, self._facts)
        return self._trusted

    def _at_home(self, arns: Iterable[str]) -> list[str]:
        """Return the other roles of the caller's account: none of another one can be passed.

        Nor is a workload there in reach, unless that account lets the caller in.
        """
        own = self._authority.role_arn
        account = account_of(own)
        return sorted(arn for arn in arns if arn != own and account_of(arn) == account)

    def _own(self, pattern: str) -> str:
        return pattern.replace("ACCOUNT", account_of(self._authority.role_arn) or "*")

    def _index(self, grants: Iterable[EffectiveGrant]) -> dict[str, list[EffectiveGrant]]:
        """Find the grants of each action that some path needs."""
        catalogue, found = self._assessor.catalogue, dict[str, list[EffectiveGrant]]()
        relevant = catalogue.union(needed_actions())
        for grant in grants:
            for action in catalogue.actions(grant.mask & relevant):
                found.setdefault(action, []).append(grant)
        return found

    def _holding(self, action: str) -> tuple[EffectiveGrant, ...]:
        return tuple(self._by_action.get(action, ()))

    def _at(self, action: str, arn: str, service: str | None = None) -> tuple[EffectiveGrant, ...]:
        """Return the grants that let an action through on one resource, for one passed service."""
        if action not in self._by_action:
            return ()
        key = (action, arn, service)
        found = self._usable.get(key)
        if found is None:
            anywhere = () if _OWNED_BY_AWS in arn else self._anywhere(action, service)
            found = anywhere or tuple(self._through(action, arn, service))
            self._usable[key] = found
        return found

    def _anywhere(self, action: str, service: str | None) -> tuple[EffectiveGrant, ...]:
        """Return the grants that let an action through on every resource, which spares the look."""
        key = (action, "*", service)
        found = self._usable.get(key)
        if found is None:
            judge, facts = self._knowing(service)
            bit = self._assessor.catalogue.mask(action)
            outcome = judge.weigh(_EVERYTHING, bit)
            free = outcome.alive and not outcome.narrowed
            found = tuple(
                grant
                for grant in (self._holding(action) if free else ())
                if grant.reach.everything and self._may_hold(grant, facts)
            )
            self._usable[key] = found
        return found

    def _may_hold(self, grant: EffectiveGrant, facts: Facts) -> bool:
        variables = grant.source.policy.has_variables
        return certain(grant.statement.conditions, facts, variables=variables) is not False

    def _through(self, action: str, arn: str, service: str | None) -> Iterable[EffectiveGrant]:
        _, facts = self._knowing(service)
        found = [
            grant
            for grant in self._holding(action)
            if grant.reach.touches(arn) and self._may_hold(grant, facts)
        ]
        return found if found and self._passes(action, arn, service) else ()

    def _passes(self, action: str, arn: str, service: str | None = None) -> bool:
        """Whether the layers let an action through on one resource."""
        judge, _ = self._knowing(service)
        bit = self._assessor.catalogue.mask(action)
        return bool(judge.weigh(Reach((arn,), False, False), bit).alive)

    def _knowing(self, service: str | None) -> tuple[Judge, Facts]:
        """Return the layers as they are once it is known which service a role is passed to."""
        found = self._judges.get(service)
        if found is None:
            facts = self._facts.knowing({"iam:PassedToService": service or ""})
            found = (self._assessor.judge_knowing(self._authority, facts), facts)
            self._judges[service] = found
        return found

    def _found(
        self,
        path: KnownPath,
        targets: Iterable[str],
        needs: tuple[str, ...] = (),
        *,
        conditional: bool = False,
    ) -> EscalationPath:
        goals = tuple(sorted(set(targets)))
        via = [(action, self._grants_for(action, path, goals)) for action in path.actions]
        return EscalationPath(
            id=path.id,
            kind=path.kind,
            title=" + ".join(path.actions),
            actions=path.actions,
            via=tuple((action, tuple(grant.key for grant in held)) for action, held in via),
            targets=goals,
            services=path.services,
            needs=(*path.needs, *needs),
            conditional=conditional
            or any(self._doubtful(action, held, path) for action, held in via),
            source=path.source,
            unbounding=path.unbounding,
        )

    def _doubtful(self, action: str, held: tuple[EffectiveGrant, ...], path: KnownPath) -> bool:
        """Whether every grant of an action rests on something that is not known to hold."""
        services = self._passed_to(path) if action == PASSING else (None,)
        return bool(held) and not any(self._sure(g, action, s) for g in held for s in services)

    def _sure(self, grant: EffectiveGrant, action: str, service: str | None) -> bool:
        if service is None:
            return not (grant.conditional or grant.unsure)
        judge, facts = self._knowing(service)
        variables = grant.source.policy.has_variables
        if certain(grant.statement.conditions, facts, variables=variables) is not True:
            return False
        return not judge.weigh(grant.reach, self._assessor.catalogue.mask(action)).unsure

    def _grants_for(
        self, action: str, path: KnownPath, goals: tuple[str, ...]
    ) -> tuple[EffectiveGrant, ...]:
        """Return the grants that open an action of a path, those that reach a target first of all."""
        if path.kind == "pass-role" and action == PASSING:
            services: tuple[str | None, ...] = self._passed_to(path)
        elif path.kind in ("assume-role", "other-role", "own-role") and action != NEW_VERSION:
            services = (None,)
        else:
            return self._holding(action)
        used = {g.key: g for s in services for arn in goals for g in self._at(action, arn, s)}
        return tuple(used.values())
