"""Where AWS can keep the head of a ledger: CloudTrail, by the user agent of a call; S3, under a lock."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import boto3.session
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws.codes import code_of
from recert.aws.sessions import HOME, client_config, has_own_endpoint, make_client, own_session
from recert.clock import to_rfc3339
from recert.errors import AwsError, RefusedError
from recert.text import visible

Mode = Literal["COMPLIANCE", "GOVERNANCE"]
_EXISTS = ("PreconditionFailed", "ConditionalRequestConflict")
_LARGEST = 2**16


@dataclass(frozen=True, slots=True)
class Told:
    """A call that carried something in its user agent: CloudTrail finds it by the request id."""

    account: str
    arn: str
    region: str
    request_id: str | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Locked:
    """An object that nobody may change or remove before an instant."""

    bucket: str
    key: str
    version_id: str | None
    mode: str
    retain_until: str
    sha256: str
    request_id: str | None


def _session(profile: str | None) -> tuple[boto3.session.Session, str]:
    session = own_session(profile)
    return session, session.region_name or HOME


def tell(text: str, *, profile: str | None = None) -> Told:
    """Ask STS who the caller is, with a text in the call's user agent; raises AwsError."""
    try:
        session, region = _session(profile)
        client = make_client(
            session, "sts", region_name=region, config=client_config(own_endpoint=True, told=text)
        )
        answer = client.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise _failed("AWS did not answer", error) from error
    metadata = answer["ResponseMetadata"]
    date = metadata.get("HTTPHeaders", {}).get("date")
    return Told(
        account=str(answer["Account"]),
        arn=str(answer["Arn"]),
        region=region,
        request_id=metadata.get("RequestId"),
        at=to_rfc3339(parsedate_to_datetime(date)) if date else None,
    )


def lock(
    bucket: str,
    key: str,
    content: bytes,
    *,
    until: datetime,
    mode: Mode = "COMPLIANCE",
    profile: str | None = None,
) -> Locked:
    """Put an object under Object Lock, read it back, and return what S3 says of it.

    Raises RefusedError where there is such an object, AwsError where S3 refuses or keeps no lock.
    """
    client = _s3(profile)
    try:
        made = client.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType="text/plain",
            ChecksumAlgorithm="SHA256",
            IfNoneMatch="*",
            ObjectLockMode=mode,
            ObjectLockRetainUntilDate=until,
        )
    except ClientError as error:
        if code_of(error) in _EXISTS:
            raise RefusedError(
                f"s3://{bucket}/{key} exists already.", "Nothing was written.", rule="anchor_exists"
            ) from error
        raise _failed(f"s3://{bucket}/{key} could not be written", error) from error
    except BotoCoreError as error:
        raise _failed(f"s3://{bucket}/{key} could not be written", error) from error
    version = made.get("VersionId")
    found = fetch(bucket, key, version, profile=profile)
    if found[0] != content:
        raise AwsError(f"s3://{bucket}/{key} does not hold what was written.", "Do not rely on it.")
    return Locked(
        bucket=bucket,
        key=key,
        version_id=version,
        mode=found[1],
        retain_until=found[2],
        sha256=hashlib.sha256(content).hexdigest(),
        request_id=made["ResponseMetadata"].get("RequestId"),
    )


def fetch(
    bucket: str, key: str, version: str | None, *, profile: str | None = None
) -> tuple[bytes, str, str]:
    """Return an object's content, the mode of its lock and until when; raises AwsError without a lock."""
    client = _s3(profile)
    named = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
    try:
        answer = client.get_object(**named)
        content = answer["Body"].read(_LARGEST)
    except (BotoCoreError, ClientError) as error:
        raise _failed(f"s3://{bucket}/{key} could not be read", error) from error
    mode, until = answer.get("ObjectLockMode"), answer.get("ObjectLockRetainUntilDate")
    if mode is None or until is None:
        raise AwsError(
            f"s3://{bucket}/{key} is not under a lock, as far as you may see.",
            "The bucket needs Object Lock, and you s3:GetObjectRetention in it.",
        )
    return content, str(mode), to_rfc3339(until)


def _s3(profile: str | None) -> Any:
    try:
        session, region = _session(profile)
        config = client_config(own_endpoint=has_own_endpoint(session))
        return make_client(session, "s3", region_name=region, config=config)
    except (BotoCoreError, ClientError) as error:
        raise _failed("AWS cannot be entered", error) from error


def _failed(what: str, error: Exception) -> AwsError:
    return AwsError(
        f"{what}: {visible(str(error), limit=300)}.",
        "The bucket needs Object Lock, and you s3:PutObject, s3:PutObjectRetention, s3:GetObject and "
        "s3:GetObjectRetention in it."
        if "s3://" in what
        else "Check AWS_PROFILE and the credentials.",
    )
