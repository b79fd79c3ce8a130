"""The functions behind agents: their role, their code, and who may invoke them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, every, text, unique
from recert.aws.matching import Place
from recert.aws.reader import Reader
from recert.aws.redaction import concealed
from recert.estate.agents import Agent
from recert.estate.integrations import Function, KnowledgeBase

_ARN = re.compile(
    r"(?P<stem>arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[^:]+))(?::.+)?"
)


def gather(harvest: Harvest) -> None:
    """Read every function that an agent or a knowledge base can drive."""
    accounts = frozenset(harvest.accounts)
    refs = distinct(function_arns(harvest.agents, harvest.knowledge_bases))

    def read(ref: FunctionRef) -> Function:
        account = ref.account if ref.account in accounts else harvest.accounts[0]
        return read_function(harvest.reader_of(account), ref)

    harvest.functions += harvest.crew.each("reading functions", read, refs)


@dataclass(frozen=True, slots=True, order=True)
class FunctionRef:
    """A function that something names: its unqualified ARN, and the ARN as it was written."""

    arn: str
    written: str
    name: str
    account: str
    region: str


def function_ref(written: str) -> FunctionRef | None:
    """Return what an ARN names, None where it is no function's ARN."""
    found = _ARN.fullmatch(written)
    if found is None:
        return None
    return FunctionRef(found["stem"], written, found["name"], found["account"], found["region"])


def function_arns(agents: Iterable[Agent], bases: Iterable[KnowledgeBase]) -> set[str]:
    """Return the ARN of every function that an agent or a knowledge base can drive."""
    found: set[str] = set()
    for agent in agents:
        for version in agent.versions:
            found |= {group.function_arn for group in version.action_groups if group.function_arn}
            found |= {one.function_arn for one in version.integrations if one.function_arn}
            found |= set(
                filter(None, (version.parser_function_arn, version.orchestration_function_arn))
            )
    for base in bases:
        for source in base.data_sources or ():
            found |= set(source.function_arns)
    return found


def distinct(written: Iterable[str]) -> list[FunctionRef]:
    """Return one reference for each function: the unqualified one where there is one."""
    refs = sorted(filter(None, (function_ref(arn) for arn in written)), reverse=True)
    return sorted({ref.arn: ref for ref in refs}.values())


def read_function(reader: Reader, ref: FunctionRef) -> Function:
    """Read one function in its own region, as the account of `reader`."""
    own = reader.at(Place(reader.place.account, ref.region))
    answer = own.call(reads.GET_FUNCTION, subject=ref.written, FunctionName=ref.written)
    detail = answer.output or {}
    policy = own.call(reads.GET_FUNCTION_POLICY, subject=ref.written, FunctionName=ref.written)
    variables = dig(detail, "Environment", "Variables") or {}
    environment = {name: concealed(value) for name, value in sorted(variables.items())}
    return Function(
        arn=ref.arn,
        name=ref.name,
        account=ref.account,
        region=ref.region,
        role_arn=text(detail.get("Role")),
        code_sha256=text(detail.get("CodeSha256")),
        version=text(detail.get("Version")),
        runtime=text(detail.get("Runtime")),
        network=(
            *unique(every(detail.get("VpcConfig"), "VpcId")),
            *unique(every(detail.get("VpcConfig"), "SecurityGroupIds", "SubnetIds")),
        ),
        layers=unique(item["Arn"] for item in detail.get("Layers") or () if item.get("Arn")),
        environment={name: value for name, value in environment.items() if value is not None},
        kms_key_arn=text(detail.get("KMSKeyArn")),
        resource_policy=document(dig(policy.output, "Policy")),
        resource_policy_known=policy.known,
        configuration_known=answer.known,
    )
