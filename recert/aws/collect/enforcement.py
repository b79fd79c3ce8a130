"""The guardrails that an account forces on model calls, whatever the caller asks for."""

from typing import Any

from recert.aws import later_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.reader import Reader
from recert.estate.integrations import EnforcedGuardrail, Enforcement

LIMIT = "The recording does not say which guardrails an account forces on every model call."


def gather(harvest: Harvest) -> None:
    """Read what is forced at every place."""
    readers = [
        reader
        for reader in harvest.readers
        if harvest.asks(later_reads.LIST_ENFORCED, reader.place.account, LIMIT)
    ]
    found = harvest.crew.each("reading enforced guardrails", read_enforcement, readers)
    harvest.enforcements += [one for one in found if one is not None]


def read_enforcement(reader: Reader) -> Enforcement | None:
    """Read what is forced at one place; None where that could not be read."""
    listing = reader.listing(later_reads.LIST_ENFORCED, "guardrailsConfig")
    if not listing.complete:
        return None
    found = [one for item in listing.items if (one := _guardrail(item)) is not None]
    return Enforcement(
        account=reader.place.account,
        region=reader.place.region,
        guardrails=tuple(sorted(found, key=lambda one: (one.guardrail_arn, one.id))),
    )


def _guardrail(item: dict[str, Any]) -> EnforcedGuardrail | None:
    arn = text(item.get("guardrailArn")) or text(item.get("guardrailId"))
    if arn is None:
        return None
    guarding = item.get("selectiveContentGuarding") or {}
    return EnforcedGuardrail(
        id=text(item.get("configId")) or arn,
        guardrail_arn=arn,
        version=text(item.get("guardrailVersion")),
        input_tags=text(item.get("inputTags")),
        models=unique(every(dig(item, "modelEnforcement"), "includedModels")),
        spared=unique(every(dig(item, "modelEnforcement"), "excludedModels")),
        guarding=tuple(f"{name}: {value}" for name, value in sorted(guarding.items()) if value),
    )
