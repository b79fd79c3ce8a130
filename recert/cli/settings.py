"""Every setting of a run, with its place; the rooms say what their tables mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recert.campaigns.deadlines import WEEKDAYS, Calendar
from recert.config import Setting, Settings
from recert.errors import UsageError
from recert.lifecycle import KINDS, OwnerPolicy, TriggerPolicy, read_leavers, read_trigger_policy
from recert.store.store import Store
from recert.text import visible

if TYPE_CHECKING:
    from recert.aws.interface import TagNames

_DEFAULT = "default"
HISTORY_DAYS = 90
"""For as long CloudTrail's event history goes back."""


def every_setting(settings: Settings) -> list[Setting]:
    """Return each setting once, validated; raises UsageError for one that cannot hold."""
    return [
        settings.store,
        settings.user,
        *_triggers(settings),
        *_calendar(settings),
        *_owners(settings),
        *_evidence(settings),
    ]


def trigger_policy(settings: Settings) -> TriggerPolicy:
    """Return the trigger policy of the configuration; raises UsageError with the line."""
    return read_trigger_policy(
        settings.table("triggers"), text=_text(settings), name=str(settings.file)
    )


def calendar(settings: Settings) -> Calendar:
    """Return the business calendar of the configuration; raises UsageError with the key."""
    return Calendar.from_table(settings.table("campaigns"))


def _calendar(settings: Settings) -> Iterator[Setting]:
    found, table = calendar(settings), settings.table("campaigns")
    off = sorted(str(day) for day in found.holidays)
    off += [f"{month:02d}-{day:02d}" for month, day in sorted(found.yearly)]
    told = {
        "zone": found.zone,
        "end_of_day": f"{found.end_of_day:%H:%M}",
        "weekend": [WEEKDAYS[day] for day in sorted(found.weekend)],
        "holidays": off,
    }
    for key, value in told.items():
        yield Setting(f"campaigns.{key}", value, str(settings.file) if key in table else _DEFAULT)


def _triggers(settings: Settings) -> Iterator[Setting]:
    policy = trigger_policy(settings)
    table, source = settings.table("triggers"), str(settings.file)
    yield Setting(
        "triggers.window_minutes",
        int(policy.window.total_seconds()) // 60,
        source if "window_minutes" in table else _DEFAULT,
    )
    for kind in KINDS:
        yield _event(policy, kind, source)
    for name, days in (("due_days", policy.due_days), ("cadence_days", policy.cadence_days)):
        stated = _table(table, name)
        for severity, number in days.items():
            place = source if severity.value in stated else _DEFAULT
            yield Setting(f"triggers.{name}.{severity.value}", number, place)
    for tier, rule in policy.tiers.items():
        if rule.due_days is not None:
            yield Setting(f"triggers.tiers.{tier.value}.due_days", rule.due_days, source)
        for kind, opens in rule.events.items():
            yield Setting(f"triggers.tiers.{tier.value}.events.{kind}", opens.value, source)
    basis = policy.risk_analysis.words if policy.risk_analysis else None
    yield Setting("triggers.risk_analysis", basis, source if basis else _DEFAULT)
    told = policy.quiet.words if policy.quiet else None
    yield Setting("triggers.quiet", told, source if told else _DEFAULT)


def _event(policy: TriggerPolicy, kind: str, source: str) -> Setting:
    """Return what one event does, and by which line of the configuration, if by any."""
    by = next(
        (
            key
            for key in (kind, f"{kind.partition('.')[0]}.*")
            if key in policy.events or key in policy.asked or key in policy.event_due
        ),
        None,
    )
    value = policy.opens(kind).value
    if by is None:
        return Setting(f"triggers.events.{kind}", value, _DEFAULT)
    value += f", asks {policy.asked[by]}" if by in policy.asked else ""
    value += f", due in {policy.event_due[by]} days" if by in policy.event_due else ""
    place = source if by == kind else f"{source}, {by}"
    return Setting(f"triggers.events.{kind}", value, place)


