"""Who AWS says the caller is, asked once and without patience: a command waits for the answer."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

import recert
from recert.aws.codes import code_of
from recert.aws.sessions import HOME, Caller, own_session

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 1},
    user_agent_extra=f"recert/{recert.__version__}",
)
_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What STS said: the caller, or why there is no answer."""

    caller: Caller | None
    why: str = ""


def ask_sts() -> Answer:
    """Ask STS who the caller is, with the standard chain of credentials; never raises for AWS."""
    try:
        session = own_session()
        client = session.client("sts", region_name=session.region_name or HOME, config=_CONFIG)
        found = client.get_caller_identity()
    except NoCredentialsError:
        return Answer(None, "there are no AWS credentials")
    except ClientError as error:
        return Answer(None, f"STS answered {code_of(error)}")
    except (BotoCoreError, ValueError) as error:
        return Answer(None, f"STS was not reached ({code_of(error)})")
    return Answer(Caller(found["Account"], found["Arn"]))


def configured(environ: Mapping[str, str]) -> bool:
    """Tell whether credentials are set up, without looking for them on a network."""
    if any(environ.get(name) for name in _VARIABLES):
        return True
    home = Path(environ.get("HOME") or "~").expanduser()
    shared = environ.get("AWS_SHARED_CREDENTIALS_FILE") or str(home / ".aws" / "credentials")
    own = environ.get("AWS_CONFIG_FILE") or str(home / ".aws" / "config")
    return any(Path(one).is_file() for one in (shared, own))


def configured_here() -> bool:
    """Tell whether credentials are set up for this process."""
    return configured(os.environ)
