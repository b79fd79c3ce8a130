"""The other modes, and what works in all of them."""

import pytest
from conftest import Start
from sample import Sample
from textual.events import Paste

from recert.errors import StoreError
from recert.tui.modals.base import Question

MODES = {"1": "Review", "2": "Campaigns", "3": "Agents", "4": "Events", "5": "Evidence"}


@pytest.mark.parametrize("key", MODES)
async def test_each_digit_opens_its_mode_and_says_who_and_what_at_all_times(
    start: Start, key: str
) -> None:
    async with start() as seat:
        await seat.press(key)
        assert MODES[key].casefold() == seat.app.screen.NAME
        assert "SYNTHETIC" in seat.top()[0]
        assert "maria.lopez@example.com · claimed, not proved" in seat.top()[1]


async def test_the_banner_stays_while_a_question_lies_over_the_mode(start: Start) -> None:
    async with start() as seat:
        for opener in (":", "?", "S", "t"):
            await seat.press({":": "colon", "?": "question_mark"}.get(opener, opener))
            assert isinstance(seat.app.screen, Question)
            assert "SYNTHETIC" in seat.text()
            await seat.press("escape")


async def test_a_live_store_has_no_banner(start: Start) -> None:
    async with start(Sample(banner=None)) as seat:
        assert "SYNTHETIC" not in seat.text()
        assert "REPLAY" not in seat.text()


async def test_every_agent_is_listed_by_name(start: Start) -> None:
    services = Sample()
    async with start(services) as seat:
        await seat.press("3")
        for agent in services.agents():
            assert agent["name"] in seat.text()


async def test_an_agent_has_a_card_with_roles_reach_and_history(start: Start) -> None:
    async with start(size=(130, 60)) as seat:
        await seat.press("3")
        text = seat.text()
        for part in ("Acts through", "Blast radius", "Findings", "Integrations", "What happened"):
            assert part in text


async def test_the_events_of_an_agent_are_one_key_away(start: Start) -> None:
    async with start() as seat:
        await seat.press("3", "v")
        assert seat.app.screen.NAME == "events"
        assert seat.app.screen.filter_text == "claims-intake"
        assert "policy.widened" in seat.text()


async def test_an_event_shows_before_and_after_and_leads_to_its_campaign(start: Start) -> None:
    async with start(size=(130, 40)) as seat:
        await seat.press("4")
        assert "- actions  s3:GetObject" in seat.text()
        assert "+ actions  s3:*" in seat.text()
        await seat.press("c")
        assert seat.app.screen.NAME == "review"


async def test_a_campaign_shows_its_cause_its_progress_and_what_blocks_it(start: Start) -> None:
    async with start(size=(130, 60)) as seat:
        await seat.press("2")
        text = seat.text()
        for part in (
            "Why it was opened",
            "20 items wait for a decision",
            "By reviewer",
            "By level",
        ):
            assert part in text
        await seat.press("enter")
        assert seat.app.screen.NAME == "review"


async def test_a_pack_is_exported_from_the_campaign_and_the_report_is_shown(start: Start) -> None:
    async with start() as seat:
        await seat.press("2", "x", "enter")
        assert "The pack is written; it is interim." in seat.text()
        assert "tie-out" in seat.text()


async def test_verification_reports_each_check(start: Start) -> None:
    async with start() as seat:
        await seat.press("5", "v", "enter")
        assert "signers are not pinned" in seat.text()
        assert "ledger chain" in seat.text()


async def test_exporting_from_evidence_asks_for_the_campaign_first(start: Start) -> None:
    async with start() as seat:
        await seat.press("5", "x", "enter", "enter")
        assert "Pack of c1" in seat.text()


@pytest.mark.parametrize(
    ("key", "method"), [("2", "campaigns"), ("3", "agents"), ("4", "events"), ("5", "ledger")]
)
async def test_a_list_that_cannot_be_read_says_why_and_comes_back(
    start: Start, key: str, method: str
) -> None:
    services = Sample()
    async with start(services) as seat:
        services.fail[method] = StoreError("The store is locked.", "Try again in a moment.")
        await seat.press(key)
        assert "The store is locked. Try again in a moment." in seat.text()
        del services.fail[method]
        await seat.press("ctrl+r")
        assert "The store is locked" not in seat.text()
        assert not seat.app.screen.has_class("-blank")


@pytest.mark.parametrize("key", "2345")
async def test_an_empty_list_says_what_fills_it(start: Start, key: str) -> None:
    async with start(Sample(no_campaigns=True)) as seat:
        await seat.press(key)
        assert "recert" in "\n".join(seat.top()[2:])


