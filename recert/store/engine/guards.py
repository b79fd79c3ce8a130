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
    "basis_named", "bulk", "client_id", "supersedes", "entry", "stage", "reduce_resources", "consequence",
)  # fmt: skip
_EVENT = (
    "id", "snapshot", "agent", "kind", "severity", "live", "subject", "before", "after", "how",
    "detected_at",
)  # fmt: skip

_KEY = (
    "id", "person", "public", "enrolled_at", "enrolled_by", "countersigned_by", "statement", "armor",
)  # fmt: skip

_RESCISSION = (
    "id", "campaign", "item", "decision", "rationale", "requested_by", "requested_strength",
    "requested_at",
)  # fmt: skip


def _of_item(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM item AS i WHERE i.id = NEW.item AND ({condition}))"


def _quoted(name: str) -> str:
    return f"'\"' || lower({name}) || '\"'"


def _is_named(person: str, name: str) -> str:
    aliases = f"instr(lower({person}.aliases), {_quoted(name)})"
    return f"(lower({person}.id) = lower({name}) OR {aliases})"


def _same(one: str, other: str) -> str:
    both = f"{_is_named('p', one)} AND {_is_named('p', other)}"
    return f"(lower({one}) = lower({other}) OR EXISTS (SELECT 1 FROM person AS p WHERE {both}))"


# JSON is searched as text: a trigger of an untrusted schema may not call the JSON functions. SQLite
# folds the case of ASCII only, so that other names are left to the rules.
_BY_PERSON = "NEW.verdict <> 'no_response'"
_NOT_REVIEWER = (
    "i.reviewer IS NULL OR (NOT " + _same("i.reviewer", "NEW.decided_by") + " "
    "AND (i.reviewer || NEW.decided_by) NOT GLOB '*[^ !#-[^-~]*' "
    "AND instr(i.reviewer || NEW.decided_by, ']') = 0)"
)
_STANDS_IN = (
    "EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = NEW.campaign "
    f"AND instr(lower(c.settings), '\"delegate\":' || {_quoted('NEW.decided_by')}))"
)
_OWNED = (
    f"(instr(lower(i.body), '\"owner\":' || {_quoted('NEW.decided_by')}) OR EXISTS (SELECT 1 "
    f"FROM person AS p WHERE {_is_named('p', 'NEW.decided_by')} "
    f"AND instr(lower(i.body), '\"owner\":' || {_quoted('p.id')})))"
)
_ANOTHER_JUDGE = (
    "EXISTS (SELECT 1 FROM person AS o WHERE o.active "
    f"AND NOT {_is_named('o', 'NEW.decided_by')} AND (instr(o.roles, '\"reviewer\"') "
    "OR instr(o.roles, '\"campaign_owner\"') OR instr(o.roles, '\"approver\"')))"
)

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
            "OLD.key IN ('store_id','created_at','kind','handed') "
            "AND (NEW.key <> OLD.key OR NEW.value <> OLD.value)",
            "what a store is never changes.",
        ),
        _refuse("meta_no_delete", "DELETE", "meta", "", "what a store is never changes."),
        _refuse("set_aside_no_update", "UPDATE", "set_aside", "", "a message is never changed."),
        _refuse("set_aside_no_delete", "DELETE", "set_aside", "", "a message is never removed."),
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
            "(SELECT c.state FROM campaign AS c WHERE c.id = NEW.campaign) IS NOT 'active'",
            "the campaign takes no decision now.",
        ),
        _refuse(
            "decision_deadline",
            "INSERT",
            "decision",
            _BY_PERSON + " AND EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = NEW.campaign "
            'AND instr(c.settings, \'"deadline":"hard"\') '
            "AND julianday(NEW.decided_at) > julianday(c.due_at))",
            "the deadline has passed; no decision is accepted.",
        ),
        _refuse(
            "decision_stale",
            "INSERT",
            "decision",
            _of_item("i.basis_digest IS NOT NEW.basis_digest OR i.stage IS NOT NEW.stage"),
            "the item is not what the decision rests on any more.",
        ),
        _refuse(
            "decision_barred",
            "INSERT",
            "decision",
            f"{_BY_PERSON} AND {_of_item(_NOT_REVIEWER)} AND NOT {_STANDS_IN}",
            "only the reviewer of record decides, or who stands in for them.",
        ),
        _refuse(
            "decision_not_independent",
            "INSERT",
            "decision",
            "NEW.verdict IN ('attest','attest_until','exception') AND "
            + _of_item(f"i.privileged AND {_OWNED} AND {_ANOTHER_JUDGE}"),
            "the owner of an agent does not keep what is privileged while somebody else can judge it.",
        ),
        _refuse(
            "decision_twice",
            "INSERT",
            "decision",
            "NEW.stage > 1 AND EXISTS (SELECT 1 FROM decision AS d WHERE d.item = NEW.item "
            "AND d.state = 'answered' AND d.stage < NEW.stage AND d.decided_by = NEW.decided_by)",
            "nobody decides in two stages of one item.",
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
            f"{_ended('OLD.campaign')} OR (NEW.state <> 'rescinded' AND {_signed('OLD.item')})",
            "the decision is signed off, or its campaign has ended.",
        ),
        _refuse(
            "decision_state",
            "UPDATE",
            "decision",
            "OLD.state <> 'current' AND NEW.state NOT IN ('current', OLD.state)",
            "a decision that is not in force can only be put in force again.",
        ),
        _refuse(
            "decision_rescinded",
            "UPDATE",
            "decision",
            "OLD.state = 'rescinded' OR (NEW.state = 'rescinded' AND NOT EXISTS "
            "(SELECT 1 FROM rescission AS r WHERE r.decision = OLD.id AND r.state = 'confirmed'))",
            "a decision is rescinded when a second person confirms it, and then for good.",
        ),
        _refuse(
            "rescission_asked",
            "INSERT",
            "rescission",
            f"NEW.state <> 'requested' OR {_exists('rescission')} OR NOT {_signed('NEW.item')} "
            f"OR {_ended('NEW.campaign')} OR EXISTS (SELECT 1 FROM rescission AS r "
            "WHERE r.decision = NEW.decision AND r.state <> 'withdrawn')",
            "only a signed decision of a running campaign is rescinded, and once.",
        ),
        _refuse(
            "rescission_fixed",
            "UPDATE",
            "rescission",
            f"OLD.state <> 'requested' OR {_changed(*_RESCISSION)} OR {_ended('OLD.campaign')}",
            "a rescission is asked for once and confirmed or withdrawn once.",
        ),
        _refuse(
            "rescission_no_delete", "DELETE", "rescission", "", "a rescission is never removed."
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
