"""Every setting of a run, with its place; the rooms say what their tables mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from recert.campaigns.deadlines import WEEKDAYS, Calendar
from recert.config import Setting, Settings
from recert.lifecycle import TriggerPolicy
from recert.store.store import Store

_DEFAULT = "default"


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
    table = settings.table("triggers")
    if not table or settings.file is None:
        return TriggerPolicy.from_table(table)
    text = settings.file.read_text(encoding="utf-8")
    return TriggerPolicy.from_table(table, text=text, name=str(settings.file))


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
    table = settings.table("triggers")
    for kind, opens in policy.events.items():
        yield Setting(f"triggers.events.{kind}", opens.value, str(settings.file))
    for name, days in (("due_days", policy.due_days), ("cadence_days", policy.cadence_days)):
        stated = _table(table, name)
        for severity, number in days.items():
            source = str(settings.file) if severity.value in stated else _DEFAULT
            yield Setting(f"triggers.{name}.{severity.value}", number, source)
    told = policy.quiet.words if policy.quiet else None
    yield Setting("triggers.quiet", told, str(settings.file) if told else _DEFAULT)


def _evidence(settings: Settings) -> Iterator[Setting]:
    from recert.cli.signing import KEY, TABLE, key_of  # noqa: PLC0415 - tables are slow to import

    key = key_of(settings)
    yield Setting(
        f"{TABLE}.{KEY}", str(key) if key else None, str(settings.file) if key else _DEFAULT
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


def _owners(settings: Settings) -> Iterator[Setting]:
    from recert.cli.readings import tag_names  # noqa: PLC0415 - boto3 is slow to import

    names = tag_names(settings)
    table = settings.table("owners")
    for key, value in (("tags", names.owner), ("purpose_tags", names.purpose)):
        source = str(settings.file) if key in table else _DEFAULT
        yield Setting(f"owners.{key}", list(value), source)


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    return found if isinstance(found, Mapping) else {}
