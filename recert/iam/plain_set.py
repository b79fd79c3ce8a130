"""A plain policy, ready to be asked: what does not speak to the action is never parsed.

Most policies of a long input are asked once, and most of their statements name other actions.
"""

from __future__ import annotations

from msgspec import UNSET

from recert.iam.grammar import VERSION_WITH_VARIABLES
from recert.iam.model import Source
from recert.iam.plain import PlainDocument, PlainStatement, plain_statement
from recert.iam.policyset import Named, PolicySet
from recert.iam.statements import CompiledStatement, compile_statement, names_once


class PlainSet(PolicySet):
    """One document; at the second action that it is asked about, it is compiled as a whole."""

    __slots__ = ("_document", "_source", "_variables")

    def __init__(self, document: PlainDocument, source: Source) -> None:
        self.empty = False
        self._statements = []
        self._by_action = {}
        self._document: PlainDocument | None = document
        self._source = source
        self._variables = document.version == VERSION_WITH_VARIABLES

    def naming(self, action: str) -> Named:
        """Return the statements that name a lower-case action: the denying, the allowing ones."""
        document = self._document
        if document is None or action in self._by_action:
            return super().naming(action)
        if self._by_action:
            self._document = None
            self._statements = [
                self._compiled(each, index) for index, each in enumerate(document.listed)
            ]
            return super().naming(action)
        denies: list[CompiledStatement] = []
        allows: list[CompiledStatement] = []
        for index, each in enumerate(document.listed):
            if each.action == "*" or _names(each, action):
                listed = allows if each.effect == "Allow" else denies
                listed.append(self._compiled(each, index))
        found = self._by_action[action] = (denies, allows)
        return found

    def _compiled(self, found: PlainStatement, index: int) -> CompiledStatement:
        statement = plain_statement(found, index)
        return compile_statement(statement, self._source, variables=self._variables)


def _names(found: PlainStatement, action: str) -> bool:
    listed = found.action
    if listed is UNSET:
        listed = found.not_action
        return not names_once((listed,) if type(listed) is str else listed, action)  # type: ignore[arg-type]  # one of them is set
    if type(listed) is str:
        return names_once((listed,), action)
    return names_once(listed, action)  # type: ignore[arg-type]  # it is a tuple of texts
