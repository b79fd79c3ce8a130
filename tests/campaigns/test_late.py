"""What comes too late is refused: by the rules, and by the database for whoever goes past them."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import select

from recert.errors import RefusedError
from recert.store.tables import DecisionRow


def test_a_soft_deadline_is_overdue_and_a_hard_one_is_over(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    soft = house.open("hr", name="soft", due_in_days=3)
    hard = house.open("hr", name="hard", due_in_days=3, hard_deadline=True)
    due = house.as_("x").campaign(hard).due_at
    house.clock.instant = due
    house.decide("alice", hard, house.lines(hard)[0].id)
    house.clock.instant = due + timedelta(microseconds=1)
    with pytest.raises(RefusedError, match="took decisions until") as refused:
        house.decide("alice", hard, house.lines(hard)[1].id)
    assert refused.value.rule == "deadline"
    assert house.decide("alice", soft, house.lines(soft)[0].id)
    assert house.as_("alice").sign(hard).items == 1


@pytest.mark.parametrize("end", ["closed", "cancelled", "signed"])
def test_the_database_takes_no_late_decision(w: ModuleType, house: Any, end: str) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    house.attest_all(campaign)
    if end == "closed":
        house.close(campaign)
    elif end == "cancelled":
        other = house.open("hr", name="other")
        house.decide("alice", other, house.lines(other)[0].id)
        house.as_("owner").cancel(other, "By mistake.")
        campaign = other
    with house.store.read() as session:
        known = select(DecisionRow).where(DecisionRow.campaign == campaign)
        row = session.exec(known).first().model_dump()
    before = house.store.head()
    late = {**row, "id": "d-late", "client_id": "late"}

    def slip_past() -> None:
        with house.store.write(house.actor) as tx:
            tx.append("setting.changed", {})
            tx.session.connection().execute(insert(DecisionRow), [late])

    with pytest.raises(RefusedError) as refused:
        slip_past()
    assert refused.value.rule == "guarded"
    assert house.store.head() == before
