"""A need: what something that an agent is connected to asks of a role."""

from dataclasses import dataclass

MODEL = (
    "bedrock:invokemodel",
    "bedrock:invokemodelwithresponsestream",
    "bedrock:getinferenceprofile",
    "bedrock:getfoundationmodel",
)
TRACES = (
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "xray:getsamplingrules",
    "xray:getsamplingtargets",
)


@dataclass(frozen=True, slots=True)
class Need:
    """What an integration needs: actions (prefixes where they end in `:`), where, and its name.

    `resources` are patterns in the engine's normal form; without any the need is for all.
    `concrete` needs are met only by grants that name single actions on named resources.
    """

    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    concrete: bool = False
