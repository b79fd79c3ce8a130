"""Who stands in for a reviewer may decide: the guards are made anew when an upgrade ends."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
