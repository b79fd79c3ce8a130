"""What roles were used for, as IAM reports it: used, unused, or unknown with the reason."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.read import Read
from recert.aws.reader import Reader
from recert.aws.replay import NotRecordedError
from recert.estate.companions import ActionUse, RoleUse, ServiceUse
from recert.iam.arns import account_of

LIMIT = (
    "IAM reports attempts, refused ones included, up to four hours late; it tracks no data-plane "
    "action, no iam:PassRole, and Bedrock by service only."
)
_WAITS = (0.5, 1, 2, 2, 4, 4, 8, 8)
_RUNNING = "IN_PROGRESS"
_GRANULARITY = "ACTION_LEVEL"


@dataclass(frozen=True, slots=True)
class _Outcome:
    use: RoleUse
    missed: Read | None = None
    error: str = ""


def gather(harvest: Harvest) -> None:
    """Read the use of every role through which an agent acts."""
    if not harvest.options.usage:
        return
    harvest.limits.add(LIMIT)
    readers = {account: harvest.reader_of(account) for account in harvest.accounts}
    roles = sorted(arn for arn in harvest.acting_roles if account_of(arn) in readers)
    refused = {
        account: error
        for account, reader in readers.items()
        if (error := _refused(reader, [arn for arn in roles if account_of(arn) == account]))
    }

    def read(arn: str) -> _Outcome:
        account = account_of(arn) or ""
        if account in refused:
            return _unknown(arn, reads.START_LAST_ACCESSED, refused[account])
        return read_use(readers[account], arn)

    outcomes = harvest.crew.each("reading usage", read, roles)
    harvest.usage += [one.use for one in outcomes]
    _note_gaps(readers, outcomes)


def _refused(reader: Reader, roles: list[str]) -> str:
    """Return the error by which an account refuses every such call, so that only one is made."""
    if not roles:
        return ""
    source = reader.source
    if not source.holds(reads.START_LAST_ACCESSED, reader.place.account):
        return NotRecordedError.code
    if source.replayed:
        return ""
    answer = reader.call(
        reads.START_LAST_ACCESSED, quiet=True, Arn=roles[0], Granularity=_GRANULARITY
    )
    return answer.error if answer.error.startswith("AccessDenied") else ""


def _note_gaps(readers: dict[str, Reader], outcomes: list[_Outcome]) -> None:
    """Record one gap where a whole account refuses, else one for each role."""
    for account, reader in readers.items():
        mine = [one for one in outcomes if account_of(one.use.role_arn) == account]
        missed = [one for one in mine if one.missed is not None]
        whole = len(missed) == len(mine) and len({(one.missed, one.error) for one in missed}) == 1
        for one in missed[:1] if whole else missed:
            if one.missed is not None:
                reader.gap(one.missed, one.error, "" if whole else one.use.role_arn)


def read_use(
    reader: Reader, role_arn: str, sleep: Callable[[float], None] = time.sleep
) -> _Outcome:
    """Have IAM prepare the report of one role and read it, with the same session."""
    known = reader.recall(reads.GET_LAST_ACCESSED, {"Arn": role_arn})
    if known is not None and known.output is not None:
        return _outcome(role_arn, known.output)
    started = reader.call(
        reads.START_LAST_ACCESSED, quiet=True, Arn=role_arn, Granularity=_GRANULARITY
    )
    job = (started.output or {}).get("JobId")
    if not job:
        return _unknown(role_arn, reads.START_LAST_ACCESSED, started.error or "NoJob")
    status = _RUNNING
    for wait in (*_WAITS, None):
        answer = reader.call(reads.GET_LAST_ACCESSED, quiet=True, JobId=job)
        if answer.output is None:
            return _unknown(role_arn, reads.GET_LAST_ACCESSED, answer.error)
        status = str(answer.output.get("JobStatus") or "Unknown")
        if status == "COMPLETED":
            return _report(reader, role_arn, str(job), answer.output)
        if status != _RUNNING or reader.source.replayed or wait is None:
            break
        sleep(wait)
    return _unknown(role_arn, reads.GET_LAST_ACCESSED, status)


def _report(reader: Reader, role_arn: str, job: str, first: dict[str, Any]) -> _Outcome:
    services = list(first.get("ServicesLastAccessed") or ())
    page, seen = first, set[str]()
    while page.get("IsTruncated") and page.get("Marker") and page["Marker"] not in seen:
        seen.add(page["Marker"])
        answer = reader.call(reads.GET_LAST_ACCESSED, quiet=True, JobId=job, Marker=page["Marker"])
        if answer.output is None:
            return _unknown(role_arn, reads.GET_LAST_ACCESSED, answer.error)
        page = answer.output
        services += page.get("ServicesLastAccessed") or ()
    report = {**first, "ServicesLastAccessed": services}
    reader.remember(reads.GET_LAST_ACCESSED, {"Arn": role_arn}, report)
    return _outcome(role_arn, report)


def _outcome(role_arn: str, report: dict[str, Any]) -> _Outcome:
    services = report.get("ServicesLastAccessed") or ()
    found = {one.service: one for one in map(_service, services) if one.service}
    return _Outcome(
        RoleUse(
            role_arn=role_arn,
            services=tuple(found[key] for key in sorted(found)),
            reported_at=report.get("JobCompletionDate"),
        )
    )


def _service(item: dict[str, Any]) -> ServiceUse:
    namespace = str(item.get("ServiceNamespace") or "")
    tracked = item.get("TrackedActionsLastAccessed")
    actions = None
    if tracked is not None:
        uses = [
            ActionUse(
                action=f"{namespace}:{one['ActionName']}", last_at=one.get("LastAccessedTime")
            )
            for one in tracked
            if one.get("ActionName")
        ]
        actions = tuple(sorted(uses, key=lambda use: use.action))
    return ServiceUse(
        service=namespace,
        last_at=item.get("LastAuthenticated"),
        region=item.get("LastAuthenticatedRegion"),
        actions=actions,
    )


def _unknown(role_arn: str, read: Read, error: str) -> _Outcome:
    reason = f"{read.operation}: {error}"
    return _Outcome(RoleUse(role_arn=role_arn, reason=reason), read, error)
