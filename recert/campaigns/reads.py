"""Reads of columns, without making objects of rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable
from sqlmodel import Session


def rows(session: Session, statement: Executable) -> Sequence[Any]:
    """Return all rows of a statement as tuples, after what the session still holds was written."""
    session.flush()
    return session.connection().execute(statement).all()


def scalar(session: Session, statement: Executable) -> Any:
    """Return the first value of a statement, None where there is none."""
    session.flush()
    return session.connection().execute(statement).scalar()
