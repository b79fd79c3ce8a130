"""Triggers that keep the ledger append-only and what is signed or ended as it is.

They guard against accidents and against a bug of ours. Whoever may write the file can drop them;
that such a person changed something shows in the chain, the signatures and the anchors.
"""

# ruff: noqa: S608 - the text is made of the literals in this file

from sqlalchemy import Connection, text

_ENDED = "('closed','cancelled')"


def _refuse(name: str, moment: str, table: str, when: str, sentence: str) -> tuple[str, str]:
    condition = f"WHEN {when} " if when else ""
    return name, (
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW {condition}"
        f"BEGIN SELECT RAISE(ABORT, 'recert: {sentence}'); END"
    )


def _exists(table: str, column: str = "id") -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS t WHERE t.{column} = NEW.{column})"


def _ended(campaign: str) -> str:
    return f"EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = {campaign} AND c.state IN {_ENDED})"


def _signed(item: str) -> str:
    return f"EXISTS (SELECT 1 FROM item AS i WHERE i.id = {item} AND i.state = 'signed_off')"


def _changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)


_DECISION = (
    "id", "item", "campaign", "verdict", "rationale", "until", "reduce_to", "control", "approver",
    "decided_by", "strength", "decided_at", "basis_digest", "shown_digest", "headless",
    "basis_named", "bulk", "client_id", "supersedes", "entry",
)  # fmt: skip
_EVENT = (
    "id", "snapshot", "agent", "kind", "severity", "live", "subject", "before", "after", "how",
    "detected_at",
)  # fmt: skip

_KEY = (
    "id", "person", "public", "enrolled_at", "enrolled_by", "countersigned_by", "statement", "armor",
)  # fmt: skip

_LAST = "(SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1)"

STATEMENTS: dict[str, str] = dict(
    (
        _refuse(
            "ledger_no_update", "UPDATE", "ledger", "", "an entry of the ledger is never changed."
        ),
        _refuse(
            "ledger_no_delete", "DELETE", "ledger", "", "an entry of the ledger is never removed."
        ),
        _refuse(
            "ledger_chained",
            "INSERT",
            "ledger",
            "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger) "
            f"OR NEW.prev IS NOT coalesce({_LAST}, '{'0' * 64}') "
            "OR length(NEW.hash) <> 64 OR EXISTS (SELECT 1 FROM ledger AS t WHERE t.hash = NEW.hash)",
            "an entry of the ledger follows its last one.",
        ),
        _refuse(
            "meta_fixed",
            "UPDATE",
            "meta",
            "OLD.key IN ('store_id','created_at','kind') AND (NEW.key <> OLD.key OR NEW.value <> OLD.value)",
            "what a store is never changes.",
        ),
        _refuse("meta_no_delete", "DELETE", "meta", "", "what a store is never changes."),
        _refuse("snapshot_no_update", "UPDATE", "snapshot", "", "a reading is never changed."),
        _refuse("snapshot_no_delete", "DELETE", "snapshot", "", "a reading is never removed."),
        _refuse(
            "snapshot_no_replace",
            "INSERT",
            "snapshot",
            _exists("snapshot"),
            "a reading is never replaced.",
        ),
        _refuse(
            "event_no_update", "UPDATE", "event", _changed(*_EVENT), "an event is never changed."
        ),
        _refuse("event_no_delete", "DELETE", "event", "", "an event is never removed."),
        _refuse(
            "event_no_replace", "INSERT", "event", _exists("event"), "an event is never replaced."
        ),
        _refuse(
            "campaign_ended",
            "UPDATE",
            "campaign",
            f"OLD.state IN {_ENDED}",
            "the campaign has ended; what comes later belongs to a successor.",
        ),
        _refuse("campaign_no_delete", "DELETE", "campaign", "", "a campaign is never removed."),
        _refuse(
            "campaign_no_replace",
            "INSERT",
            "campaign",
            _exists("campaign"),
            "a campaign is never replaced.",
        ),
        _refuse(
            "item_ended_insert",
            "INSERT",
            "item",
            f"{_ended('NEW.campaign')} OR {_exists('item')}",
            "the campaign has ended, or has this item already.",
        ),
        _refuse(
            "item_signed",
            "UPDATE",
            "item",
            "OLD.state = 'signed_off'",
            "the item is signed off; a signed decision stands.",
        ),
        _refuse("item_ended", "UPDATE", "item", _ended("OLD.campaign"), "the campaign has ended."),
        _refuse(
            "item_same",
            "UPDATE",
            "item",
            _changed("id", "campaign", "kind"),
            "an item stays what it is.",
        ),
        _refuse(
            "item_no_delete",
            "DELETE",
            "item",
            "",
            "an item is never removed, only excluded or superseded.",
        ),
        _refuse(
            "decision_late",
            "INSERT",
            "decision",
            _ended("NEW.campaign"),
            "the campaign has ended; no decision is accepted.",
        ),
        _refuse(
            "decision_signed",
            "INSERT",
            "decision",
            _signed("NEW.item"),
            "the item is signed off; a signed decision stands.",
        ),
        _refuse(
            "decision_no_replace",
            "INSERT",
            "decision",
            f"{_exists('decision')} OR {_exists('decision', 'client_id')}",
            "a decision is never replaced.",
        ),
        _refuse(
            "decision_fixed",
            "UPDATE",
            "decision",
            _changed(*_DECISION),
            "a decision is never changed.",
        ),
        _refuse(
            "decision_state_late",
            "UPDATE",
            "decision",
            f"{_ended('OLD.campaign')} OR {_signed('OLD.item')}",
            "the decision is signed off, or its campaign has ended.",
        ),
        _refuse(
            "decision_state",
            "UPDATE",
            "decision",
            "OLD.state <> 'current' AND NEW.state NOT IN ('current', OLD.state)",
            "a decision that is not in force can only be put in force again.",
        ),
        _refuse("decision_no_delete", "DELETE", "decision", "", "a decision is never removed."),
        _refuse(
            "signoff_late",
            "INSERT",
            "signoff",
            f"{_ended('NEW.campaign')} OR {_exists('signoff')}",
            "the campaign has ended, or holds this sign-off already.",
        ),
        _refuse(
            "key_fixed",
            "UPDATE",
            "person_key",
            f"OLD.revoked_at IS NOT NULL OR {_changed(*_KEY)}",
            "a key is enrolled once and revoked once.",
        ),
        _refuse(
            "key_no_delete", "DELETE", "person_key", "", "a key is never removed, only revoked."
        ),
        _refuse(
            "key_no_replace",
            "INSERT",
            "person_key",
            _exists("person_key"),
            "the key is enrolled already.",
        ),
        _refuse("signoff_no_update", "UPDATE", "signoff", "", "a sign-off is never changed."),
        _refuse("signoff_no_delete", "DELETE", "signoff", "", "a sign-off is never removed."),
    )
)
"""Every guard by its name, as SQLite stores it."""


def present(connection: Connection) -> dict[str, str]:
    """Return the triggers of the database, with their text."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {str(row[0]): str(row[1]) for row in rows}


def missing(connection: Connection) -> list[str]:
    """Return the names of guards that are gone, altered or foreign."""
    found = present(connection)
    return sorted(
        name for name in STATEMENTS.keys() | found.keys() if found.get(name) != STATEMENTS.get(name)
    )
