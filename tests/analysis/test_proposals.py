"""Ceilings from what was attested: proved, or refused with the reason."""

from typing import Any

from recert.analysis import Analyst, Catalogue
from recert.analysis.proposals import propose_boundary, propose_scp
from recert.estate.authority import InlinePolicy
from recert.estate.companions import RoleUse, ServiceUse
from recert.estate.estate import Estate


def analyst(w: Any, catalogue: Catalogue, *statements: Any, used: tuple[str, ...] = ()) -> Analyst:
    estate: Estate = w.small()
    held = w.with_role(
        estate,
        w.HR_ROLE,
        inline=(InlinePolicy(name="p", document=w.policy(*statements)),),
        attached=(),
        boundary=None,
    )
    services = ("s3", "dynamodb", "sqs", "bedrock")
    usage = RoleUse(
        role_arn=w.HR_ROLE,
        services=tuple(
            ServiceUse(service=name, last_at=w.START if name in used else None) for name in services
        ),
    )
    return Analyst(w.later(held, usage=(usage,)), catalogue)


def key(found: Analyst, w: Any, action: str) -> str:
    return next(grant.key for grant in found.role_grants(w.HR_ROLE) if grant.action == action)


def test_a_boundary_lets_what_was_attested_through_and_takes_the_rest(
    w: Any, catalogue: Catalogue
) -> None:
    found = analyst(w, catalogue, w.allow("s3:GetObject", "arn:aws:s3:::a/*"), w.allow("sqs:*"))
    proposal = propose_boundary(found, w.HR_ROLE, {key(found, w, "s3:GetObject")})
    assert proposal.document is not None
    (statement,) = proposal.document["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::a/*"])
    assert set(proposal.taken) == {key(found, w, "sqs:*")}


def test_an_scp_is_conditioned_on_the_role(w: Any, catalogue: Catalogue) -> None:
    found = analyst(w, catalogue, w.allow("s3:GetObject", "arn:aws:s3:::a/*"), w.allow("sqs:*"))
    proposal = propose_scp(found, w.HR_ROLE, {key(found, w, "s3:GetObject")})
    assert proposal.document is not None
    deny = proposal.document["Statement"][1]
    assert deny["Condition"] == {"ArnEquals": {"aws:PrincipalArn": w.HR_ROLE}}
    assert proposal.taken


def test_what_may_be_in_use_unseen_is_not_taken(w: Any, catalogue: Catalogue) -> None:
    statements = (w.allow("s3:GetObject", "arn:aws:s3:::a/*"), w.allow("dynamodb:GetItem"))
    found = analyst(w, catalogue, *statements, used=("dynamodb",))
    keep = {key(found, w, "s3:GetObject")}
    refused = propose_boundary(found, w.HR_ROLE, keep)
    assert refused.document is None
    assert "dynamodb:GetItem" in refused.reason
    decided = propose_boundary(found, w.HR_ROLE, keep, {key(found, w, "dynamodb:GetItem")})
    assert decided.document is not None


def test_a_role_of_two_agents_gets_no_ceiling(w: Any, catalogue: Catalogue) -> None:
    found = analyst(w, catalogue, w.allow("s3:GetObject", "arn:aws:s3:::a/*"))
    shared = w.with_version(found.estate, w.BANK, "DRAFT", role_arn=w.HR_ROLE)
    both = Analyst(shared, catalogue)
    refused = propose_boundary(both, w.HR_ROLE, {key(both, w, "s3:GetObject")})
    assert refused.document is None
    assert "2 agents" in refused.reason


def test_nothing_attested_gives_no_ceiling(w: Any, catalogue: Catalogue) -> None:
    found = analyst(w, catalogue, w.allow("s3:GetObject"))
    assert propose_boundary(found, w.HR_ROLE, ()).document is None


def test_what_aws_would_not_accept_is_refused(w: Any, catalogue: Catalogue) -> None:
    resources = [f"arn:aws:s3:::a-long-name-of-a-bucket-{n}/*" for n in range(200)]
    found = analyst(w, catalogue, w.allow("s3:GetObject", resources))
    refused = propose_boundary(found, w.HR_ROLE, {key(found, w, "s3:GetObject")})
    assert refused.document is None
    assert "6,144" in refused.reason
