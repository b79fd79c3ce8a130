"""What auditors ask for and a pack cannot tell: field by field, each with the reason.

A column that is empty without a reason reads as none; so every field that is asked for stands in its
file, and where it cannot be known, here as well.
"""

from collections.abc import Mapping

UNKNOWN: Mapping[str, Mapping[str, str]] = {
    "campaign.json": {
        "tool.commit": "a release of recert carries its version, not a commit",
    },
    "ipe.json": {
        "calls[].parameters": "names are told; values name single agents, roles and policies, which "
        "population.csv lists",
        "calls[].first_request_id": "a recording has none: request ids exist where AWS was asked",
        "calls[].responses_sha256": "over the answers as recert keeps them: secrets stand in them as "
        "keyed hashes, so that no digest helps to guess one",
        "raw": "answers are kept in the store and not in a pack: they hold more than the campaign is "
        "about; their digests are here",
    },
    "population.csv": {
        "environment": "AWS knows no such attribute; the agent's tag of that name is shown where it "
        "has one",
        "risk_tier": "the tier follows from the trigger policy of the day and is not frozen with an "
        "item; risks and privileged are",
        "granted_at": "IAM does not tell when a statement came into a policy",
        "granted_by": "IAM does not tell who wrote a statement, and CloudTrail keeps 90 days",
    },
    "assignments.csv": {
        "delegation_valid_from": "a reassignment holds from its entry on",
        "delegation_valid_until": "a reassignment has no end: the item is handed on for good",
        "is_last_changer": "who changed a policy last is not read from CloudTrail where it says unknown",
    },
    "notifications.csv": {
        "first_opened_at": "recert does not watch what its recipients open",
    },
    "decisions.csv": {
        "dwell_ms": "a decision that was made without the UI has no time on a screen",
        "opened": "a decision that was made without the UI opened no details",
    },
    "quality.json": {
        "seeded_checks": "recert seeds no false items into a review",
        "agreement_percent": "nobody has taken the second look yet, or it is not recorded here",
    },
    "remediation.csv": {
        "cloudtrail_event_id": "AWS tells the request id with its answer; CloudTrail delivers the event "
        "later, found by that request id",
        "assignee": "whoever applies it is named when they do",
        "due": "no deadline of remediation is kept in the ledger",
        "rollback": "`recert remediate CAMPAIGN rollback` takes a change back; the document to put back "
        "is the one of before_sha256",
    },
    "verification.json": {
        "raw": "the later reading is kept in the store; its content_sha256 is here",
    },
}
"""By file and field."""
