"""A campaign in memory that answers like the services, for looking and for tests."""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sample_data import CLAIMS, EVIDENCE, GRANT, ME, NOW, ROLE, ROWS

from recert.campaigns.views import (
    Caller,
    CampaignView,
    Counts,
    DecisionRequest,
    DecisionView,
    Group,
    ItemFilter,
    ItemLine,
    ItemPage,
    ItemView,
    NoResponse,
    Preview,
    Recommendation,
    Rescinded,
    Signed,
    SignSummary,
    Strength,
    Verdict,
)
from recert.errors import RecertError, RefusedError
from recert.store.glance import glance
from recert.text import plural
from recert.tui.ports import Check, Facts, LedgerEntry, Report, Session


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def make_line(index: int, row: Sequence[Any], reviewer: str = ME) -> ItemLine:
    kind, title, service, level, privileged, delta, advice, reason = row
    return ItemLine(
        id=f"i{index:05d}",
        kind=kind,
        state="pending",
        agent=CLAIMS,
        agent_name="claims-intake",
        reviewer=reviewer,
        title=title,
        service=service,
        level=level,
        privileged=privileged,
        rank=index,
        delta=delta,
        recommendation=Recommendation(advice, reason),
        verdict=None,
        basis_digest=digest(title),
        **glance(kind, {"grant": grant_of(kind, title)}),
    )


def grant_of(kind: str, title: str) -> dict[str, Any] | None:
    if kind not in {"permission", "attachment"}:
        return None
    return {**GRANT, "action": title.split(" ", maxsplit=1)[0]}


def view_of(line: ItemLine, campaign: str, decision: DecisionView | None) -> ItemView:
    grant = grant_of(line.kind, line.title)
    evidence = {
        k: v
        for k, v in EVIDENCE.items()
        if grant is not None or k in {"causes", "unread", "meaning"}
    }
    return ItemView(line, campaign, grant, evidence, decision, digest("shown" + line.id))


GRAVEST = ("privileged", "Permissions management", "Write", "Tagging", "Read", "List", "")


def group_key(line: ItemLine, by: str) -> str:
    if by == "risk":
        return "privileged" if line.privileged else line.level
    return str(getattr(line, by))


