"""Who holds an item: handing it on, and leaving it out."""

import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from recert.campaigns import transitions
from recert.campaigns.decisions import campaign_row, item_rows
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.independence import facts_of, independence
from recert.campaigns.people import Directory, directory
from recert.campaigns.reads import rows
from recert.campaigns.stages import require_another
from recert.campaigns.views import Caller
from recert.campaigns.wording import require_text
from recert.errors import RefusedError, UsageError
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction


def reassign(
    tx: Transaction, caller: Caller, campaign: str, items: tuple[str, ...], *, to: str, note: str
) -> None:
    """Hand pending items to another reviewer of record, with a note.

    Their reviewer may do that, and the campaign's owner. Raises RefusedError where neither is the
    caller, the note is missing, or a privileged item would go to the owner of its agent although
    somebody else could judge it.
    """
    row = running(tx, campaign)
    people = directory(tx.session)
    if not require_text(note, "The note"):
        raise RefusedError("Handing an item on needs a note.", "Say why.", rule="note")
    reviewer = reviewer_named(people, to, known=(caller.id, *_asked(tx, campaign)))
    for item in item_rows(tx.session, campaign, items):
        mine = people.same(item.reviewer, caller.id)
        if not mine and not owns(people, row, caller):
            raise RefusedError(
                f"The item {item.id} is {item.reviewer or 'nobody'}'s to hand on.",
                f"Its reviewer can do that, or the campaign's owner, {row.owner or 'nobody'}.",
                rule="not_reviewer",
            )
        _require_not_barred(people, item, reviewer)
        require_another(tx.session, people, item, reviewer)
        transitions.reassign(tx, item, reviewer, note.strip())
    tx.session.flush()


def exclude(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    items: tuple[str, ...],
    *,
    rule: str,
    reason: str,
) -> None:
    """Leave pending items out of the review; the campaign's owner may, by a rule and with a reason."""
    row = running(tx, campaign)
    require_owner(directory(tx.session), row, caller)
    if not require_text(rule, "The rule", longest=256) or not require_text(reason, "The reason"):
        raise RefusedError(
            "An exclusion names its rule and its reason.", "Give both.", rule="reason"
        )
    for item in item_rows(tx.session, campaign, items):
        transitions.exclude(tx, item, rule.strip(), reason.strip())
    tx.session.flush()
    finish_if_settled(tx, campaign)


def owns(people: Directory, campaign: CampaignRow, caller: Caller) -> bool:
    """Tell whether a caller may do the owner's work: the owner does, and every campaign owner."""
    person = people.find(caller.id)
    if person is not None and person.active and "campaign_owner" in person.roles:
        return True
    return people.same(campaign.owner, caller.id)


def require_owner(people: Directory, campaign: CampaignRow, caller: Caller) -> None:
    """Refuse who is not the campaign's owner."""
    if not owns(people, campaign, caller):
        raise RefusedError(
            f"The campaign {campaign.id} belongs to {campaign.owner or 'nobody'}.",
            "Its owner does this, or a person with the role campaign_owner.",
            rule="not_owner",
        )


def running(tx: Transaction, campaign: str) -> CampaignRow:
    """Return a campaign whose items can still change hands; raises RefusedError."""
    row = campaign_row(tx.session, campaign)
    if row.state not in transitions.RUNNING:
        raise RefusedError(
            f"The campaign {campaign} is {row.state}; its items stay where they are.",
            rule="campaign_not_active",
        )
    return row


def _asked(tx: Transaction, campaign: str) -> list[str]:
    """Return whom a campaign asks, by the names that stand at its items."""
    statement = select(col(ItemRow.reviewer)).where(col(ItemRow.campaign) == campaign).distinct()
    return [str(name) for (name,) in rows(tx.session, statement) if name]


def reviewer_named(people: Directory, to: str, *, known: Iterable[str]) -> str:
    """Return the id of somebody who can be asked; raises UsageError, RefusedError for who left.

    A store that knows persons takes no name that is none of theirs, save those that are `known`
    otherwise: who asks for it, and whom owner tags brought into the campaign.
    """
    name = require_text(to, "The reviewer", longest=256)
    if not name or not name.isprintable():
        raise UsageError(f"{to!r} is no person.", "Write them as in owner tags.")
    person = people.find(name)
    if person is not None and not person.active:
        raise RefusedError(f"{person.id} is no longer active.", "Name another.", rule="inactive")
    if person is None and people.persons and not any(people.same(name, one) for one in known):
        raise UsageError(
            f"Nobody is known as {name!r}.",
            "`recert people list` names everybody; `recert people add` makes somebody known.",
        )
    return person.id if person else name


def _require_not_barred(people: Directory, item: ItemRow, reviewer: str) -> None:
    if not item.privileged:
        return
    found = independence(people, reviewer, facts_of(json.loads(item.body)))
    if found.barred and found.others:
        raise RefusedError(
            f"{reviewer} {found.barred[0]}; the item {item.id} is privileged.",
            f"Hand it to somebody else, such as {found.others[0]}.",
            rule="independence",
        )
