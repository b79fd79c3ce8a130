"""Sessions in AWS: who the caller is, and how other accounts are entered and entered again."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    ProfileNotFound,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

import recert
from recert.aws import reads
from recert.aws.codes import code_of
from recert.errors import AwsError
from recert.estate.estate import Gap
from recert.iam.arns import partition_of
from recert.text import visible

HOME = "us-east-1"
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_SESSION_SECONDS = 50 * 60
"""An assumed role lasts an hour where roles are chained."""
_ATTEMPTS = 8
_ATTEMPTS_AT_OWN_ENDPOINT = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """Who AWS says the caller is."""

    account: str
    arn: str


@dataclass(frozen=True, slots=True)
class Spokes:
    """Which other accounts to read, and the role to assume there.

    No accounts means every active account of the organisation.
    """

    role_name: str
    accounts: tuple[str, ...] = ()
    external_id: str | None = None


def client_config(*, own_endpoint: bool = False, told: str = "") -> Config:
    """Return the settings of every client of a reading.

    `told` is added to the user agent, which CloudTrail keeps with each call. An endpoint of one's own
    answers what it does not know with a server error; to ask it eight times would only take long.
    """
    return Config(
        retries={
            "mode": "standard",
            "total_max_attempts": _ATTEMPTS_AT_OWN_ENDPOINT if own_endpoint else _ATTEMPTS,
        },
        max_pool_connections=32,
        connect_timeout=5,
        read_timeout=30,
        user_agent_extra=f"recert/{recert.__version__} {told}".rstrip(),
    )


class Sessions:
    """One session for each account; a role that was assumed is assumed again before AWS ends it."""

    def __init__(self, home: str, session: boto3.session.Session) -> None:
        self._entered: dict[str, tuple[boto3.session.Session, float]] = {home: (session, inf)}
        self._enter: dict[str, Callable[[], boto3.session.Session]] = {}

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts that can be read, sorted."""
        return tuple(sorted(self._entered))

    def enter(self, account: str, enter: Callable[[], boto3.session.Session], now: float) -> None:
        """Enter an account now, and again by the same way when the session grows old."""
        self._entered[account] = (enter(), now + _SESSION_SECONDS)
        self._enter[account] = enter

    def get(self, account: str, now: float) -> boto3.session.Session:
        """Return a session that lasts; raises AwsError for an account that was not entered."""
        if account not in self._entered:
            raise AwsError(f"Account {account} was not entered.", "Name it with --assume-role.")
        session, until = self._entered[account]
        if now >= until:
            self.enter(account, self._enter[account], now)
            session, _ = self._entered[account]
        return session


def make_client(session: boto3.session.Session, service: str, **settings: Any) -> Any:
    """Return a client of a session."""
    factory: Any = session  # the typed factory wants the name of a service as a literal
    return factory.client(service, **settings)


def has_own_endpoint(session: boto3.session.Session) -> bool:
    """Tell whether the session talks to an endpoint that is not AWS's own."""
    client = session.client("sts", region_name=session.region_name or HOME)
    return "amazonaws.com" not in client.meta.endpoint_url


def own_session(profile: str | None = None) -> boto3.session.Session:
    """Return a session of the standard credential chain; raises BotoCoreError for an unknown profile.

    Python's SDK reads AWS_DEFAULT_REGION only; AWS_REGION, which the others read, goes before it.
    """
    region = os.environ.get("AWS_REGION", "").strip() or None
    return boto3.session.Session(profile_name=profile, region_name=region)


def not_entered(error: Exception) -> AwsError:
    """Say why AWS could not be entered, and what helps."""
    why = visible(str(error), limit=300).removesuffix(".")
    if isinstance(error, ValueError):
        return AwsError(
            f"The address of AWS is none: {why}.",
            "Write AWS_ENDPOINT_URL as https://HOST, or take it away.",
        )
    if isinstance(error, HTTPClientError | NoConnectionError):
        return AwsError(
            f"AWS could not be reached: {why}.",
            "Check the network, the proxy and AWS_ENDPOINT_URL.",
        )
    if isinstance(error, ProfileNotFound):
        return AwsError(
            f"AWS was not entered: {why}.", "`aws configure list-profiles` names the profiles."
        )
    if code_of(error) in _EXPIRED or isinstance(
        error, UnauthorizedSSOTokenError | SSOTokenLoadError
    ):
        return AwsError(
            f"The credentials have expired: {why}.",
            "Sign in again, as with `aws sso login`, and repeat it.",
        )
    return AwsError(
        f"AWS did not accept the caller: {why}.",
        "Check AWS_PROFILE and the credentials, then run: aws sts get-caller-identity",
    )


def who_am_i(session: boto3.session.Session, region: str) -> Caller:
    """Ask STS who the caller is."""
    answer = session.client(
        "sts", region_name=region, config=client_config(own_endpoint=True)
    ).get_caller_identity()
    return Caller(answer["Account"], answer["Arn"])


def enter_spokes(
    sessions: Sessions, session: boto3.session.Session, caller: Caller, spokes: Spokes
) -> tuple[Gap, ...]:
    """Enter every account that was asked for; what refuses is a gap."""
    home = session.region_name or HOME
    accounts = spokes.accounts or _organization_accounts(session, home)
    gaps: list[Gap] = []
    for account in sorted(set(accounts) - {caller.account}):
        enter = partial(_assume, session, caller, account, spokes)
        try:
            sessions.enter(account, enter, time.monotonic())
        except (BotoCoreError, ClientError) as error:
            gaps.append(_not_entered(account, home, error))
    return tuple(gaps)


def _organization_accounts(session: boto3.session.Session, home: str) -> list[str]:
    client = session.client("organizations", region_name=home, config=client_config())
    try:
        return [
            item["Id"]
            for page in client.get_paginator("list_accounts").paginate()
            for item in page["Accounts"]
            if "ACTIVE" in (item.get("State"), item.get("Status"))
        ]
    except (BotoCoreError, ClientError) as error:
        raise AwsError(
            f"The accounts of the organisation cannot be listed: {visible(str(error), limit=300)}.",
            "Use the management account or a delegated administrator.",
        ) from error


def _assume(
    session: boto3.session.Session, caller: Caller, account: str, spokes: Spokes
) -> boto3.session.Session:
    home = session.region_name or HOME
    params = {
        "RoleArn": f"arn:{partition_of(caller.arn)}:iam::{account}:role/{spokes.role_name}",
        "RoleSessionName": "recert",
    }
    if spokes.external_id:
        params["ExternalId"] = spokes.external_id
    keys = session.client("sts", region_name=home, config=client_config()).assume_role(**params)[
        "Credentials"
    ]
    return boto3.session.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=session.region_name,
    )


def _not_entered(account: str, home: str, error: Exception) -> Gap:
    return Gap(
        account=account,
        region=home,
        service=reads.ASSUME_ROLE.service,
        operation=reads.ASSUME_ROLE.operation,
        error=code_of(error),
        effect=reads.ASSUME_ROLE.effect,
        subject=account,
    )
