"""One whole reading: every place of a source, and the authority behind what was found there."""

from collections.abc import Callable
from typing import TypeVar

from recert.aws.collect import (
    authority,
    bedrock_agents,
    buckets,
    core_resources,
    enforcement,
    events,
    flows,
    functions,
    gateways,
    guardrails,
    harnesses,
    images,
    keys,
    knowledge_bases,
    organization,
    people,
    prompts,
    registries,
    role_details,
    runtimes,
    scoped,
    state_machines,
    trails,
    unregistered,
    usage,
)
from recert.aws.collect.crew import Crew
from recert.aws.collect.harvest import Harvest
from recert.aws.interface import AwsSource, Cancelled, Options, Progress, Reading
from recert.aws.keyring import Keyring
from recert.aws.reader import Reader
from recert.aws.resume import Spool
from recert.aws.tally import Tally
from recert.clock import Clock, to_rfc3339
from recert.estate.authority import User, UserGroup
from recert.estate.estate import Coverage, Estate

P = TypeVar("P", User, UserGroup)
_DEFAULTS = Options()

COLLECTORS: tuple[Callable[[Harvest], None], ...] = (
    bedrock_agents.gather,
    flows.gather,
    harnesses.gather,
    runtimes.gather,
    gateways.gather,
    state_machines.gather,
    images.gather,
    core_resources.gather,
    knowledge_bases.gather,
    functions.gather,
    enforcement.gather,
    guardrails.gather,
    prompts.gather,
    keys.gather,
    buckets.gather,
    authority.gather,
    unregistered.gather,
    role_details.gather,
    registries.gather,
    organization.gather,
    usage.gather,
    trails.gather,
    events.gather,
    people.gather,
)
"""In the order in which one builds on what another found."""


def collect(
    source: AwsSource,
    *,
    clock: Clock,
    keyring: Keyring,
    options: Options = _DEFAULTS,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    spool: Spool | None = None,
) -> Reading:
    """Read everything that the source shows, or what `options.scope` names.

    A refused call becomes a gap of the estate's coverage; raises ReadingCancelledError where
    `cancelled` said so, and then nothing was kept but what `spool` keeps for the next reading.
    """
    tally = Tally(cancelled)
    harvest = Harvest(
        source=source,
        readers=[Reader(source, place, tally, keyring, spool) for place in source.places],
        crew=Crew(source.workers, tally, progress),
        tally=tally,
        options=options,
        taken_at=source.taken_at(clock),
    )
    harvest.limits |= set(source.limits)
    if spool is not None and spool.since is not None:
        harvest.limits.add(
            f"Part of it was read from {to_rfc3339(spool.since)} on, by a reading that was interrupted."
        )
    for gap in source.gaps:
        tally.miss(gap)
    if options.scope is not None:
        scoped.gather(harvest, options.scope)
    else:
        for gather in COLLECTORS:
            gather(harvest)
    return Reading(estate=_estate(harvest), calls=tally.calls)


def _estate(harvest: Harvest) -> Estate:
    return Estate(
        taken_at=harvest.taken_at,
        source=harvest.source.source(),
        visits=tuple(
            sorted(harvest.visits, key=lambda one: (one.account, one.region, one.kind.value))
        ),
        agents=tuple(sorted(harvest.agents, key=lambda one: one.arn)),
        roles=tuple(sorted(harvest.roles, key=lambda one: one.arn)),
        managed_policies=tuple(
            sorted({one.arn: one for one in harvest.policies}.values(), key=lambda one: one.arn)
        ),
        functions=tuple(sorted(harvest.functions, key=lambda one: one.arn)),
        knowledge_bases=tuple(sorted(harvest.knowledge_bases, key=lambda one: one.arn)),
        guardrails=tuple(sorted(harvest.guardrails, key=lambda one: (one.arn, one.version))),
        enforcements=tuple(sorted(harvest.enforcements, key=lambda one: (one.account, one.region))),
        buckets=tuple(sorted(harvest.buckets, key=lambda one: one.arn)),
        resources=tuple(sorted(harvest.resources, key=lambda one: (one.kind, one.arn))),
        keys=tuple(sorted(harvest.keys, key=lambda one: (one.arn, one.written))),
        users=_people(harvest, harvest.users),
        groups=_people(harvest, harvest.groups),
        usage=tuple(sorted(harvest.usage, key=lambda one: one.role_arn)),
        trails=tuple(sorted(harvest.trails, key=lambda one: (one.account, one.region))),
        observed=tuple(harvest.observed),
        event_windows=tuple(harvest.windows),
        organization=harvest.organization,
        owners=tuple(harvest.owners),
        coverage=Coverage(gaps=harvest.tally.gaps, limits=tuple(sorted(harvest.limits))),
    )


def _people(harvest: Harvest, found: list[P]) -> tuple[P, ...] | None:
    """Return users or groups, None where not every account told of them."""
    if harvest.accounts_with_users != set(harvest.accounts):
        return None
    return tuple(sorted(found, key=lambda one: one.arn))
