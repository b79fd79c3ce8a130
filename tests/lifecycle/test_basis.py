"""What ends a certification raises an event: field by field, none of the two without the other."""

from collections.abc import Iterator
from typing import Any

import pytest

from recert.analysis import fingerprint
from recert.estate.base import Concealed, Frozen
from recert.estate.companions import Access, Integration
from recert.estate.estate import Estate
from recert.estate.integrations import Collaborator, GuardrailRef
from recert.lifecycle import compare

KEYS = {
    "id",
    "arn",
    "account",
    "region",
    "version",
    "resource_policy_known",
    "known",
    "test",
    "configuration_known",
    "aliases_known",
}
"""What makes a thing that thing, or says only that it was read: never changed in place."""


def other(value: Any) -> Iterator[Any]:
    """Yield other values of the same kind."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, Concealed):
        yield value.model_copy(update={"digest": "another"})
    elif isinstance(value, str):
        yield f"{value}-other"
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, dict):
        yield {}
        if value:
            texts = any(isinstance(item, str) for item in value.values())
            hidden = Concealed(digest="d", length=1, key_id="k1")
            yield {**value, "Other": "x" if texts else hidden}
    elif isinstance(value, tuple) and value and isinstance(value[0], str):
        yield ()
        yield (*value, "other")
    elif isinstance(value, tuple) and value and isinstance(value[0], Frozen):
        for at, item in enumerate(value):
            for changed in variants(item):
                yield (*value[:at], changed, *value[at + 1 :])
        yield value[1:]
    elif isinstance(value, Frozen):
        yield from variants(value)
        yield None


def variants(model: Frozen) -> Iterator[Frozen]:
    """Yield the model with one value changed, in every way."""
    for name in type(model).model_fields:
        if name in KEYS:
            continue
        for value in other(getattr(model, name)):
            if name in ("versions", "aliases") and len(value) < len(getattr(model, name)):
                continue  # a version or alias that a reading lacks was not read
            yield model.model_copy(update={name: value})


def rich(w: Any) -> Estate:
    estate = w.small()
    version = w.version(
        "1",
        prompt_overrides=w.concealed("p"),
        collaborators=(
            Collaborator(
                id="C1",
                name="bank",
                alias_arn=w.COLLABORATOR.alias_arn,
                instruction=w.concealed("i"),
            ),
        ),
        collaboration="SUPERVISOR",
        parser_function_arn=w.TOOL,
        orchestration="CUSTOM_ORCHESTRATION",
        orchestration_function_arn=w.TOOL,
        kms_key_arn="arn:aws:kms:us-east-1:111122223333:key/k",
        memory=("SESSION_SUMMARY",),
        artifact="repo:1",
        environment={"URL": w.concealed("u")},
        network=("VPC", "subnet-1"),
        access=Access(authorizer="CUSTOM_JWT", issuer="https://i", clients=("a",), claims=("c",)),
        integrations=(
            Integration(kind="tool", id="t", name="t", type="mcp", target="https://t", mode="m",
                        credential="OAUTH", provider_arns=("arn:p",), scopes=("s",), content="k:d"),
            Integration(kind="policy_engine", id="e", name="e", mode="ENFORCE"),
        ),
        guardrail=GuardrailRef(identifier="GR00000001", version="1"),
    )  # fmt: skip
    base = estate.knowledge_bases[0]
    source = base.data_sources[0].model_copy(
        update={"prefixes": ("a/",), "urls": ("https://u",), "secret_arn": "arn:secret",
                "kms_key_arn": "arn:kms", "function_arns": ("arn:f",), "bucket_owner": w.ACCOUNT}
    )  # fmt: skip
    base = base.model_copy(
        update={"data_sources": (source,), "storage_arns": ("arn:store",), "secret_arns": ("arn:s",),
                "table_names": ("t",), "embedding_model": "titan"}
    )  # fmt: skip
    tool = estate.functions[0].model_copy(
        update={"layers": ("arn:layer",), "kms_key_arn": "arn:kms", "runtime": "python3.13"}
    )
    agents = tuple(
        item.model_copy(update={"versions": (version, item.draft)}) if item.arn == w.HR else item
        for item in estate.agents
    )
    return w.later(estate, agents=agents, knowledge_bases=(base,), functions=(tool,))  # type: ignore[no-any-return]  # loaded by path


LISTS = (
    "agents", "roles", "managed_policies", "functions", "knowledge_bases", "guardrails", "buckets",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_value_that_ends_a_certification_raises_an_event(name: str, w: Any) -> None:
    estate = rich(w)
    print_before = fingerprint(estate, w.HR)
    silent: list[str] = []
    for value in other(getattr(estate, name)):
        if len(value) < len(getattr(estate, name)):
            continue  # a thing that a reading lacks as a whole was not read
        changed = w.later(estate, **{name: value})
        if w.HR not in changed.agents_by_arn:
            continue
        ended = fingerprint(changed, w.HR) != print_before
        events = [event for event in compare(estate, changed) if event.agent == w.HR]
        if ended and not events:
            silent.append(_difference(estate, changed))
    assert silent == []


def _difference(before: Estate, after: Estate) -> str:
    """Name the place of the one value that differs."""

    def walk(old: Any, new: Any, path: str) -> Iterator[str]:
        if isinstance(old, dict) and isinstance(new, dict):
            for key in {*old, *new}:
                yield from walk(old.get(key), new.get(key), f"{path}.{key}")
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for at, pair in enumerate(zip(old, new, strict=True)):
                yield from walk(*pair, f"{path}[{at}]")
        elif old != new:
            yield f"{path}: {old} -> {new}"

    excluded = {"taken_at"}
    return "; ".join(
        walk(
            before.model_dump(mode="json", exclude=excluded),
            after.model_dump(mode="json", exclude=excluded),
            "",
        )
    )
