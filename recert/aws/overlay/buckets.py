"""The policies of buckets, with what a demo wrote to them."""

import json
from datetime import datetime
from typing import ClassVar

from recert.aws.overlay.service import Operations, Output, Params, Recorded, Service, ServiceRefusal


class BucketPolicies(Service):
    """The bucket policies of an account."""

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        super().__init__(recorded, now)
        self._buckets: dict[str, str | None] = {}

    def get_bucket_policy(self, params: Params) -> Output:
        """Read the policy of a bucket."""
        bucket = str(params["Bucket"])
        if bucket not in self._buckets:
            found = self._recorded("GetBucketPolicy", {"Bucket": bucket})
            self._buckets[bucket] = (found or {}).get("Policy")
        policy = self._buckets[bucket]
        if policy is None:
            raise ServiceRefusal("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
        return {"Policy": policy}

    def put_bucket_policy(self, params: Params) -> Output:
        """Write the policy of a bucket."""
        try:
            body = json.loads(params["Policy"])
        except ValueError as error:
            message = "Policies must be valid JSON"
            raise ServiceRefusal("MalformedPolicy", message) from error
        if not isinstance(body, dict) or not body.get("Statement"):
            raise ServiceRefusal("MalformedPolicy", "Missing required field Statement")
        self._buckets[str(params["Bucket"])] = params["Policy"]
        return {}

    def delete_bucket_policy(self, params: Params) -> Output:
        """Delete the policy of a bucket."""
        self._buckets[str(params["Bucket"])] = None
        return {}

    WRITES: ClassVar[Operations] = {
        "PutBucketPolicy": put_bucket_policy,
        "DeleteBucketPolicy": delete_bucket_policy,
    }
    READS: ClassVar[Operations] = {
        "GetBucketPolicy": get_bucket_policy,
    }
