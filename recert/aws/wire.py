"""Botocore's output shapes on the wire: what a service would have sent, byte for byte parsable.

The protocol is the one that botocore resolves for the service, so that its own parser reads the
answer back. Values are those of `recert.aws.shapes.decode`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from recert.aws import wire_cbor, wire_json, wire_xml
from recert.aws.wire_scalars import header_text

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An HTTP answer: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def encode_output(model: OperationModel, output: dict[str, Any], status: int) -> WireAnswer:
    """Return the answer that carries `output`; raises KeyError for a protocol that is not known."""
    protocol = str(model.service_model.resolved_protocol)
    encoder = _OUTPUTS[protocol]
    answer = encoder(model, _as_iam_sends(model, output), status)
    answer.headers.setdefault("x-amzn-requestid", REQUEST_ID)
    return answer


def encode_error(model: OperationModel, code: str, message: str, status: int) -> WireAnswer:
    """Return the answer by which the service refuses a call."""
    protocol = str(model.service_model.resolved_protocol)
    answer = _ERRORS[protocol](code, message, status)
    answer.headers.setdefault("x-amzn-requestid", REQUEST_ID)
    return answer


def _as_iam_sends(model: OperationModel, output: dict[str, Any]) -> dict[str, Any]:
    """URL-encode the policy documents of IAM, as IAM does and botocore undoes."""
    if model.service_model.service_name != "iam" or model.output_shape is None:
        return output
    return cast("dict[str, Any]", _quoted(model.output_shape, output))


def _quoted(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        members = cast("StructureShape", shape).members
        return {name: _quoted(members[name], item) for name, item in value.items()}
    if shape.type_name == "list":
        member = cast("ListShape", shape).member
        return [_quoted(member, item) for item in value]
    if shape.name == "policyDocumentType" and isinstance(value, str):
        plain = unquote(value) if value[:3].upper() == "%7B" else value
        return quote(plain, safe="")
    return value


def _json(model: OperationModel, output: dict[str, Any], status: int) -> WireAnswer:
    shape = model.output_shape
    body = b"{}" if shape is None else wire_json.body(shape, output, "unixtimestamp")
    version = model.service_model.metadata.get("jsonVersion", "1.0")
    return WireAnswer(status, {"content-type": f"application/x-amz-json-{version}"}, body)


def _cbor(model: OperationModel, output: dict[str, Any], status: int) -> WireAnswer:
    body = wire_cbor.body({} if model.output_shape is None else output)
    headers = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return WireAnswer(status, headers, body)


def _query(model: OperationModel, output: dict[str, Any], status: int) -> WireAnswer:
    shape = model.output_shape
    inner = "" if shape is None else wire_xml.children(shape, output)
    wrapper = None if shape is None else shape.serialization.get("resultWrapper")
    if wrapper:
        inner = f"<{wrapper}>{inner}</{wrapper}>"
    body = (
        f"<{model.name}Response>{inner}"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
        f"</{model.name}Response>"
    )
    return WireAnswer(status, {"content-type": "text/xml"}, body.encode())


def _ec2(model: OperationModel, output: dict[str, Any], status: int) -> WireAnswer:
    shape = model.output_shape
    inner = "" if shape is None else wire_xml.children(shape, output)
    body = (
        f"<{model.name}Response><requestId>{REQUEST_ID}</requestId>{inner}</{model.name}Response>"
    )
    return WireAnswer(status, {"content-type": "text/xml"}, body.encode())


def _rest(model: OperationModel, output: dict[str, Any], status: int, *, xml: bool) -> WireAnswer:
    headers = {"content-type": "application/xml" if xml else "application/json"}
    shape = model.output_shape
    if shape is None:
        return WireAnswer(status, headers, b"" if xml else b"{}")
    inside: dict[str, Any] = {}
    for name, value in output.items():
        member = shape.members[name]
        location = member.serialization.get("location")
        if location == "header":
            headers[str(member.serialization.get("name", name)).lower()] = header_text(
                member, value
            )
        elif location == "headers":
            prefix = str(member.serialization.get("name", "")).lower()
            headers.update({prefix + key.lower(): text for key, text in value.items()})
        elif location == "statusCode":
            status = int(value)
        else:
            inside[name] = value
    payload = shape.serialization.get("payload")
    if payload:
        return WireAnswer(status, headers, _payload(shape, str(payload), inside, xml=xml))
    if xml:
        root = str(shape.serialization.get("name", shape.name))
        return WireAnswer(status, headers, wire_xml.document(root, shape, inside))
    return WireAnswer(status, headers, wire_json.body(shape, inside, "unixtimestamp"))


def _payload(shape: StructureShape, name: str, inside: Mapping[str, Any], *, xml: bool) -> bytes:
    if name not in inside:
        return b""
    member, value = shape.members[name], inside[name]
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and member.type_name == "string":
        return value.encode()
    if xml:
        root = str(member.serialization.get("name", name))
        return wire_xml.document(root, cast("StructureShape", member), value)
    return wire_json.body(member, value, "unixtimestamp")


def _json_error(code: str, message: str, status: int) -> WireAnswer:
    body = json.dumps({"__type": code, "message": message}).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": _token(code)}
    return WireAnswer(status, headers, body)


def _token(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isprintable())


def _cbor_error(code: str, message: str, status: int) -> WireAnswer:
    body = wire_cbor.body({"__type": code, "message": message})
    return WireAnswer(status, {"content-type": "application/cbor"}, body)


def _error_element(code: str, message: str) -> str:
    return f"<Code>{escape(wire_xml.legal(code))}</Code><Message>{escape(wire_xml.legal(message))}</Message>"


def _query_error(code: str, message: str, status: int) -> WireAnswer:
    inner = _error_element(code, message)
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>"
        f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return WireAnswer(status, {"content-type": "text/xml"}, body.encode())


def _ec2_error(code: str, message: str, status: int) -> WireAnswer:
    inner = _error_element(code, message)
    body = (
        f"<Response><Errors><Error>{inner}</Error></Errors>"
        f"<RequestID>{REQUEST_ID}</RequestID></Response>"
    )
    return WireAnswer(status, {"content-type": "text/xml"}, body.encode())


def _rest_xml_error(code: str, message: str, status: int) -> WireAnswer:
    body = f"<Error>{_error_element(code, message)}<RequestId>{REQUEST_ID}</RequestId></Error>"
    return WireAnswer(status, {"content-type": "application/xml"}, body.encode())


_OUTPUTS: dict[str, Callable[[OperationModel, dict[str, Any], int], WireAnswer]] = {
    "json": _json,
    "rest-json": lambda model, output, status: _rest(model, output, status, xml=False),
    "rest-xml": lambda model, output, status: _rest(model, output, status, xml=True),
    "query": _query,
    "ec2": _ec2,
    "smithy-rpc-v2-cbor": _cbor,
}

_ERRORS: dict[str, Callable[[str, str, int], WireAnswer]] = {
    "json": _json_error,
    "rest-json": _json_error,
    "rest-xml": _rest_xml_error,
    "query": _query_error,
    "ec2": _ec2_error,
    "smithy-rpc-v2-cbor": _cbor_error,
}
