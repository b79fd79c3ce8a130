"""The policies of Lambda functions, with what a demo wrote to them."""

import json
from datetime import datetime
from typing import Any, ClassVar

from recert.aws.overlay.service import (
    Operations,
    Output,
    Params,
    Recorded,
    Service,
    ServiceRefusal,
    missing,
)


class FunctionPolicies(Service):
    """The resource-based policies of functions; one is gone with its last statement."""

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        super().__init__(recorded, now)
        self._functions: dict[str, list[dict[str, Any]]] = {}
        self._revisions: dict[str, int] = {}

    def _statements(self, function: str) -> list[dict[str, Any]]:
        if function not in self._functions:
            found = self._recorded("GetPolicy", {"FunctionName": function})
            body = json.loads(found["Policy"]) if found and found.get("Policy") else {}
            held = body.get("Statement") or []
            self._functions[function] = list(held) if isinstance(held, list) else [held]
        return self._functions[function]

    def _revision(self, function: str) -> str:
        return f"{self._revisions.get(function, 0):08d}-0000-4000-8000-000000000000"

    def get_function_policy(self, params: Params) -> Output:
        """Read the policy of a function."""
        function = str(params["FunctionName"])
        statements = self._statements(function)
        if not statements:
            raise missing("The policy of the function")
        body = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return {"Policy": json.dumps(body), "RevisionId": self._revision(function)}

    def remove_permission(self, params: Params) -> Output:
        """Take one statement out of the policy of a function."""
        function, sid = str(params["FunctionName"]), params["StatementId"]
        statements = self._statements(function)
        asked = params.get("RevisionId")
        if asked is not None and asked != self._revision(function):
            message = "The revision id does not match."
            raise ServiceRefusal("PreconditionFailedException", message, 412)
        left = [one for one in statements if one.get("Sid") != sid]
        if len(left) == len(statements):
            raise missing(f"Statement {sid}")
        self._functions[function] = left
        self._revisions[function] = self._revisions.get(function, 0) + 1
        return {}

    def add_permission(self, params: Params) -> Output:
        """Put one statement into the policy of a function."""
        function, sid = str(params["FunctionName"]), params["StatementId"]
        statements = self._statements(function)
        if any(one.get("Sid") == sid for one in statements):
            message = f"The statement id ({sid}) provided already exists."
            raise ServiceRefusal("ResourceConflictException", message, 409)
        condition: dict[str, dict[str, str]] = {}
        if params.get("SourceAccount"):
            condition["StringEquals"] = {"AWS:SourceAccount": params["SourceAccount"]}
        if params.get("SourceArn"):
            condition["ArnLike"] = {"AWS:SourceArn": params["SourceArn"]}
        statement: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": params["Principal"]},
            "Action": params["Action"],
            "Resource": function,
        }
        if condition:
            statement["Condition"] = condition
        self._functions[function] = [*statements, statement]
        self._revisions[function] = self._revisions.get(function, 0) + 1
        return {"Statement": json.dumps(statement)}

    WRITES: ClassVar[Operations] = {
        "AddPermission": add_permission,
        "RemovePermission": remove_permission,
    }
    READS: ClassVar[Operations] = {
        "GetPolicy": get_function_policy,
    }
