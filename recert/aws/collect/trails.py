"""Whether a use would leave a trace: trails, their selectors, and the logging of model invocations."""

from dataclasses import dataclass, field
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.reader import Reader
from recert.estate.companions import Trails

_EVERYTHING = frozenset({"arn:aws:s3", "arn:aws:lambda", "arn:aws:dynamodb"})


@dataclass(slots=True)
class _Trail:
    """What one trail records; None is unknown."""

    active: bool | None = None
    management: bool | None = None
    types: set[str] | None = None
    partly: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


def gather(harvest: Harvest) -> None:
    """Read the trails of every account and the model logging of every place."""
    found = harvest.crew.each("reading trails", _read_place, harvest.readers)
    harvest.trails += found


def _read_place(reader: Reader) -> Trails:
    answer = reader.call(reads.GET_MODEL_LOGGING)
    logging = None
    if answer.output is not None:
        logging = bool(answer.output.get("loggingConfig"))
    described = reader.call(reads.DESCRIBE_TRAILS)
    place = reader.place
    if described.output is None:
        return Trails(account=place.account, region=place.region, model_invocations=logging)
    trails = [
        _read_trail(reader, item)
        for item in described.output.get("trailList") or ()
        if item.get("TrailARN") and _covers(item, place.region)
    ]
    return _together(reader, trails, logging=logging)


def _covers(item: dict[str, Any], region: str) -> bool:
    return bool(item.get("IsMultiRegionTrail")) or item.get("HomeRegion", region) == region


def _read_trail(reader: Reader, item: dict[str, Any]) -> _Trail:
    arn = str(item["TrailARN"])
    trail = _Trail()
    status = reader.call(reads.GET_TRAIL_STATUS, subject=arn, Name=arn)
    if status.output is not None:
        trail.active = bool(status.output.get("IsLogging"))
    if trail.active is False:
        trail.management, trail.types = False, set()
        return trail
    selectors = reader.call(reads.GET_EVENT_SELECTORS, subject=arn, TrailName=arn)
    if selectors.output is not None:
        trail.management, trail.types = False, set()
        for selector in selectors.output.get("EventSelectors") or ():
            _basic(trail, selector)
        for selector in selectors.output.get("AdvancedEventSelectors") or ():
            _advanced(trail, selector)
    return trail


def _basic(trail: _Trail, selector: dict[str, Any]) -> None:
    every = selector.get("ReadWriteType", "All") == "All"
    if selector.get("IncludeManagementEvents"):
        trail.management = trail.management or every
        trail.excluded |= set(selector.get("ExcludeManagementEventSources") or ())
    for resource in selector.get("DataResources") or ():
        whole = every and bool(_EVERYTHING & set(resource.get("Values") or ()))
        _add_type(trail, str(resource.get("Type") or "*"), whole=whole)


def _advanced(trail: _Trail, selector: dict[str, Any]) -> None:
    fields = {str(one.get("Field")): one for one in selector.get("FieldSelectors") or ()}
    category = (fields.get("eventCategory") or {}).get("Equals") or []
    if "Management" in category:
        trail.management = trail.management or "readOnly" not in fields
        trail.excluded |= set((fields.get("eventSource") or {}).get("NotEquals") or ())
    if "Data" in category:
        whole = set(fields) <= {"eventCategory", "resources.type"}
        for name in (fields.get("resources.type") or {}).get("Equals") or ["*"]:
            _add_type(trail, str(name), whole=whole)


def _add_type(trail: _Trail, name: str, *, whole: bool) -> None:
    if whole and trail.types is not None:
        trail.types.add(name)
    else:
        trail.partly.add(name)


def _together(reader: Reader, trails: list[_Trail], *, logging: bool | None) -> Trails:
    """Join the trails of a place: one that records is enough, one that is unread leaves it open."""
    live = [trail for trail in trails if trail.active is not False]
    recording = [trail for trail in live if trail.active]
    unread = [trail for trail in live if trail.active is None or trail.types is None]
    management: bool | None = any(trail.management for trail in recording)
    if not management and unread:
        management = None
    types = set[str]().union(*(trail.types or set() for trail in recording))
    partly = set[str]().union(*(trail.partly for trail in recording)) - types
    excluded = [trail.excluded for trail in recording if trail.management]
    return Trails(
        account=reader.place.account,
        region=reader.place.region,
        management=management,
        data_types=None if unread else tuple(sorted(types)),
        partly_types=tuple(sorted(partly)),
        model_invocations=logging,
        excluded_sources=tuple(sorted(set.intersection(*excluded))) if excluded else (),
    )
