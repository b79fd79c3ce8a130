"""Stages of an item, resources of a reduction, what silence comes to, and rescissions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATES = "state in ('current','superseded','undone','answered','rescinded')"


def upgrade() -> None:
    op.add_column(
        "item", sa.Column("stage", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    # SQLite changes a check only by making the table anew; no other table refers to this one.
    with op.batch_alter_table("decision", recreate="always") as decision:
        decision.drop_constraint(op.f("ck_decision_state_known"), type_="check")
        decision.create_check_constraint(op.f("ck_decision_state_known"), _STATES)
        decision.add_column(
            sa.Column("stage", sa.Integer(), server_default=sa.text("1"), nullable=False)
        )
        decision.add_column(
            sa.Column("reduce_resources", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
        )
        decision.add_column(sa.Column("consequence", sa.Text(), nullable=True))
    _rescission()


def _rescission() -> None:
    op.create_table(
        "rescission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_strength", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_strength", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("successor", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('requested','confirmed','withdrawn')",
            name=op.f("ck_rescission_state_known"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' or (confirmed_by is not null and confirmed_by <> requested_by)",
            name=op.f("ck_rescission_second_person"),
        ),
        sa.ForeignKeyConstraint(["campaign"], ["campaign.id"], name=op.f("fk_rescission_campaign")),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_rescission_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescission")),
    )
    for column in ("campaign", "decision", "item"):
        op.create_index(op.f(f"ix_rescission_{column}"), "rescission", [column], unique=False)
