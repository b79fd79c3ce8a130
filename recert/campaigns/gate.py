"""May an agent go live? What `gate` answers, from a store or from a certificate.

Whether a review certified an agent is put beside a reading of today, and anything that stands
between the two is a no.

A store of recordings is judged with `stored` alone: the answer then holds for the recording and
says so. Without it a reading of AWS is asked for, and what AWS was not asked never passes for live.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, select

from recert.analysis import fingerprint, unread, unread_basis
from recert.campaigns.asking import packaged
from recert.campaigns.estates import overlay, stated, with_agents
from recert.campaigns.listing import CERTIFIED, Certification, register
from recert.campaigns.transitions import ENDED
from recert.clock import from_rfc3339, to_rfc3339
from recert.lifecycle import Agent, Alias, Estate, TriggerPolicy, compare, words_of
from recert.store.canonical import parse_strict
from recert.store.store import Store
from recert.store.tables import CampaignRow

_MOST = 5
"""Changes that a reason names; more are counted."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the gate; `certified_fingerprint` and `campaign` are None without a certification.

    `source` is `live`, `replay` or `demo`, `recording` the digest of what was played;
    `difference` says in words what is not as it was certified.
    """

    agent: str | None
    certified: bool
    reason: str
    fingerprint: str | None = None
    certified_fingerprint: str | None = None
    campaign: str | None = None
    version: str | None = None
    source: str | None = None
    synthetic: bool = False
    recording: str | None = None
    difference: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go live: an agent, in one version or in those that are served."""

    agent: str
    version: str | None = None


def by_reviews(
    store: Store,
    wanted: Wanted,
    last: Estate,
    now: Estate | None,
    *,
    policy: TriggerPolicy,
    at: datetime,
) -> Answer:
    """Judge by the reviews in a store: `now` is a reading of today, None to judge the `last` one.

    `at` is the instant that is asked about, `policy` says when reviews are due again.
    """
    with store.read() as session:
        said = stated(session)
        book = register(
            session,
            overlay(last, said),
            packaged(),
            policy,
            to_rfc3339(at),
        )
    agent = wanted.agent
    held = book.certified.get(agent)
    today = overlay(last if now is None else now, said)
    answer = Answer(
        agent,
        certified=False,
        reason="",
        certified_fingerprint=held.fingerprint if held else None,
        campaign=held.campaign if held else None,
        version=wanted.version,
        source=store.source,
        synthetic=bool(store.synthetic),
        recording=today.source.recording_digest,
    )
    judged = as_if_live(today, wanted)
    if judged is None:
        return _labelled(replace(answer, reason=_not_read(today, wanted)))
    answer = replace(answer, fingerprint=fingerprint(judged, agent))
    if missing := _missing(judged, agent):
        return _labelled(replace(answer, reason=f"Unread: {_some(missing)}."))
    if held is None:
        reason = f"No closed review has certified it. {_asked(store, agent)}"
        return _labelled(replace(answer, reason=reason))
    if held.fingerprint not in _marks(today, judged, wanted):
        changes = _changes(store, held, judged, agent)
        told = f": {_some(changes)}" if changes else ""
        asked = _asked(store, agent, "`recert sync` opens a campaign for what changed.")
        reason = f"It is not as campaign {held.campaign} certified it{told}. {asked}"
        return _labelled(replace(answer, reason=reason, difference=changes))
    dates = [date for date in (held.until, book.row(agent)["next_review_due"]) if date]
    if not dates or min(dates) <= book.now:
        reason = f"Its review was due {_day(dates)}. {_asked(store, agent)}"
        return _labelled(replace(answer, reason=reason))
    reason = f"Certified by campaign {held.campaign}, until {_day(dates)[3:]}."
    return _labelled(replace(answer, certified=True, reason=reason))


