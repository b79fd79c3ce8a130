"""What the ledger can say: the type of each entry.

store.created        (written by the store) what the store is
reading.recorded     (written by `Store.save_snapshot`) one reading, its source and its gaps
events.recorded      every lifecycle event of one reading, in one entry
person.set           a person as they now are; agent.set likewise owner and purpose of an agent
campaign.opened      a campaign with its cause, scope and settings
campaign.extended    a new deadline, or further causes
campaign.STATE       it moved to STATE: preparing, prepare_failed, staged, active, reviewed,
                     remediating, verified, closed, cancelled
items.assigned       the population, or an addition to it: every item with its reviewer and the
                     digest of its record
item.reassigned      another reviewer of record; item.excluded, item.superseded, item.conflicted
item.advanced        signed in one stage, pending in the next, with the reviewer of that stage
item.concluded       signed in its last stage: the outcome of all stages, and which of their
                     decisions is in force from now on
item.reset           back to pending, with a reason, and with another record where it changed;
                     any decision that was in force becomes superseded
decision.recorded    a decision (it supersedes the current one of its item)
decision.undone      taken back before sign-off; decision.redone: put in force again
decision.rescinded   a signed decision is taken back: requested, confirmed by a second person, or
                     the request withdrawn; confirmed, it has no effect any more
signoff              a reviewer signed: the statement, the signature, the items
remediation.recorded where the revocation of an item stands: {item, state, …}
handoff.made         items went to a reviewer in a file; handoff.opened: that file's own beginning;
                     handoff.returned: what was taken in from it, and what was not
reminder.sent        one message to one person: channel, window, level, result
refusal              somebody was refused what they have no right to
setting.changed · export · migration · restore · key.enrolled · key.revoked ·
anchor · apply.planned · apply.executed · apply.verified · apply.rolled_back
"""

from enum import StrEnum


class EntryType(StrEnum):
    """Every type of entry that a ledger of this version may hold."""

    STORE_CREATED = "store.created"
    READING_RECORDED = "reading.recorded"
    EVENTS_RECORDED = "events.recorded"
    PERSON_SET = "person.set"
    AGENT_SET = "agent.set"
    CAMPAIGN_OPENED = "campaign.opened"
    CAMPAIGN_EXTENDED = "campaign.extended"
    CAMPAIGN_PREPARING = "campaign.preparing"
    CAMPAIGN_PREPARE_FAILED = "campaign.prepare_failed"
    CAMPAIGN_STAGED = "campaign.staged"
    CAMPAIGN_ACTIVE = "campaign.active"
    CAMPAIGN_REVIEWED = "campaign.reviewed"
    CAMPAIGN_REMEDIATING = "campaign.remediating"
    CAMPAIGN_VERIFIED = "campaign.verified"
    CAMPAIGN_CLOSED = "campaign.closed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    ITEMS_ASSIGNED = "items.assigned"
    ITEM_REASSIGNED = "item.reassigned"
    ITEM_EXCLUDED = "item.excluded"
    ITEM_SUPERSEDED = "item.superseded"
    ITEM_CONFLICTED = "item.conflicted"
    ITEM_ADVANCED = "item.advanced"
    ITEM_CONCLUDED = "item.concluded"
    ITEM_RESET = "item.reset"
    DECISION_RECORDED = "decision.recorded"
    DECISION_UNDONE = "decision.undone"
    DECISION_REDONE = "decision.redone"
    DECISION_RESCINDED = "decision.rescinded"
    SIGNOFF = "signoff"
    SETTING_CHANGED = "setting.changed"
    EXPORT = "export"
    MIGRATION = "migration"
    RESTORE = "restore"
    KEY_ENROLLED = "key.enrolled"
    KEY_REVOKED = "key.revoked"
    ANCHOR = "anchor"
    APPLY_PLANNED = "apply.planned"
    APPLY_EXECUTED = "apply.executed"
    APPLY_VERIFIED = "apply.verified"
    APPLY_ROLLED_BACK = "apply.rolled_back"
    REMEDIATION_RECORDED = "remediation.recorded"
    HANDOFF_MADE = "handoff.made"
    HANDOFF_OPENED = "handoff.opened"
    HANDOFF_RETURNED = "handoff.returned"
    REMINDER_SENT = "reminder.sent"
    REFUSAL = "refusal"
