"""The policy of a bucket."""

from collections.abc import Iterable

from recert.aws.executor import Call, Looks, Place
from recert.remediation.levers.base import OneText, Seen
from recert.remediation.model import Change


class BucketPolicies(OneText):
    """A bucket's policy as one text; without one after, it is deleted."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the policy."""
        return Seen(looks.bucket_policy(change.target.account, change.target.name))

    def calls(self, _looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the one write."""
        place, bucket = Place(change.target.account, ""), change.target.name
        if change.after is None:
            params = {"Bucket": bucket}
            yield Call(place, "s3", "DeleteBucketPolicy", params, archived=seen.text)
        else:
            params = {"Bucket": bucket, "Policy": change.after}
            yield Call(place, "s3", "PutBucketPolicy", params, archived=seen.text)

    def back(
        self, _looks: Looks, change: Change, _seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the write of the text that was there."""
        params = {"Bucket": change.target.name, "Policy": archived or change.before}
        yield Call(Place(change.target.account, ""), "s3", "PutBucketPolicy", params)
