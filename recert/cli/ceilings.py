"""The ceilings of one agent, from what its signed reviews say."""

from collections.abc import Iterable
from typing import Any

from recert.analysis import CEILING_KINDS, Analyst, Kept, propose
from recert.campaigns.attested import attested
from recert.cli.context import Run


def proposals(run: Run, analyst: Analyst, agent: str, kinds: Iterable[str]) -> dict[str, Any]:
    """Return a proposal of each kind for each execution role that was read."""
    said = attested(run.store, analyst, agent, run.clock)
    kept = Kept(said.kept, said.narrowed, said.revoked)
    wanted = set(kinds)
    roles = [arn for arn in analyst.agent(agent).role_arns if analyst.role(arn) is not None]
    return {
        "agent": agent,
        "campaigns": list(said.campaigns),
        "decided": {
            "kept": len(said.kept),
            "narrowed": len(said.narrowed),
            "revoked": len(said.revoked),
        },
        "open": list(said.open),
        "proposals": [
            propose(analyst, role, kept, kind).as_json()
            for role in roles
            for kind in CEILING_KINDS
            if kind in wanted
        ],
        "unread": [arn for arn in analyst.agent(agent).role_arns if arn not in roles],
    }
