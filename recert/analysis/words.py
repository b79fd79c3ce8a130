"""Plain words for actions and resources, for somebody tired who must decide."""

from collections.abc import Iterable, Sequence

from recert.iam.arns import parts_of
from recert.iam.narrowing import NOT_RESOURCE

_PHRASES = {
    "*": "do anything at all",
    "bedrock:invokemodel": "ask a model",
    "bedrock:invokemodelwithresponsestream": "ask a model, streaming",
    "bedrock:retrieve": "search a knowledge base",
    "bedrock:retrieveandgenerate": "answer from a knowledge base",
    "bedrock:applyguardrail": "check text against a guardrail",
    "bedrock:updateguardrail": "change a guardrail",
    "bedrock:deleteguardrail": "delete a guardrail",
    "bedrock:updateagent": "change an agent, its role and guardrail included",
    "bedrock:invokeagent": "hand work to an agent",
    "bedrock:getagentalias": "look up an agent's alias",
    "lambda:invokefunction": "run a function",
    "lambda:updatefunctioncode": "replace a function's code, and so act as its role",
    "s3:getobject": "read files",
    "s3:putobject": "write files",
    "s3:deleteobject": "delete files",
    "s3:listbucket": "list files",
    "s3:listallmybuckets": "list all buckets",
    "dynamodb:getitem": "read a record",
    "dynamodb:batchgetitem": "read many records",
    "dynamodb:query": "query records",
    "dynamodb:scan": "read a whole table",
    "dynamodb:putitem": "write a record",
    "dynamodb:updateitem": "change a record",
    "dynamodb:deleteitem": "delete a record",
    "dynamodb:deletetable": "delete a table",
    "dynamodb:createtable": "create a table",
    "secretsmanager:getsecretvalue": "read a secret",
    "ssm:getparameter": "read a parameter, which may be a secret",
    "ssm:getparameters": "read parameters, which may be secrets",
    "kms:decrypt": "decrypt data",
    "kms:generatedatakey": "make keys to encrypt data",
    "iam:passrole": "hand a role to a service, and so act through it",
    "iam:createpolicyversion": "rewrite a policy, its own included",
    "iam:putrolepolicy": "give any role new permissions",
    "iam:attachrolepolicy": "attach any policy to a role",
    "iam:updateassumerolepolicy": "change who may become a role",
    "iam:createaccesskey": "make long-lived keys for a user",
    "sts:assumerole": "become another role",
    "logs:createloggroup": "create log groups",
    "logs:createlogstream": "create log streams",
    "logs:putlogevents": "write logs",
    "sns:publish": "send notifications",
    "ses:sendemail": "send e-mail",
    "sqs:sendmessage": "put messages on a queue",
    "sqs:receivemessage": "read messages from a queue",
    "aoss:apiaccessall": "read and write a vector store",
    "rds-data:executestatement": "run SQL on a database",
    "athena:startqueryexecution": "run SQL over a data lake",
    "states:startexecution": "start a workflow",
    "events:putevents": "send events",
    "ec2:runinstances": "start machines",
    "ec2:terminateinstances": "destroy machines",
}
_SERVICES = {
    "s3": "S3 buckets and files",
    "dynamodb": "DynamoDB tables",
    "bedrock": "Bedrock models, agents and knowledge bases",
    "bedrock-agentcore": "AgentCore runtimes, gateways and credentials",
    "lambda": "Lambda functions",
    "iam": "users, roles and permissions",
    "sts": "roles",
    "secretsmanager": "secrets",
    "ssm": "parameters and machines",
    "kms": "encryption keys",
    "logs": "logs",
    "cloudwatch": "metrics",
    "sns": "notifications",
    "sqs": "queues",
    "ec2": "machines and networks",
    "rds": "databases",
    "athena": "data lake queries",
    "glue": "data catalogue and jobs",
    "aoss": "vector stores",
    "ses": "e-mail",
    "states": "workflows",
    "organizations": "the organisation",
}
_VERBS = {
    "List": "list",
    "Read": "read",
    "Tagging": "tag",
    "Write": "create, change or delete",
    "Permissions management": "change permissions of",
    "Unknown": "use",
}
_SHOWN = 3


def phrase(action: str, levels: Iterable[str]) -> str:
    """Return what an action element lets its holder do: `read files`, `do anything with S3 …`."""
    known = _PHRASES.get(action.lower())
    if known:
        return known
    service, _, name = action.partition(":")
    things = thing(service)
    if action.startswith("NotAction"):
        return "do everything but a few named things"
    if name == "*":
        return f"do anything with {things}"
    verbs = [_VERBS[level] for level in dict.fromkeys(levels) if level in _VERBS]
    words = ", ".join(verbs) if verbs else "use"
    return f"{words} {things} ({name})"


def few(names: Sequence[str]) -> str:
    """Return the first of some names on one line, with an ellipsis where there are more."""
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def thing(service: str) -> str:
    """Return what a service keeps, in words; its prefix where recert has none."""
    return _SERVICES.get(service.lower(), f"{service} resources" if service else "resources")


def places(resources: Iterable[str]) -> str:
    """Return where, in a few words: `table/bookings`, `every resource`, `3 resources`."""
    found = list(resources)
    if not found:
        return "no resource"
    if "*" in found:
        return "every resource"
    shown = [short(item) for item in found[:_SHOWN]]
    more = len(found) - _SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def short(resource: str) -> str:
    """Return the telling end of an ARN: `table/bookings`, `sns alarms`."""
    if resource.startswith(NOT_RESOURCE):
        return f"all but {short(resource.removeprefix(NOT_RESOURCE))}"
    parts = parts_of(resource)
    if parts is None:
        return resource
    _, _, service, _, account, rest = parts
    where = " in every account" if account == "*" else ""
    telling = service == "s3" or "/" in rest or ":" in rest
    return f"{rest if telling else f'{service} {rest}'}{where}"
