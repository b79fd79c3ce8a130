"""Items carry what a list shows of them."""

import json

import sqlalchemy as sa
from alembic import op

from recert.store.glance import COLUMNS, glance

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_GUARDS = ("item_signed", "item_ended")
_PAGE = 500


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("item", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("service", "policy"):
        op.create_index(
            f"ix_item_campaign_{name}_rank_id", "item", ["campaign", name, "rank", "id"]
        )
    _fill()


def _fill() -> None:
    connection = op.get_bind()
    for guard in _GUARDS:
        # The columns repeat what the body holds; signed items get them, too. The guards come back
        # when the upgrade ends.
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {guard}"))
    item = sa.table("item", *(sa.column(name) for name in ("id", "kind", "body", *COLUMNS)))
    after = ""
    while True:
        page = connection.execute(
            sa.select(item.c.id, item.c.kind, item.c.body)
            .where(item.c.id > after)
            .order_by(item.c.id)
            .limit(_PAGE)
        ).all()
        if not page:
            return
        for identity, kind, body in page:
            found = glance(kind, json.loads(body))
            connection.execute(sa.update(item).where(item.c.id == identity).values(**found))
        after = page[-1][0]
