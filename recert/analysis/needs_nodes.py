"""What the nodes of flows and the service itself need of a flow's or a state machine's role.

As AWS documents it for the service roles of flows (each kind of node with its actions) and of state
machines (traces and log delivery).
"""

from collections.abc import Iterable

from recert.analysis.need import MODEL, TRACES, Need
from recert.estate.companions import Integration
from recert.iam.overlap import normal

_DELIVERY = (
    "logs:createlogdelivery",
    "logs:getlogdelivery",
    "logs:updatelogdelivery",
    "logs:deletelogdelivery",
    "logs:listlogdeliveries",
    "logs:putresourcepolicy",
    "logs:describeresourcepolicies",
    "logs:describeloggroups",
)

STATE_MACHINE = (
    Need("the state machine's traces", TRACES),
    Need("the state machine's logs", _DELIVERY),
)


def node_needs(item: Integration) -> Iterable[Need]:
    """Yield what one node of a flow needs beside functions and agents, which every kind may drive."""
    name = f"flow node {item.name}"
    target = item.target or ""
    place = (normal(target), normal(f"{target}:*")) if target.startswith("arn:") else ()
    if item.type == "prompt":
        yield Need(name, MODEL)
        yield Need(name, ("bedrock:getprompt", "bedrock:renderprompt"), place)
    elif item.type == "knowledgeBase":
        searching = ("bedrock:retrieve", "bedrock:retrieveandgenerate")
        yield Need(name, searching, (f"arn:*:bedrock:*:*:knowledge-base/{target}",))
        yield Need(name, MODEL)
    elif item.type in ("storage", "retrieval") and target:
        action = "s3:putobject" if item.type == "storage" else "s3:getobject"
        yield Need(name, (action,), (f"arn:*:s3:::{target}/*",))
    elif item.type == "lex":
        yield Need(name, ("lex:recognizetext", "lex:recognizeutterance"), place)
