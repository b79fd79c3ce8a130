"""The writes by which a permission is taken away, through boto3, one call at a time."""

from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws.iam_account import READS, WRITES
from recert.aws.interface import AwsSource
from recert.aws.matching import Place
from recert.aws.replay import NotRecordedError
from recert.errors import AwsError
from recert.text import visible

_LOOKS = sorted({*READS, "ListEntitiesForPolicy"} - {"GetAccountAuthorizationDetails"})


class WriteRefusedError(AwsError):
    """AWS refused a call, or did not answer it; `code` is its error code.

    `answered` is False where nobody knows whether the write was made.
    """

    def __init__(self, operation: str, code: str, message: str, *, answered: bool) -> None:
        self.operation = operation
        self.code = code
        self.answered = answered
        super().__init__(
            f"iam {operation} failed: {code} {visible(message, limit=300)}".strip(),
            "" if answered else "Read the role again before anything else.",
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What AWS answered: its request id, for the record, and the output."""

    operation: str
    request_id: str
    output: dict[str, Any] = field(default_factory=dict)


class IamWriter:
    """Changes the IAM of one account, and looks at what it changed."""

    def __init__(self, source: AwsSource, account: str) -> None:
        regions = [place.region for place in source.places if place.account == account]
        if not regions:
            raise AwsError(f"Account {account} was not entered.", "Name it with --assume-role.")
        self._source = source
        self._place = Place(account, regions[0])

    def call(self, operation: str, **params: Any) -> Written:
        """Make one call of `WRITES` or one look at what it concerns; raises WriteRefusedError."""
        if operation not in WRITES and operation not in _LOOKS:
            raise ValueError(f"{operation} is none of the writer's calls")
        client = self._source.client("iam", self._place)
        try:
            output = getattr(client, xform_name(operation))(**params)
        except ClientError as error:
            detail = error.response.get("Error", {})
            raise WriteRefusedError(
                operation,
                str(detail.get("Code") or "Unknown"),
                str(detail.get("Message") or ""),
                answered=True,
            ) from error
        except NotRecordedError as error:
            raise WriteRefusedError(operation, error.code, str(error), answered=True) from error
        except BotoCoreError as error:
            name = type(error).__name__
            raise WriteRefusedError(operation, name, str(error), answered=False) from error
        metadata = output.pop("ResponseMetadata", None) or {}
        return Written(operation, str(metadata.get("RequestId") or ""), output)


def writer_policy() -> dict[str, Any]:
    """Return the policy that the writer needs, apart from the reader's."""
    actions = sorted({f"iam:{operation}" for operation in (*WRITES, *_LOOKS)})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "RecertWrites", "Effect": "Allow", "Action": actions, "Resource": "*"}
        ],
    }