def texts(table: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    """Return a list of texts of a table, empty where it has none; raises UsageError for another value."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{name} {key} must be a list of texts.", f'Write {key} = ["…"].')
    return tuple(value)


def key_of(settings: Settings) -> Path | None:
    """Return the key that `[evidence] key` names, None where there is none; raises UsageError."""
    value = settings.table("evidence").get("key")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise UsageError("[evidence] key must be the path of an SSH key.", "Mend the line.")
    return Path(value).expanduser()


def tag_names(settings: Settings) -> TagNames:
    """Return which tags name owner and purpose: `[owners] tags` and `purpose_tags`, else the usual ones."""
    from recert.aws.interface import TagNames  # noqa: PLC0415 - boto3 is slow to import

    table = settings.table("owners")
    usual = TagNames()
    return TagNames(
        owner=texts(table, "tags", "[owners]") or usual.owner,
        purpose=texts(table, "purpose_tags", "[owners]") or usual.purpose,
    )


def _evidence(settings: Settings) -> Iterator[Setting]:
    key = key_of(settings)
    carried = settings.table("evidence").get("user_agent")
    yield Setting(
        "evidence.user_agent",
        bool(carried),
        str(settings.file) if carried is not None else _DEFAULT,
    )
    yield Setting(
        "evidence.key", str(key) if key else None, str(settings.file) if key else _DEFAULT
    )


def ledger_settings(store: Store) -> list[Setting]:
    """Return the settings that a store's ledger keeps, each with what set it."""
    from recert.store import settings  # noqa: PLC0415 - tables are slow to import

    with store.read() as session:
        stated = settings.every(session)
        wanted = settings.demanded_in(session)
    found = {name: Setting(name, stated.get(name), "ledger") for name in settings.KNOWN}
    if settings.SIGNATURES not in stated:
        found[settings.SIGNATURES] = Setting(
            settings.SIGNATURES, wanted, f"default of a {store.source or 'new'} store"
        )
    return [
        one if one.value is not None else Setting(one.name, None, _DEFAULT)
        for one in found.values()
    ]


def owner_policy(settings: Settings) -> OwnerPolicy:
    """Return the ladder of owners of the configuration; raises UsageError with the line."""
    return OwnerPolicy.from_table(
        settings.table("owners"), text=_text(settings), name=str(settings.file)
    )


def leavers(settings: Settings, today: date) -> tuple[str, ...]:
    """Return who left by a day, of the file that `[owners] leavers` names; raises UsageError."""
    named = owner_policy(settings).leavers
    if named is None:
        return ()
    base = settings.file.parent if settings.file is not None else Path()
    path = base / named
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The leavers' file {visible(str(path))} cannot be read: {error}.",
            "Mend it, or take `leavers` out of [owners].",
        ) from error
    return read_leavers(text, visible(str(path)), today)


def events_days(settings: Settings) -> int:
    """Return how many days of CloudTrail's event history a reading of AWS takes in; 0 is none."""
    value = settings.table("aws").get("events_days", 0)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HISTORY_DAYS:
        return value
    raise UsageError(
        f"{settings.file}: aws.events_days is {value!r}.",
        f"Give whole days from 0 to {HISTORY_DAYS}.",
    )


def _text(settings: Settings) -> str:
    return settings.file.read_text(encoding="utf-8") if settings.file is not None else ""


def _owners(settings: Settings) -> Iterator[Setting]:
    names, policy = tag_names(settings), owner_policy(settings)
    table = settings.table("owners")
    told: dict[str, Any] = {
        "tags": list(names.owner),
        "purpose_tags": list(names.purpose),
        **policy.model_dump(mode="json"),
    }
    for key, value in told.items():
        source = str(settings.file) if key in table else _DEFAULT
        if not isinstance(value, dict) or not value:
            yield Setting(f"owners.{key}", value or None, source)
            continue
        for one, who in value.items():
            yield Setting(f"owners.{key}.{one}", who, source)
    days = events_days(settings)
    place = str(settings.file) if "events_days" in settings.table("aws") else _DEFAULT
    yield Setting("aws.events_days", days, place)


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    return found if isinstance(found, Mapping) else {}
