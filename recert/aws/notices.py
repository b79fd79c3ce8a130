"""Messages through SNS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3.session
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws.codes import code_of
from recert.aws.sessions import client_config, has_own_endpoint, make_client, own_session
from recert.errors import AwsError

_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that messages are published to; its subscribers may filter by the attributes."""

    arn: str
    session: boto3.session.Session

    def publish(self, subject: str, text: str, attributes: Mapping[str, str]) -> None:
        """Publish one message; raises AwsError with AWS's code and nothing of the message."""
        region = self.arn.split(":")[3]
        config = client_config(own_endpoint=has_own_endpoint(self.session))
        client: Any = make_client(self.session, "sns", region_name=region, config=config)
        try:
            client.publish(
                TopicArn=self.arn,
                Subject=_plain(subject),
                Message=text,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                    if value
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise AwsError(f"SNS did not take the message: {code_of(error)}.") from error


def topic(arn: str, profile: str | None = None) -> Topic:
    """Return a topic by its ARN; raises AwsError where the profile is none."""
    try:
        return Topic(arn, own_session(profile))
    except BotoCoreError as error:
        raise AwsError(f"There is no profile {profile!r}.", "Look at ~/.aws/config.") from error


def _plain(subject: str) -> str:
    """Return a subject as SNS takes it: printable ASCII, beginning with a letter or digit."""
    text = "".join(char if " " <= char <= "~" else "?" for char in subject)
    return text.lstrip(" []!?.,-_")[:_SUBJECT] or "recert"
