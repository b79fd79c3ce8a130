"""What IAM answers about the last use of the services that a role may use."""

import uuid
from collections.abc import Iterator

from demo_estate.lines import Line, Page
from demo_estate.model import Document, Role

_SPACE = uuid.UUID("5f0c1e4e-7a39-4f0b-9a53-3a4b1d6c2e11")


def answers(page: Page) -> Iterator[Line]:
    """Yield the report on each role, and the job that makes it."""
    for role in page.place.roles:
        arn = page.place.role_arn(role.name)
        job = str(uuid.uuid5(_SPACE, f"{page.at}/{arn}"))
        asked = {"Arn": arn, "Granularity": "ACTION_LEVEL"}
        yield page.line("iam", "GenerateServiceLastAccessedDetails", {"JobId": job}, asked)
        report = {
            "JobStatus": "COMPLETED",
            "JobType": "ACTION_LEVEL",
            "JobCreationDate": page.at,
            "JobCompletionDate": page.at,
            "IsTruncated": False,
            "ServicesLastAccessed": [_service(page, role, name) for name in _services(page, role)],
        }
        yield page.line("iam", "GetServiceLastAccessedDetails", report, {"JobId": job})


def _services(page: Page, role: Role) -> list[str]:
    documents = [*role.inline.values()]
    documents += [one.document for one in page.place.policies if one.name in role.attached]
    return sorted({name for document in documents for name in _named(document)})


def _named(document: Document) -> Iterator[str]:
    for statement in document["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            yield action.partition(":")[0]


def _service(page: Page, role: Role, name: str) -> Line:
    body: Line = {"ServiceName": name, "ServiceNamespace": name, "TotalAuthenticatedEntities": 0}
    if role.last_used is not None and name not in role.unused:
        body |= {
            "LastAuthenticated": role.last_used,
            "LastAuthenticatedEntity": page.place.role_arn(role.name),
            "LastAuthenticatedRegion": page.place.region,
            "TotalAuthenticatedEntities": 1,
        }
    return body
