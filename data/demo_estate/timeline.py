"""The points in time of the demo estate, and what changed on the way from each to the next.

1. Production is read for the first time: the baseline.
2. The account of the platform team is added, some of which the reader may not read. A flow loses a
   grant that it no longer used.
3. The account of the developers is added; AWS throttles one call that day. A support runtime gets a
   new image and a new setting, a booking function new code, a gateway a second target, the support
   desk a third member; the claims agent loses its permissions boundary.
4. The HR assistant is given the payroll, the claims agent a new owner. The banking assistant moves to
   another model and its guardrail loses a topic; a bucket is classified higher. The harness gets a
   tool. The concierge moves to the trip planner's role, whose draft is led by a function; a role
   trusts another account, and the organisation closes one more door for the developers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from demo_estate import development, hr, lending, newer, organization, services, support
from demo_estate.documents import BEDROCK_FULL, LOGS, policy
from demo_estate.drift import changed, released, with_draft, with_function, with_role
from demo_estate.model import Bucket, Guardrail, Partner, Place
from demo_estate.newer import Build, Gateway, Harness, Newer, Runtime
from demo_estate.organization import Control


@dataclass(frozen=True)
class Point:
    """Everything that a reader finds at one instant, and the organisation above it."""

    at: str
    places: tuple[tuple[Place, Newer], ...]
    controls: tuple[Control, ...] = organization.EARLIER

    def place(self, account: str) -> Place:
        """Return the place of one account."""
        return next(place for place, _ in self.places if place.account == account)

    def newer(self, account: str) -> Newer:
        """Return the agents of the other kinds of one account."""
        return next(found for place, found in self.places if place.account == account)

    def with_place(self, place: Place, found: Newer | None = None) -> "Point":
        """Return the point with one account changed."""
        pairs = tuple(
            (place, found or old) if one.account == place.account else (one, old)
            for one, old in self.places
        )
        return replace(self, places=pairs)


def _production(parts: hr.Parts, *, claims_owner: str) -> Place:
    return Place(
        account=hr.ACCOUNT,
        region=hr.REGION,
        name="production",
        agents=(parts.agent, *services.agents(claims_owner=claims_owner), *lending.AGENTS),
        functions=(
            *parts.functions,
            *services.FUNCTIONS,
            *lending.FUNCTIONS,
            *newer.FUNCTIONS,
        ),
        bases=(parts.base, *services.BASES, *lending.BASES),
        roles=(*parts.roles, *services.ROLES, *lending.ROLES, *newer.ROLES),
        policies=(*hr.POLICIES, BEDROCK_FULL, LOGS, newer.ADMINISTRATOR),
        guardrails=lending.GUARDRAILS,
        buckets=(*parts.buckets, *services.BUCKETS, *lending.BUCKETS),
    )


def _platform_joins(before: Point) -> Point:
    place = with_role(before.place(hr.ACCOUNT), newer.FLOW_ROLE, inline=newer.FLOW_NARROWED)
    point = before.with_place(place)
    return replace(point, places=(*point.places, (support.PLACE, support.NEWER)))


def _developers_join(before: Point) -> Point:
    place = before.place(hr.ACCOUNT)
    place = with_function(place, "table-bookings", modified="2026-10-27T10:12:00.000+0000")
    place = with_role(place, services.CLAIMS_ROLE, boundary=None)
    point = before.with_place(place, _tools_grow(before.newer(hr.ACCOUNT)))
    partner = Partner("github-assistant", "Questions about pull requests.")
    platform = released(
        before.place(support.ACCOUNT),
        "support_assistant",
        "2",
        at="2026-10-28T09:00:00Z",
        partners=(*support.SUPPORT.partners, partner),
    )
    busy = replace(development.PLACE, denied=(*development.PLACE.denied, development.BUSY))
    point = point.with_place(platform)
    return replace(point, places=(*point.places, (busy, development.NEWER)))


def _tools_grow(found: Newer) -> Newer:
    def rebuilt(runtime: Runtime) -> Runtime:
        build = Build(
            newer.SUPPORT_BUILD.image.replace(":2026.08", ":2026.10"),
            {**newer.SUPPORT_BUILD.environment, "REFUND_LIMIT": "250"},
        )
        served = {"DEFAULT": "3", "production": "2"}
        return replace(runtime, versions={**runtime.versions, "3": build}, endpoints=served)

    def more(gateway: Gateway) -> Gateway:
        return replace(gateway, targets=(*gateway.targets, newer.ORDER_TOOLS))

    return replace(
        found,
        runtimes=changed(found.runtimes, "customer_support", rebuilt),
        gateways=changed(found.gateways, "device-management", more),
    )


def _purposes_change(before: Point) -> Point:
    place = _payroll(before.place(hr.ACCOUNT))
    developers = _trusting(replace(before.place(development.ACCOUNT), denied=development.DENIED))
    found = before.newer(support.ACCOUNT)

    def armed(harness: Harness) -> Harness:
        servers = {**harness.servers, "deploy": "https://mcp.examplecorp.internal/deploy"}
        return replace(harness, servers=servers, version="2")

    platform = replace(found, harnesses=changed(found.harnesses, "sre_assistant", armed))
    point = before.with_place(_lending(place)).with_place(developers)
    point = point.with_place(before.place(support.ACCOUNT), platform)
    return replace(point, controls=organization.CONTROLS)


def _payroll(place: Place) -> Place:
    later = _production(hr.AFTER, claims_owner="omar.reyes")
    moved = {hr.NAME, services.CLAIMS}
    kept = {one.name: one for one in place.agents}
    return replace(
        place,
        agents=tuple(one if one.name in moved else kept[one.name] for one in later.agents),
        functions=(*hr.AFTER.functions, *place.functions[len(hr.BEFORE.functions) :]),
        bases=(hr.AFTER.base, *place.bases[1:]),
        roles=(*hr.AFTER.roles, *place.roles[len(hr.BEFORE.roles) :]),
        buckets=(*hr.AFTER.buckets, *place.buckets[len(hr.BEFORE.buckets) :]),
    )


def _lending(place: Place) -> Place:
    place = released(
        place,
        "banking-assistant",
        "6",
        at="2026-11-16T15:30:00Z",
        model="amazon.nova-pro-v1:0",
    )

    def weaker(guardrail: Guardrail) -> Guardrail:
        topics = {name: text for name, text in guardrail.topics.items() if name.startswith("Legal")}
        return replace(guardrail, topics=topics)

    def raised(bucket: Bucket) -> Bucket:
        return replace(bucket, tags={**bucket.tags, "data-classification": "internal"})

    return replace(
        place,
        guardrails=changed(place.guardrails, "banking-denied-topics", weaker),
        buckets=changed(place.buckets, "examplecorp-restaurant-menus", raised),
    )


def _trusting(place: Place) -> Place:
    at = "2026-11-18T09:00:00Z"
    place = with_draft(place, development.TRIP, at=at, orchestrator="trip-orchestrator")
    place = released(place, "concierge", "2", at=at, role=development.TRIP_ROLE)
    trust = next(one.trust for one in place.roles if one.name == development.OPERATIONS_ROLE)
    outside = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222233334444:root"},
        "Action": "sts:AssumeRole",
    }
    return with_role(place, development.OPERATIONS_ROLE, trust=policy(*trust["Statement"], outside))


_FIRST = Point(
    "2026-09-28T09:00:00Z",
    ((_production(hr.BEFORE, claims_owner="dana.whitfield"), newer.PRODUCTION),),
)
_STEPS: tuple[tuple[str, Callable[[Point], Point]], ...] = (
    ("2026-10-19T09:00:00Z", _platform_joins),
    ("2026-11-02T09:00:00Z", _developers_join),
    ("2026-11-23T09:00:00Z", _purposes_change),
)


def _points() -> Iterator[Point]:
    point = _FIRST
    yield point
    for at, step in _STEPS:
        point = replace(step(point), at=at)
        yield point


POINTS = tuple(_points())
