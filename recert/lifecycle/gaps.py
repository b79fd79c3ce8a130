"""Gaps that a reading has and the earlier one had not."""

from recert.estate.estate import Estate, Gap
from recert.lifecycle.changes import Change


def new_gaps(before: Estate, after: Estate) -> tuple[Gap, ...]:
    """Return the gaps that came, in the order of the reading."""
    known = {_key(gap) for gap in before.coverage.gaps}
    found = {_key(gap): gap for gap in after.coverage.gaps if _key(gap) not in known}
    return tuple(found.values())


def gap_change(gap: Gap) -> Change:
    """Return the change that says what can no longer be seen."""
    after = {
        name: value
        for name, value in gap.model_dump(mode="json").items()
        if value not in ("", None)
    }
    subject = f"{gap.account}/{gap.region}/{gap.service}/{gap.operation}/{gap.subject}"
    how = f"{gap.operation} was not answered: {gap.error}"
    return Change("coverage.gap", subject, None, after, how)


def _key(gap: Gap) -> tuple[str, str, str, str, str]:
    return (gap.account, gap.region, gap.service, gap.operation, gap.subject)
