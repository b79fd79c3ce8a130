"""Whether the owners of agents are still there, as the identity store of IAM Identity Center says.

Only what concerns owners is kept: of everybody else no name enters the estate.
"""

from collections.abc import Mapping
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import text
from recert.aws.matching import Place
from recert.aws.reader import Reader
from recert.estate.companions import OwnerState


def gather(harvest: Harvest) -> None:
    """Look the owners up, where an identity store is named or a recording holds one."""
    owners = {agent.owner.strip() for agent in harvest.agents if agent.owner}
    reader = _reader(harvest)
    if reader is None or not owners:
        return
    store = harvest.options.identity_store or _found_store(reader)
    if store is None:
        return
    harvest.crew.tell("reading the identity store", 0, 1)
    listing = reader.listing(reads.LIST_USERS, "Users", IdentityStoreId=store)
    known: dict[str, bool] = {}
    for user in listing.items:
        active = str(user.get("UserStatus") or "ENABLED").upper() != "DISABLED"
        for name in _names(user):
            known[name] = known.get(name, False) or active
    harvest.owners += [
        OwnerState(name=owner, state=state)
        for owner in sorted(owners)
        if (state := _state(known, owner.casefold(), complete=listing.complete)) is not None
    ]
    harvest.crew.tell("reading the identity store", 1, 1)


def _state(known: Mapping[str, bool], owner: str, *, complete: bool) -> str | None:
    if owner not in known:
        return "missing" if complete else None
    return "active" if known[owner] else "disabled"


def _reader(harvest: Harvest) -> Reader | None:
    """Return who may ask: the organisation's account, in the region of the identity store."""
    if not harvest.readers:
        return None
    source, options = harvest.source, harvest.options
    if options.identity_store is None and not source.replayed:
        return None
    accounts = [source.organization_account, *harvest.accounts]
    account = next(
        (one for one in accounts if one is not None and source.holds(reads.LIST_USERS, one)), None
    )
    if account is None:
        return None
    reader = harvest.readers[0].at(Place(account, harvest.readers[0].place.region))
    if source.replayed:
        return next((one for one in harvest.readers if one.place.account == account), reader)
    region = options.identity_store_region or reader.place.region
    return reader.at(Place(account, region))


def _found_store(reader: Reader) -> str | None:
    """Return the identity store of a recording: the one that its instances name, else any."""
    if not reader.source.holds(reads.LIST_INSTANCES, reader.place.account):
        return "d-0000000000"
    listing = reader.listing(reads.LIST_INSTANCES, "Instances")
    return next((text(one.get("IdentityStoreId")) for one in listing.items), None)


def _names(user: dict[str, Any]) -> set[str]:
    """Return every name under which an owner tag may mean a user, folded."""
    found = [user.get("UserName"), user.get("UserId"), user.get("DisplayName")]
    found += [mail.get("Value") for mail in user.get("Emails") or ()]
    return {str(name).strip().casefold() for name in found if name}