@pytest.mark.parametrize("key", MODES)
async def test_help_shows_the_keys_of_this_screen_first_then_the_others_and_scrolls(
    start: Start, key: str
) -> None:
    async with start() as seat:
        await seat.press(key, "question_mark")
        lines = [line.strip(" │") for line in seat.top()]
        assert f"In {MODES[key]}" in "\n".join(lines)
        before = list(seat.top())
        await seat.press("G")
        assert "review.attest" in seat.text() or key != "1"
        if key == "1":
            assert seat.top() != before
        await seat.press("q")
        assert len(seat.app.screen_stack) == 1


async def test_the_palette_offers_what_can_be_done_here_and_does_it(start: Start) -> None:
    async with start() as seat:
        await seat.press("ctrl+p")
        await seat.write("agents")
        await seat.press("enter")
        assert seat.app.screen.NAME == "agents"
        await seat.press("colon")
        await seat.write("verify")
        await seat.press("enter")
        assert seat.app.screen_stack[0].NAME == "evidence"
        assert isinstance(seat.app.screen, Question)


async def test_the_palette_reaches_a_verdict(start: Start) -> None:
    async with start() as seat:
        await seat.press("colon")
        await seat.write("abst")
        await seat.press("enter")
        assert seat.services.lines["i00000"].verdict == "abstain"


async def test_capital_j_shows_the_raw_json(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j", "J")
        assert '"effective_actions"' in seat.text() or '"grant"' in seat.text()
        await seat.press("escape")
        assert len(seat.app.screen_stack) == 1


async def test_y_copies_what_is_under_the_cursor(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "y")
        assert seat.app.clipboard == "iam:PassRole on *"


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting_from_the_top_exits_0(start: Start, key: str) -> None:
    async with start() as seat:
        await seat.press(key)
        assert seat.app.return_code == 0
        assert not seat.app.is_running or seat.app._exit


async def test_q_goes_back_one_step_before_it_quits(start: Start) -> None:
    async with start() as seat:
        await seat.press("e", "q")
        assert not seat.app._exit
        assert not seat.review.has_class("-open")
        await seat.press("q")
        assert seat.app._exit


async def test_esc_never_quits(start: Start) -> None:
    async with start() as seat:
        await seat.press("escape", "escape", "escape")
        assert not seat.app._exit


async def test_keys_can_be_changed_and_are_shown_as_changed(start: Start) -> None:
    async with start(keymap={"review.abstain": "b"}) as seat:
        assert " b abstain" in seat.text()
        await seat.press("b")
        assert seat.services.lines["i00000"].verdict == "abstain"


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (10, 3), (300, 80)])
async def test_it_stays_up_at_any_size(start: Start, size: tuple[int, int]) -> None:
    async with start() as seat:
        for key in ("1", "2", "3", "4", "5", "1"):
            await seat.press(key)
            await seat.pilot.resize_terminal(*size)
            await seat.settle()
            await seat.press("j", "e", "e", "question_mark", "escape")
            await seat.pilot.resize_terminal(80, 24)
            await seat.settle()
        assert "claims-intake was repurposed" in seat.text()


async def test_a_paste_of_a_megabyte_is_cut_and_harmless(start: Start) -> None:
    async with start() as seat:
        seat.app.post_message(Paste("y\n" * 500_000))
        await seat.settle()
        assert not seat.services.requests
        await seat.press("c")
        seat.app.post_message(Paste("a\x1b]2;x\x07 " * 100_000))
        await seat.settle()
        field = seat.app.screen.query_one("#field-rationale")
        assert 0 < len(field.value) <= 2000
        assert len(seat.app.screen_stack) == 2


async def test_a_click_moves_opens_and_presses(start: Start) -> None:
    async with start() as seat:
        await seat.pilot.click("#items", offset=(20, 4))
        await seat.settle()
        assert seat.review.listing.cursor == 4
        await seat.pilot.click("TopBar", offset=(37, 0))
        await seat.settle()
        assert seat.app.screen.NAME == "agents"
        await seat.pilot.click("KeyBar", offset=(2, 0))
        await seat.settle()
        assert seat.app.screen.NAME == "events"


async def test_what_is_selected_with_the_mouse_is_copied_by_ctrl_c(start: Start) -> None:
    async with start(size=(120, 32)) as seat:
        await seat.press("j", "j")
        pane = seat.review.query_one("#evidence")
        await seat.pilot.mouse_down(pane, offset=(1, 0))
        await seat.pilot.hover(pane, offset=(9, 0))
        await seat.pilot.mouse_up(pane, offset=(9, 0))
        await seat.settle()
        await seat.press("ctrl+c")
        assert not seat.app._exit
        assert seat.app.clipboard.startswith("s3:*")


async def test_light_and_dark_change_while_it_runs(start: Start) -> None:
    async with start() as seat:
        await seat.press("f2")
        assert seat.app.theme == "recert-light"
        await seat.press("f2")
        assert seat.app.theme == "recert-dark"
