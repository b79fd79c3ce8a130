"""May an agent go live? What `gate` answers, from a store or from a certificate.

Whether a review certifies an agent is decided by `recert.campaigns`; here its answer is put beside
a reading of today, and anything that stands between the two is a no.

A store of recordings is judged with `stored` alone: the answer then holds for the recording and
says so. Without it a reading of AWS is asked for, and what AWS was not asked never passes for live.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from recert.analysis import fingerprint, unread, unread_basis
from recert.campaigns.estates import overlay, stated
from recert.campaigns.listing import CERTIFIED, Certification, register
from recert.cli.context import Run
from recert.cli.settings import trigger_policy
from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import AwsError
from recert.estate.agents import Agent, Alias
from recert.estate.estate import Estate
from recert.evidence.certificate import Certificate
from recert.iam.catalogue import load_catalogue
from recert.lifecycle import compare, words_of
from recert.store.canonical import parse_strict
from recert.store.store import Store
from recert.store.tables import CampaignRow

_REGION, _ACCOUNT = 3, 4
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


@dataclass(frozen=True, slots=True)
class Entry:
    """How AWS is entered for the reading, as the options of `sync` say it."""

    profile: str | None = None
    assume_role: str | None = None
    external_id: str | None = None
    keyring: Path | None = None


def from_store(run: Run, store: Store, last: Estate, wanted: Wanted, now: Estate | None) -> Answer:
    """Judge by the reviews in a store: `now` is a reading of today, None to judge the `last` one."""
    with store.read() as session:
        said = stated(session)
        book = register(
            session,
            overlay(last, said),
            load_catalogue(),
            trigger_policy(run.settings),
            to_rfc3339(run.clock.now()),
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
        return _labelled(replace(answer, reason="No closed review has certified it."))
    if held.fingerprint not in _marks(today, judged, wanted):
        changes = _changes(store, held, judged, agent)
        told = f": {_some(changes)}" if changes else ""
        reason = f"It is not as campaign {held.campaign} certified it{told}."
        return _labelled(replace(answer, reason=reason, difference=changes))
    dates = [date for date in (held.until, book.row(agent)["next_review_due"]) if date]
    if not dates or min(dates) <= book.now:
        return _labelled(replace(answer, reason=f"Its review was due {_day(dates)}."))
    reason = f"Certified by campaign {held.campaign}, until {_day(dates)[3:]}."
    return _labelled(replace(answer, certified=True, reason=reason))


def of_a_recording(run: Run, store: Store, last: Estate, wanted: Wanted) -> Answer:
    """Say no to whoever asks a store of recordings about AWS as it is today."""
    judged = from_store(run, store, last, wanted, None)
    label = _label(judged)
    reason = f"{label}: AWS was not asked. `--stored` judges what the recording shows."
    return replace(judged, certified=False, reason=reason)


def from_certificate(run: Run, certificate: Certificate, estate: Estate, wanted: Wanted) -> Answer:
    """Judge by a certificate whose signer was pinned, over a reading of today."""
    now = run.clock.now()
    entries = [one for one in certificate.agents if one.agent == wanted.agent]
    valid = [one for one in entries if now < one.expires_at]
    answer = Answer(
        wanted.agent,
        certified=False,
        reason="",
        certified_fingerprint=entries[0].fingerprint if entries else None,
        campaign=certificate.campaign,
        version=wanted.version,
        source=certificate.source,
    )
    if not entries:
        return replace(answer, reason="The certificate says nothing of it.")
    if not valid:
        ended = max(one.expires_at for one in entries)
        return replace(answer, reason=f"The certificate ended on {ended:%Y-%m-%d}.")
    judged = as_if_live(estate, wanted)
    if judged is None:
        return replace(answer, reason=_not_read(estate, wanted))
    answer = replace(answer, fingerprint=fingerprint(judged, wanted.agent))
    if missing := _missing(judged, wanted.agent):
        return replace(answer, reason=f"Unread: {_some(missing)}.")
    marks = _marks(estate, judged, wanted)
    found = next((one for one in valid if one.fingerprint in marks), None)
    if found is None:
        reason = (
            "It is not as the certificate says. Where nothing changed, the keys differ: "
            "give --keyring the concealment key of the store that was reviewed."
        )
        return replace(answer, reason=reason)
    return replace(
        answer,
        certified=True,
        certified_fingerprint=found.fingerprint,
        reason=f"Certified by {certificate.signer}, until {found.expires_at:%Y-%m-%d}.",
    )


def fresh(run: Run, wanted: Iterable[Wanted], entry: Entry) -> Estate:
    """Read agents and what their fingerprints rest on from AWS now; raises AwsError."""
    from recert.aws.collect.run import collect  # noqa: PLC0415 - boto3 is slow to import
    from recert.aws.interface import Options, Scope  # noqa: PLC0415 - as above
    from recert.aws.keyring import load_keyring  # noqa: PLC0415 - as above
    from recert.cli import readings  # noqa: PLC0415 - as above

    chosen = tuple(wanted)
    arns = [one.agent.split(":") for one in chosen]
    account = next((parts[_ACCOUNT] for parts in arns if len(parts) > _ACCOUNT), "")
    role = entry.assume_role
    if role is not None and ":" not in role:
        role = f"{account}:{role}"
    source = readings.live(
        run.settings,
        profile=entry.profile,
        regions=tuple(sorted({parts[_REGION] for parts in arns if len(parts) > _ACCOUNT} - {""})),
        assume_role=role,
        external_id=entry.external_id,
    )
    if account not in {place.account for place in source.places}:
        raise AwsError(
            f"The agent lives in account {account}, which was not entered.",
            "Name the reader's role there with --assume-role.",
        )
    scope = Scope(
        frozenset(one.agent for one in chosen),
        tuple(sorted({one.version for one in chosen if one.version})),
    )
    options = Options(tags=readings.tag_names(run.settings), usage=False, scope=scope)
    keyring = load_keyring(entry.keyring)
    reading = collect(source, clock=run.clock, keyring=keyring, options=options)
    return readings.owned(run.settings, reading).estate


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
    return _with_agents(
        estate, tuple(served if one.arn == found.arn else one for one in estate.agents)
    )


def _with_agents(estate: Estate, agents: tuple[Agent, ...]) -> Estate:
    fields = {name: getattr(estate, name) for name in Estate.model_fields}
    # The parts were validated when they were read; a copy would keep the index of the old agents.
    return Estate.model_construct(**{**fields, "agents": agents})


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
    events = compare(overlay(_with_agents(then[1], kept), said), judged)
    return tuple(dict.fromkeys(words_of(event) for event in events if event.agent == agent))


def _day(dates: list[str]) -> str:
    return f"on {from_rfc3339(min(dates)):%Y-%m-%d}" if dates else "already"


def _some(parts: tuple[str, ...]) -> str:
    more = f" and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    return "; ".join(parts[:_MOST]) + more
