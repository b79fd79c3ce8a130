import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from conftest import Seat, Start
from sample import Sample
from sample_data import ME

from recert.campaigns.views import CampaignView
from recert.errors import RefusedError, TerminalNeededError, UsageError
from recert.progress import step
from recert.tui.ports import Report


async def on_campaign(seat: Seat, number: int) -> None:
    """Go to the campaigns, with the cursor on one of: active, staged, closed."""
    await seat.press("2", *["j"] * number)


async def test_launching_shows_who_is_asked_how_much_and_only_y_launches(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 1)
        await seat.press("l")
        shown = "\n".join(seat.lines())
        assert f"18  {ME}" in shown
        assert "2  break-glass" in shown
        await seat.press("enter", "l", "space")
        assert seat.services.steps == []
        await seat.press("y")
        assert seat.services.steps == [("launch", "c2")]
        assert "Launched." in seat.text()


async def test_only_what_is_staged_is_launched(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("l")
        assert "only a staged campaign is launched" in seat.text()
        await seat.press("y")
        assert seat.services.steps == []


async def test_reminding_shows_whom_first_and_then_what_became_of_it(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("m")
        shown = "\n".join(seat.lines())
        assert "Remind 2 people" in shown
        assert "18 to decide, 2 to sign" in shown
        assert seat.services.steps == []
        await seat.press("y")
        assert seat.services.steps == [("remind", "c1")]
        assert "1 sent, 1 failed" in "\n".join(seat.lines())


async def test_without_a_channel_reminding_says_where_one_is_configured(start: Start) -> None:
    sample = Sample()
    sample.fail["remind"] = UsageError("No channel is configured.", "Add [reminders.smtp].")
    async with start(sample, size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("m", "y")
        assert "✗ No channel is configured. Add [reminders.smtp]." in seat.text()


async def test_where_one_can_be_anybody_a_refused_owners_work_and_the_help_say_how(
    start: Start,
) -> None:
    sample = Sample(as_others="Quit and be agnes.")
    sample.fail["reminders"] = RefusedError("It is hers.", "Ask her.", rule="not_owner")
    async with start(sample, size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("m")
        assert "✗ It is hers. Ask her. Quit and be agnes." in seat.text()
        await seat.press("question_mark", "G")
        assert "  Quit and be agnes." in "\n".join(seat.lines())


async def test_open_items_of_one_reviewer_go_to_another_with_a_note(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("d")
        assert "20 open items" in "\n".join(seat.lines())
        await seat.press("enter")
        await seat.write("jon")
        await seat.press("enter")
        await seat.write("on leave")
        await seat.press("enter")
        items, to, note = seat.services.reassigned[0]
        assert (len(items), to, note) == (20, "jon.berg@example.com", "on leave")
        assert "Handed to jon.berg@example.com." in seat.text()


async def test_ending_a_review_says_what_silence_comes_to_and_wants_the_id_typed(
    start: Start,
) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("n", "enter", "enter")
        shown = "\n".join(seat.lines())
        assert "20  without a signed answer" in shown
        assert "0  to be revoked" in shown
        await seat.write("no")
        await seat.press("enter")
        assert "That is not c1" in "\n".join(seat.lines())
        await seat.press("backspace", "backspace")
        await seat.write("c1")
        await seat.press("enter")
        policy = {"privileged": "keep", "ordinary": "keep"}
        assert seat.services.steps == [("end", "c1", policy, None)]


async def test_a_mass_revocation_by_silence_wants_its_number(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("n", "enter", *["backspace"] * 4)
        await seat.write("revoke")
        await seat.press("enter")
        assert "name their number" in "\n".join(seat.lines())
        await seat.write("c1")
        await seat.press("enter")
        assert seat.services.steps == []
        await seat.press("backspace", "backspace")
        await seat.write("12")
        await seat.press("enter")
        policy = {"privileged": "keep", "ordinary": "revoke"}
        assert seat.services.steps == [("end", "c1", policy, 12)]


async def test_what_blocks_the_close_is_shown_instead_of_closing(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("c")
        assert "organization policies were not read" in "\n".join(seat.lines())
        await seat.press("y", "escape")
        assert seat.services.steps == []


class Reviewed(Sample):
    """The review of the first campaign is over; what the store says of one like it stays."""

    def campaign(self, campaign: str) -> CampaignView:
        left = ("1 item without a response.",)
        view = replace(super().campaign(campaign), state="reviewed", bars=(), leaves=left)
        return replace(view, blockers=(*left, "It is not closed."))


async def test_a_reviewed_campaign_is_closed_by_y_after_it_was_said_what_it_leaves(
    start: Start,
) -> None:
    async with start(Reviewed(), size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("c")
        shown = "\n".join(seat.lines())
        assert "1 item without a response." in shown
        assert "It is not closed" not in shown.partition("because of")[2]
        assert "never opened again" in shown
        await seat.press("y")
        assert seat.services.steps == [("close", "c1")]


class Unverified(Sample):
    """The review of the first campaign is over, and a revocation has still to be verified."""

    def campaign(self, campaign: str) -> CampaignView:
        left = ("1 revocation not verified by a later reading.",)
        return replace(super().campaign(campaign), state="remediating", blockers=left, bars=left)


async def test_what_still_has_to_be_carried_out_keeps_a_reviewed_campaign_from_its_close(
    start: Start,
) -> None:
    async with start(Unverified(), size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("c")
        shown = "\n".join(seat.lines())
        assert "What keeps c1 from its close" in shown
        assert "1 revocation not verified" in shown
        assert "ends the review" not in shown
        await seat.press("y", "escape")
        assert seat.services.steps == []


async def test_what_is_closed_is_not_closed_again(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 2)
        await seat.press("c")
        assert "It is closed already." in seat.text()
        await seat.press("y")
        assert seat.services.steps == []


async def test_a_step_that_is_refused_says_by_which_rule_and_what_to_do(start: Start) -> None:
    sample = Sample()
    sample.fail["reiterate"] = RefusedError(
        "It left nothing to ask again.", "Reiterate one that did.", rule="nothing_left"
    )
    async with start(sample, size=(120, 32)) as seat:
        await on_campaign(seat, 2)
        await seat.press("i", "y")
        assert "✗ It left nothing to ask again. Reiterate one that did." in seat.text()


async def test_cancelling_asks_for_a_reason_and_the_id(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await on_campaign(seat, 0)
        await seat.press("X", "enter")
        assert "Why is missing" in "\n".join(seat.lines())
        await seat.write("retired")
        await seat.press("enter")
        await seat.write("c1")
        await seat.press("enter")
        assert seat.services.steps == [("cancel", "c1", "retired")]


class Slow(Sample):
    """An export that goes on until it is stopped, or until the gate opens."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gate_of_export = threading.Event()
        self.exports = 0

    def export(self, campaign: str, target: Path) -> Report:
        self.exports += 1
        for number in range(100_000):
            step("writing the files", number, 26)
            if self.gate_of_export.wait(0.001):
                break
        return super().export(campaign, target)


async def begin_export(seat: Seat) -> None:
    await on_campaign(seat, 0)
    await seat.pilot.press("x")
    await seat.until(lambda: "Where to" in "\n".join(seat.lines()))
    await seat.pilot.press("enter")
    await seat.until(lambda: "Writing the pack" in "\n".join(seat.lines()))


async def test_an_export_says_how_far_it_is_and_esc_stops_it(start: Start) -> None:
    services = Slow()
    async with start(services, size=(120, 32)) as seat:
        await begin_export(seat)
        await seat.until(lambda: "writing the files" in "\n".join(seat.lines()))
        assert "of 26" in "\n".join(seat.lines())
        await seat.pilot.press("escape")
        await seat.until(lambda: "Stopped: writing the pack." in "\n".join(seat.lines()))
        assert "Nothing of it was left behind." in seat.text()


async def test_the_screen_stays_usable_while_a_pack_is_written(start: Start) -> None:
    services = Slow()
    async with start(services, size=(120, 32)) as seat:
        await begin_export(seat)
        await seat.pilot.press("x")
        await seat.until(lambda: "Where to" in "\n".join(seat.lines()))
        await seat.pilot.press("enter")
        await seat.until(lambda: "Where to" not in "\n".join(seat.lines()))
        await seat.pilot.press("3")
        await seat.until(lambda: "4 agents" in "\n".join(seat.lines()))
        services.gate_of_export.set()
        await seat.until(lambda: "2 shows the report" in "\n".join(seat.lines()))
        await seat.press("2")
        assert "Pack of c1" in "\n".join(seat.lines())
        assert services.exports == 1


async def test_after_work_that_failed_the_next_can_begin(start: Start) -> None:
    sample = Sample()
    sample.fail["export"] = RefusedError("The disk is full.", "Make room.", rule="disk")
    async with start(sample, size=(120, 32)) as seat:
        await seat.press("2", "x", "enter")
        assert "✗ The disk is full. Make room." in seat.text()
        sample.fail.clear()
        await seat.press("x", "enter")
        assert "Pack of c1" in "\n".join(seat.lines())


async def test_where_the_terminal_cannot_be_lent_a_key_that_asks_signs_nothing_and_says_so(
    start: Start,
) -> None:
    for sample, keys in ((Reviewed(), "2cy"), (Sample(), "jrSy")):
        sample.fail["close"] = sample.fail["sign"] = TerminalNeededError(
            "The key has a passphrase."
        )
        async with start(sample, size=(120, 32)) as seat:
            await seat.press(*keys)
            assert "✗ The key has a passphrase." in seat.text()
            assert (sample.signed, sample.steps) == (False, [])


async def test_what_a_step_came_to_is_said_though_the_filter_leaves_nothing_any_more(
    start: Start,
) -> None:
    class Launching(Sample):
        def campaigns(self) -> Sequence[CampaignView]:
            found = super().campaigns()
            return found if not self.steps else found[:1]

    async with start(Launching(), size=(120, 32)) as seat:
        await seat.press("2", "slash")
        await seat.write("staged")
        await seat.press("enter", "l", "y")
        assert "Launched." in seat.text()