def not_asked(judged: Answer) -> Answer:
    """Turn what a recording shows into the no of whoever asks about AWS as it is today."""
    label = _label(judged)
    reason = f"{label}: AWS was not asked. `--stored` judges what the recording shows."
    return replace(judged, certified=False, reason=reason)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate says whose signer was pinned: of each agent the fingerprint, and until when."""

    signer: str
    campaign: str
    source: str
    entries: tuple[tuple[str, str, datetime], ...]


def by_certificate(paper: Paper, wanted: Wanted, estate: Estate, *, at: datetime) -> Answer:
    """Judge by a certificate over a reading of today; `at` is the instant that is asked about."""
    entries = [(mark, until) for agent, mark, until in paper.entries if agent == wanted.agent]
    valid = [(mark, until) for mark, until in entries if at < until]
    answer = Answer(
        wanted.agent,
        certified=False,
        reason="",
        certified_fingerprint=entries[0][0] if entries else None,
        campaign=paper.campaign,
        version=wanted.version,
        source=paper.source,
    )
    if not entries:
        return replace(answer, reason="The certificate says nothing of it.")
    if not valid:
        ended = max(until for _, until in entries)
        return replace(answer, reason=f"The certificate ended on {ended:%Y-%m-%d}.")
    judged = as_if_live(estate, wanted)
    if judged is None:
        return replace(answer, reason=_not_read(estate, wanted))
    answer = replace(answer, fingerprint=fingerprint(judged, wanted.agent))
    if missing := _missing(judged, wanted.agent):
        return replace(answer, reason=f"Unread: {_some(missing)}.")
    marks = _marks(estate, judged, wanted)
    found = next(((mark, until) for mark, until in valid if mark in marks), None)
    if found is None:
        reason = (
            "It is not as the certificate says. Where nothing changed, the keys differ: "
            "give --keyring the concealment key of the store that was reviewed."
        )
        return replace(answer, reason=reason)
    return replace(
        answer,
        certified=True,
        certified_fingerprint=found[0],
        reason=f"Certified by {paper.signer}, until {found[1]:%Y-%m-%d}.",
    )


def as_if_live(estate: Estate, wanted: Wanted) -> Estate | None:
    """Return the estate in which an agent serves the version that is asked for, None if unread."""
    found = estate.agents_by_arn.get(wanted.agent)
    if found is None:
        return None
    if wanted.version is None:
        return estate
    if found.version(wanted.version) is None:
        return None
    served = Agent.model_copy(
        found, update={"aliases": (Alias(id="gate", name="gate", versions=(wanted.version,)),)}
    )
    return with_agents(
        estate, tuple(served if one.arn == found.arn else one for one in estate.agents)
    )


def _missing(judged: Estate, agent: str) -> tuple[str, ...]:
    """Say what of an agent's basis was not read: of it nobody can tell whether it is as certified."""
    return (*unread(judged, agent), *unread_basis(judged, agent))


def _marks(today: Estate, judged: Estate, wanted: Wanted) -> set[str]:
    """Return the fingerprints under which it may have been certified.

    A version that is served already was certified with the others that are served.
    """
    marks = {fingerprint(judged, wanted.agent)}
    if wanted.version in today.agents_by_arn[wanted.agent].live_versions and not unread(
        today, wanted.agent
    ):
        marks.add(fingerprint(today, wanted.agent))
    return marks


def _not_read(estate: Estate, wanted: Wanted) -> str:
    if wanted.agent not in estate.agents_by_arn:
        return "It is not in the reading."
    return f"Unread: version {wanted.version}, to which no alias routes in this reading."


def _label(answer: Answer) -> str:
    if answer.synthetic:
        return "SYNTHETIC"
    return f"REPLAY of recording {str(answer.recording)[:_DIGITS]}"


def _labelled(answer: Answer) -> Answer:
    """Say in the reason where an answer comes from that does not come from AWS."""
    if answer.source == "live":
        return answer
    return replace(answer, reason=f"{_label(answer)}: {answer.reason}")


def _changes(store: Store, held: Certification, judged: Estate, agent: str) -> tuple[str, ...]:
    """Say what changed since the reading against which the review was closed."""
    with store.read() as session:
        said = stated(session)
        row = session.get(CampaignRow, held.campaign)
        told = parse_strict(row.settings).get(CERTIFIED, {}) if row else {}
    reading = told.get(agent, {}).get("snapshot")
    then = store.snapshot(reading) if reading else None
    if then is None:
        return ()
    kept = tuple(one for one in then[1].agents if one.arn in judged.agents_by_arn)
    events = compare(overlay(with_agents(then[1], kept), said), judged)
    return tuple(dict.fromkeys(words_of(event) for event in events if event.agent == agent))


def _asked(store: Store, agent: str, otherwise: str = "") -> str:
    """Say which campaigns ask about an agent, or how one is opened that does (`otherwise`)."""
    with store.read() as session:
        found = [
            (row.id, row.state)
            for row in session.exec(select(CampaignRow).order_by(col(CampaignRow.opened_at)))
            if agent in parse_strict(row.scope)
        ]
    going = tuple(f"{name} is {state}" for name, state in found if state not in ENDED)
    if going:
        first = going[0].partition(" ")[0]
        return f"Campaign {_some(going)}: `recert campaign show {first}`."
    closed = [name for name, state in found if state == "closed"]
    if otherwise:
        return otherwise
    if closed:
        return (
            f"What campaign {closed[-1]} left open, or what changed since, needs another: "
            "`recert campaign open AGENT`."
        )
    return "No campaign asks about it: `recert campaign open AGENT`."


def _day(dates: list[str]) -> str:
    return f"on {from_rfc3339(min(dates)):%Y-%m-%d}" if dates else "already"


def _some(parts: tuple[str, ...]) -> str:
    more = f" and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    return "; ".join(parts[:_MOST]) + more
