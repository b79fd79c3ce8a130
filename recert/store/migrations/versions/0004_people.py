"""Persons carry how they are reached and who stands in for them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("email", "backup", "manager"):
        op.add_column("person", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("person", sa.Column("teams", sa.Text(), server_default="[]", nullable=False))
