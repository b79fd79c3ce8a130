"""What the bulk does not show of the roles through which agents act."""

from recert.aws import later_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, text
from recert.aws.reader import Answer
from recert.aws.replay import NotRecordedError
from recert.estate.authority import Role

LIMIT = "The recording does not hold the description and the longest session of every role."


def gather(harvest: Harvest) -> None:
    """Read each execution role of an agent by itself."""
    wanted = {
        version.role_arn
        for agent in harvest.agents
        for version in agent.versions
        if version.role_arn
    }
    roles = {role.arn: role for role in harvest.roles if role.arn in wanted}
    work = [
        roles[arn]
        for arn in sorted(roles)
        if harvest.asks(later_reads.GET_ROLE, roles[arn].account, LIMIT)
    ]

    def read(role: Role) -> Answer:
        reader = harvest.reader_of(role.account)
        return reader.call(later_reads.GET_ROLE, quiet=True, RoleName=role.name)

    answers = harvest.crew.each("reading roles", read, work)
    for role, answer in zip(work, answers, strict=True):
        roles[role.arn] = _with_details(role, answer)
    _note_gaps(harvest, work, answers)
    harvest.roles[:] = [roles.get(role.arn, role) for role in harvest.roles]


def _with_details(role: Role, answer: Answer) -> Role:
    detail = dig(answer.output, "Role")
    # A role of the same name that was made since is another one.
    if not detail or (role.role_id and detail.get("RoleId") not in (None, role.role_id)):
        return role
    longest = detail.get("MaxSessionDuration")
    return role.model_copy(
        update={
            "description": text(detail.get("Description")),
            "max_session_seconds": longest if isinstance(longest, int) else None,
            "template_arn": text(dig(detail, "SourceRoleTemplate", "TemplateArn")),
            "details_known": True,
        }
    )


def _note_gaps(harvest: Harvest, roles: list[Role], answers: list[Answer]) -> None:
    """Record one gap where a whole account refuses, else one for each role."""
    for account in sorted({role.account for role in roles}):
        mine = [
            (role, answer)
            for role, answer in zip(roles, answers, strict=True)
            if role.account == account
        ]
        missed = [(role, answer.error) for role, answer in mine if not answer.known]
        if any(error == NotRecordedError.code for _, error in missed):
            harvest.limits.add(LIMIT)
        missed = [pair for pair in missed if pair[1] != NotRecordedError.code]
        whole = len(missed) == len(mine) and len({error for _, error in missed}) == 1
        reader = harvest.reader_of(account)
        for role, error in missed[:1] if whole else missed:
            reader.gap(later_reads.GET_ROLE, error, "" if whole else role.arn)
