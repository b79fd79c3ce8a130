"""Two estates become typed events; a trigger policy says what they ask for."""

from recert.estate.agents import DRAFT, Agent, AgentKind, Alias, Steward
from recert.estate.estate import Estate
from recert.lifecycle.compare import compare
from recert.lifecycle.concerned import concerned, roles_behind
from recert.lifecycle.events import Event, Severity
from recert.lifecycle.kinds import KINDS, Opens
from recert.lifecycle.owners import OwnerPolicy, with_owners
from recert.lifecycle.people import owners_left, read_leavers
from recert.lifecycle.plan import CampaignPlan, plan, words_of
from recert.lifecycle.policy import TriggerPolicy
from recert.lifecycle.policy_file import read_trigger_policy
from recert.lifecycle.wildcards import wildcards_grown

__all__ = [
    "DRAFT",
    "KINDS",
    "Agent",
    "AgentKind",
    "Alias",
    "CampaignPlan",
    "Estate",
    "Event",
    "Opens",
    "OwnerPolicy",
    "Severity",
    "Steward",
    "TriggerPolicy",
    "compare",
    "concerned",
    "owners_left",
    "plan",
    "read_leavers",
    "read_trigger_policy",
    "roles_behind",
    "wildcards_grown",
    "with_owners",
    "words_of",
]
