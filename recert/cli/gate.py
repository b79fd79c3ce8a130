"""Reading AWS for the gate: the agents that are asked about, and what their fingerprints rest on."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from recert.campaigns.gate import Wanted
from recert.cli.context import Run
from recert.cli.settings import tag_names
from recert.errors import AwsError
from recert.estate.estate import Estate

_REGION, _ACCOUNT = 3, 4


@dataclass(frozen=True, slots=True)
class Entry:
    """How AWS is entered for the reading, as the options of `sync` say it."""

    profile: str | None = None
    assume_role: str | None = None
    external_id: str | None = None
    keyring: Path | None = None


def fresh(run: Run, wanted: Iterable[Wanted], entry: Entry) -> Estate:
    """Read agents and what their fingerprints rest on from AWS now; raises AwsError."""
    from recert.aws.collect.run import collect  # noqa: PLC0415 - boto3 is slow to import
    from recert.aws.interface import Options, Scope  # noqa: PLC0415 - as above
    from recert.aws.keyring import load_keyring  # noqa: PLC0415 - as above
    from recert.cli import readings  # noqa: PLC0415 - as above

    chosen = tuple(wanted)
    arns = [one.agent.split(":") for one in chosen]
    account = next((parts[_ACCOUNT] for parts in arns if len(parts) > _ACCOUNT), "")
    role = entry.assume_role
    if role is not None and ":" not in role:
        role = f"{account}:{role}"
    source = readings.live(
        run.settings,
        profile=entry.profile,
        regions=tuple(sorted({parts[_REGION] for parts in arns if len(parts) > _ACCOUNT} - {""})),
        assume_role=role,
        external_id=entry.external_id,
    )
    if account not in {place.account for place in source.places}:
        raise AwsError(
            f"The agent lives in account {account}, which was not entered.",
            "Name the reader's role there with --assume-role.",
        )
    scope = Scope(
        frozenset(one.agent for one in chosen),
        tuple(sorted({one.version for one in chosen if one.version})),
    )
    options = Options(tags=tag_names(run.settings), usage=False, scope=scope)
    keyring = load_keyring(entry.keyring)
    reading = collect(source, clock=run.clock, keyring=keyring, options=options)
    return readings.owned(run.settings, reading).estate