@dataclass
class Sample:
    """Services over plain lists; `fail` maps a method to the error that it raises."""

    rows: Sequence[Sequence[Any]] = ROWS
    caller: Caller = field(
        default_factory=lambda: Caller(ME, "Maria Lopez", Strength.OS, ("reviewer",), known=True)
    )
    banner: str | None = "SYNTHETIC"
    as_others: str = ""
    no_campaigns: bool = False
    fail: dict[str, RecertError] = field(default_factory=dict)
    gate: threading.Event | None = None
    """Where given, a decision is stored only once it is set."""

    def __post_init__(self) -> None:
        self.lines = {f"i{i:05d}": make_line(i, row) for i, row in enumerate(self.rows)}
        self.order = list(self.lines)
        self.decisions: dict[str, DecisionView] = {}
        self.requests: list[DecisionRequest] = []
        self.done: list[tuple[str, ...]] = []
        self.undone: list[tuple[tuple[str, ...], list[DecisionView]]] = []
        self.signed = False
        self.reassigned: list[tuple[tuple[str, ...], str, str]] = []
        self.steps: list[tuple[object, ...]] = []
        self.asked_back: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def _check(self, method: str) -> None:
        if method in self.fail:
            raise self.fail[method]

    def session(self) -> Session:
        self._check("session")
        return Session(
            self.caller,
            "store-1",
            "/data/recert.db",
            self.banner,
            gaps=1,
            as_others=self.as_others,
        )

    def _counts(self) -> Counts:
        lines = self.lines.values()
        by = {verdict: sum(line.verdict is verdict for line in lines) for verdict in Verdict}
        states = [line.state for line in lines]
        return Counts(
            items=len(states),
            pending=states.count("pending"),
            decided=states.count("decided"),
            signed_off=states.count("signed_off"),
            attested=by[Verdict.ATTEST] + by[Verdict.ATTEST_UNTIL],
            reduced=by[Verdict.REDUCE],
            revoked=by[Verdict.REVOKE],
            excepted=by[Verdict.EXCEPTION],
            abstained=by[Verdict.ABSTAIN],
        )

    def campaigns(self) -> Sequence[CampaignView]:
        self._check("campaigns")
        if self.no_campaigns:
            return ()
        closed = replace(
            self.campaign("c1"),
            id="c0",
            name="Quarterly review, autumn 2026",
            state="closed",
            counts=Counts(items=64, signed_off=64, attested=51, reduced=6, revoked=7),
            due_at=NOW - timedelta(days=40),
            complete=True,
            blockers=(),
            bars=(),
            mine_pending=0,
            rescissions=(),
        )
        staged = replace(
            closed,
            id="c2",
            name="New agent: refund-helper",
            state="staged",
            counts=Counts(items=23, pending=23),
            complete=False,
            bars=("It is not launched.",),
        )
        return (self.campaign("c1"), staged, closed)

    def campaign(self, campaign: str) -> CampaignView:
        self._check("campaign")
        counts = self._counts()
        blockers = (
            f"{plural(counts.pending, 'item waits', 'items wait')} for a decision",
            "organization policies were not read",
        )
        return CampaignView(
            id=campaign,
            name="claims-intake was repurposed",
            state="active",
            trigger={
                "reason": "its integrations, owner and authority changed",
                "events": [
                    {"kind": "action_group.added", "severity": "high"},
                    {"kind": "owner.changed", "severity": "medium"},
                    {"kind": "policy.widened", "severity": "critical"},
                ],
            },
            owner="security-governance",
            opened_at=NOW - timedelta(days=8),
            due_at=NOW + timedelta(days=6, hours=8),
            due_zone="UTC",
            counts=counts,
            complete=False,
            blockers=blockers,
            bars=blockers,
            agents=(CLAIMS,),
            mine_pending=counts.pending,
            mine_unsigned=counts.decided,
            rescissions=tuple(
                {**asked, "title": self.lines[item].title}
                for item, asked in self.asked_back.items()
                if asked["state"] == "requested"
            ),
        )

    def items(
        self, campaign: str, wanted: ItemFilter, *, after: str | None, limit: int
    ) -> ItemPage:
        self._check("items")
        fitting = self._fitting(wanted)
        places = [line.id for line in fitting]
        start = places.index(after) + 1 if after in places else 0
        page = fitting[start : start + limit]
        more = page[-1].id if start + limit < len(fitting) else None
        return ItemPage(tuple(page), len(fitting), more)

    def _fitting(self, wanted: ItemFilter) -> list[ItemLine]:
        text = wanted.text.casefold()
        fitting = [
            line
            for line in self.lines.values()
            if text in f"{line.title} {line.agent_name} {line.service}".casefold()
            and (not wanted.undecided or line.state == "pending")
            and (wanted.reviewer is None or line.reviewer == wanted.reviewer)
        ]
        if not wanted.group:
            return fitting
        order = list(GRAVEST) if wanted.group == "risk" else []
        for line in fitting:
            if group_key(line, wanted.group) not in order:
                order.append(group_key(line, wanted.group))
        return sorted(fitting, key=lambda line: order.index(group_key(line, wanted.group)))

    def groups(self, campaign: str, wanted: ItemFilter) -> Sequence[Group]:
        lines = self._fitting(wanted)
        found: dict[str, Group] = {}
        for line in lines:
            key = group_key(line, wanted.group)
            old = found.get(key, Group(key, 0, 0))
            found[key] = Group(key, old.items + 1, old.pending + (line.state == "pending"))
        return tuple(found.values())

    def item(self, campaign: str, item: str) -> ItemView:
        self._check("item")
        found = view_of(self.lines[item], campaign, self.decisions.get(item))
        return replace(found, rescission=self.asked_back.get(item))

    def decide(self, request: DecisionRequest) -> Sequence[DecisionView]:
        if self.gate is not None:
            self.gate.wait(10)
        self._check("decide")
        with self.lock:
            self.requests.append(request)
            privileged = any(self.lines[item].privileged for item in request.items)
            keeps = request.verdict in {Verdict.ATTEST, Verdict.ATTEST_UNTIL}
            if not request.rationale and (len(request.items) > 1 or (privileged and keeps)):
                raise RefusedError(
                    "A privileged item is kept only with a rationale, and many at once as well.",
                    "Say why.",
                    rule="rationale-required",
                )
            if any(self.lines[item].state == "signed_off" for item in request.items):
                raise RefusedError("It is signed.", "Rescind it first.", rule="signed")
            made = [self._decide_one(item, request) for item in request.items]
            self.done.append(request.items)
            self.undone.clear()
            return made

    def _decide_one(self, item: str, request: DecisionRequest) -> DecisionView:
        line = self.lines[item]
        decision = DecisionView(
            id=request.client_id,
            verdict=request.verdict,
            rationale=request.rationale,
            decided_by=self.caller.id,
            decided_at=NOW,
            basis_digest=request.seen.get(item, line.basis_digest),
            headless=request.headless,
            until=request.until,
            reduce_to=request.reduce_to,
            control=request.control,
            approver=request.approver,
        )
        self.decisions[item] = decision
        self.lines[item] = replace(line, verdict=request.verdict, state="decided")
        return decision

    def undo(self, campaign: str) -> Sequence[str]:
        self._check("undo")
        if not self.done:
            return ()
        items = self.done.pop()
        self.undone.append((items, [self.decisions.pop(item) for item in items]))
        for item in items:
            self.lines[item] = replace(self.lines[item], verdict=None, state="pending")
        return items

    def redo(self, campaign: str) -> Sequence[str]:
        if not self.undone:
            return ()
        items, decisions = self.undone.pop()
        for item, decision in zip(items, decisions, strict=True):
            self.decisions[item] = decision
            self.lines[item] = replace(self.lines[item], verdict=decision.verdict, state="decided")
        self.done.append(items)
        return items

    def reassign(self, campaign: str, items: Sequence[str], to: str, note: str) -> None:
        self._check("delegate")
        self.reassigned.append((tuple(items), to, note))
        for item in items:
            self.lines[item] = replace(self.lines[item], reviewer=to)

    def people(self) -> Sequence[Facts]:
        return (
            {"id": "jon.berg@example.com", "name": "Jon Berg", "roles": ["reviewer"]},
            {"id": "aiko.tanaka@example.com", "name": "田中 愛子", "roles": ["approver"]},
        )

    def summary(self, campaign: str) -> SignSummary:
        counts = self._counts()
        by: dict[str, int] = {}
        for line in self.lines.values():
            if line.state == "decided" and line.verdict:
                by[line.verdict.value] = by.get(line.verdict.value, 0) + 1
        meaning = (
            "I reviewed these items on the evidence shown to me, and these decisions are mine."
        )
        statement = json.dumps(
            {"meaning": meaning, "decisions_sha256": "b95862fc8549cc94", "size": 40}
        )
        return SignSummary(campaign, self.caller.id, counts.decided, by, counts.pending, statement)

    def sign(self, campaign: str, *, asks: bool = False) -> Signed:
        self._check("sign")
        count = 0
        for item, line in self.lines.items():
            if line.state == "decided":
                self.lines[item] = replace(line, state="signed_off")
                count += 1
        self.signed = True
        self.done.clear()
        return Signed("s1", campaign, count, "none", NOW, "active")

    def rescind(self, campaign: str, items: Sequence[str], rationale: str) -> Rescinded:
        self._check("rescind")
        for item in items:
            self.asked_back[item] = {
                "id": f"x-{item}",
                "item": item,
                "rationale": rationale,
                "requested_by": self.caller.id,
                "requested_at": "2026-11-24T09:00:00Z",
            }
        return self._settle(campaign, items, "requested")

    def confirm_rescission(self, campaign: str, items: Sequence[str]) -> Rescinded:
        self._check("confirm")
        return replace(self._settle(campaign, items, "confirmed"), successor="c9")

    def withdraw_rescission(self, campaign: str, items: Sequence[str]) -> Rescinded:
        return self._settle(campaign, items, "withdrawn")

    def _settle(self, campaign: str, items: Sequence[str], state: str) -> Rescinded:
        for item in items:
            self.asked_back[item]["state"] = state
            shown = state if state != "withdrawn" else ""
            self.lines[item] = replace(self.lines[item], rescission=shown)
        self.steps.append((state, *items))
        return Rescinded(campaign, tuple(self.asked_back[item] for item in items))

    def preview(self, campaign: str) -> Preview:
        self._check("preview")
        return Preview(
            campaign,
            reviewers={ME: 18, "jon.berg@example.com": 5},
            kinds={"permission": 20, "trust": 3},
            deltas={"new": 23},
            excluded={"break-glass": 2},
        )

    def _step(self, *said: object) -> CampaignView:
        self._check(str(said[0]))
        self.steps.append(said)
        return self.campaign(str(said[1]))

    def launch(self, campaign: str) -> CampaignView:
        return self._step("launch", campaign)

    def reminders(self, campaign: str) -> Sequence[Facts]:
        self._check("reminders")
        return [
            {"person": ME, "template": "reminder", "pending": 18, "unsigned": 2},
            {"person": "boss@example.com", "template": "escalation", "pending": 18, "unsigned": 2},
        ]

    def remind(self, campaign: str) -> Report:
        self._check("remind")
        self.steps.append(("remind", campaign))
        return Report(
            "Reminders of c1",
            False,
            "1 sent, 1 failed",
            (Check(f"smtp to {ME}", False, "refused"),),
        )

    def silence(self, campaign: str, policy: Mapping[str, str] | None = None) -> NoResponse:
        revoke = 12 if (policy or {}).get("ordinary") == "revoke" else 0
        return NoResponse(campaign, 20, 3, 20 - revoke, revoke, brake=revoke > 10)

    def end_review(
        self,
        campaign: str,
        *,
        policy: Mapping[str, str] | None = None,
        revocations: int | None = None,
    ) -> NoResponse:
        self._step("end", campaign, dict(policy or {}), revocations)
        return self.silence(campaign, policy)

    def close(self, campaign: str, *, asks: bool = False) -> CampaignView:
        return self._step("close", campaign)

    def reiterate(self, campaign: str) -> CampaignView:
        return self._step("reiterate", campaign)

    def cancel(self, campaign: str, reason: str) -> CampaignView:
        return self._step("cancel", campaign, reason)

    def agents(self) -> Sequence[Facts]:
        self._check("agents")
        if self.no_campaigns:
            return ()
        base = {
            "account": "111122223333",
            "region": "us-east-1",
            "purpose": "Takes claims in and answers what is covered",
            "execution_role_arn": ROLE,
            "live_versions": ["4"],
            "certified": False,
            "last_reviewed_at": "2026-05-02T10:00:00Z",
            "next_review_due": "2026-11-30T17:00:00Z",
            "fingerprint": digest("claims"),
            "shares_role_with": [],
        }
        rows = (
            ("claims-intake", "bedrock-agent", "critical", ME, CLAIMS),
            (
                "orders-lookup",
                "bedrock-agent",
                "medium",
                "jon.berg@example.com",
                CLAIMS.replace("1", "2"),
            ),
            (
                "refund-helper",
                "agentcore-runtime",
                "high",
                None,
                CLAIMS.replace("AGENT00001", "AGENT00003"),
            ),
            (
                "weather-notes",
                "flow",
                "low",
                "jon.berg@example.com",
                CLAIMS.replace("AGENT00001", "AGENT00004"),
            ),
        )
        return [
            {
                **base,
                "name": name,
                "kind": kind,
                "risk_tier": tier,
                "owner": owner,
                "arn": arn,
                "certified": tier == "low",
            }
            for name, kind, tier, owner, arn in rows
        ]

    def agent(self, agent: str) -> Facts:
        return {
            "roles": [
                {"arn": ROLE, "via": "execution role"},
                {
                    "arn": "arn:aws:iam::111122223333:role/payout-execute",
                    "via": "function payout-execute",
                },
            ],
            "blast_radius": {
                "actions": 402,
                "write_actions": 161,
                "services": 9,
                "resources": 57,
                "accounts": 2,
                "escalations": 1,
                "score": 83,
            },
            "integrations": {
                "action groups": ["ClaimsLookup", "PayoutActions"],
                "knowledge bases": ["policy-terms-2026"],
            },
            "findings": [
                {
                    "kind": "privilege_escalation",
                    "severity": "critical",
                    "detail": "iam:PassRole on * with lambda:CreateFunction",
                },
                {
                    "kind": "confused_deputy",
                    "severity": "high",
                    "detail": "the trust policy has no aws:SourceAccount",
                },
            ],
        }

    def events(self, agent: str | None = None) -> Sequence[Facts]:
        self._check("events")
        if self.no_campaigns:
            return ()
        rows = (
            (
                "policy.widened",
                "critical",
                True,
                {"actions": ["s3:GetObject"]},
                {"actions": ["s3:*"], "resources": ["*"]},
                "c1",
            ),
            (
                "action_group.added",
                "high",
                True,
                None,
                {"name": "PayoutActions", "function": "payout-execute"},
                "c1",
            ),
            (
                "owner.changed",
                "medium",
                True,
                {"owner": "jon.berg@example.com"},
                {"owner": ME},
                "c1",
            ),
            ("data_source.added", "low", False, None, {"bucket": "policy-terms-2026"}, None),
        )
        return [
            {
                "id": f"e{i}", "agent": CLAIMS, "kind": kind, "severity": severity, "live": live,
                "before": before, "after": after, "detected_at": "2026-11-12T08:00:00Z", "campaign": campaign,
                "how": "the reading of 12 November against that of 1 November",
            }
            for i, (kind, severity, live, before, after, campaign) in enumerate(rows)
        ]  # fmt: skip

    def ledger(self, before: int | None, limit: int) -> Sequence[LedgerEntry]:
        self._check("ledger")
        if self.no_campaigns:
            return ()
        kinds = ("reading.recorded", "campaign.opened", "campaign.launched", "decision.recorded")
        return [
            LedgerEntry(
                seq,
                "2026-11-12T08:00:00Z",
                kinds[seq % 4],
                ME,
                "c1",
                digest(str(seq)),
                {"seq": seq, "items": ["i00001"]},
            )
            for seq in range(40, 0, -1)
        ]

    def export(self, campaign: str, target: Path) -> Report:
        self._check("export")
        return Report(
            f"Pack of {campaign}",
            True,
            "The pack is written; it is interim.",
            (Check("tie-out", True, "20 of 20"),),
            target,
        )

    def verify(self, target: Path | None) -> Report:
        self._check("verify")
        checks = (
            Check("ledger chain", True, "40 entries"),
            Check("signers", False, "no signer is pinned"),
        )
        return Report(
            "Verification", False, "Whole and unedited; signers are not pinned.", checks, target
        )


def many(count: int) -> tuple[tuple[Any, ...], ...]:
    """Return so many rows, for lists that are long."""
    return tuple(
        (*ROWS[i % len(ROWS)][:1], f"{ROWS[i % len(ROWS)][1]} {i}", *ROWS[i % len(ROWS)][2:])
        for i in range(count)
    )


JON = Caller("jon.berg@example.com", "Jon Berg", Strength.OS, ("reviewer",), known=True)


def signed() -> Sample:
    """Return a campaign with its first two items signed."""
    sample = Sample()
    for item in ("i00000", "i00001"):
        sample.lines[item] = replace(sample.lines[item], state="signed_off")
    return sample


def asked_back(*items: str) -> Sample:
    """Return it as Jon sees it after Maria asked."""
    sample = signed()
    sample.rescind("c1", items, "I mixed the two up")
    sample.steps.clear()
    sample.caller = JON
    return sample
