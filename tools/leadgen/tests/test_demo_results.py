"""The demo's view of the stream: the file's content, and the table in the terminal."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leadgen.chat_client import ChatEvent
from leadgen.demo.results import Shown
from leadgen.demo.running import load_steps
from leadgen.demo.screen import Screen
from leadgen.load.report import Progress

UENS = ["201900001A", "201900002B", "201900003C"]
MANUFACTURING = {"version": "2020", "code": "C", "level": "section", "title": "MANUFACTURING"}


def named(uen: str) -> dict[str, str]:
    return {"uen": uen, "name": f"[bold]{uen}[/] PTE. LTD."}


def scored(uen: str, at_ms: float, score: float = 0.5, contact: str | None = None, **more: object) -> ChatEvent:
    event = {"stage": "scored", "score": score, "bucket": "Medium", "rationale": f"Why {uen}.", "contact": contact}
    return ChatEvent("company", {**named(uen), **event, **more}, at_ms)


OPENING = [
    ChatEvent("accepted", {"request_id": "r"}, 1.04),
    ChatEvent("resolved", {"industries": [MANUFACTURING], "matches": 774}, 2),
    ChatEvent("head", {"companies": [named(uen) for uen in UENS]}, 3),
]
DONE = ChatEvent(
    "done", {"request_id": "r", "job_id": "j", "remaining": 771, "notice": "Upserted and enriched 3 now"}, 99
)


def shown_of(*event: ChatEvent) -> Shown:
    shown = Shown()
    for each in event:
        shown.take(each)
    return shown


def test_the_file_holds_what_was_agreed() -> None:
    """These fields, and no others."""
    shown = shown_of(*OPENING, *(scored(uen, 10 + at, contact="a@b.sg") for at, uen in enumerate(UENS)), DONE)
    assert shown.is_scored
    assert shown.model_dump(mode="json") == {
        "resolved": [MANUFACTURING],
        "matches": 774,
        "leads": [
            {**named(uen), "score": 0.5, "bucket": "Medium", "rationale": f"Why {uen}.", "contact": "a@b.sg"}
            for uen in UENS
        ],
        "job_id": "j",
        "remaining": 771,
        "timings_ms": {"first_byte": 1.0, "head": 3.0, "scored": 12.0},
    }


@given(st.permutations(UENS), st.integers(min_value=0, max_value=len(UENS)))
def test_leads_keep_the_order_of_the_head(order: list[str], so_far: int) -> None:
    """In whatever order the scores come; all are scored when the last is, and not before."""
    shown = shown_of(*OPENING, *(scored(uen, 10) for uen in order[:so_far]))
    assert [lead.uen for lead in shown.leads] == UENS
    assert {lead.uen for lead in shown.leads if lead.score is not None} == set(order[:so_far])
    assert shown.is_scored == (so_far == len(UENS)) == ("scored" in shown.timings_ms)


def test_nothing_found_is_nothing_scored() -> None:
    """An empty head has no leads to wait for, and is no success of the demo."""
    empty = ChatEvent("head", {"companies": []}, 3)
    shown = shown_of(OPENING[0], ChatEvent("resolved", {"industries": [], "matches": 0}, 2), empty, DONE)
    assert not shown.is_scored
    assert shown.leads == []


@pytest.fixture
def terminal() -> StringIO:
    return StringIO()


@pytest.fixture
def screen(terminal: StringIO) -> Screen:
    return Screen(Console(file=terminal, force_terminal=True, color_system=None, width=120))


def test_the_table_has_the_best_first(screen: Screen, terminal: StringIO) -> None:
    """With score, reason and contact; a name is shown as it is, whatever brackets it holds."""
    screen.leads(
        shown_of(*OPENING, scored(UENS[0], 9, 0.1), scored(UENS[1], 9, 0.9, "a@b.sg"), scored(UENS[2], 9, 0.4), DONE)
    )
    text = terminal.getvalue()
    assert [text.index(f"[bold]{uen}[/]") for uen in UENS] != sorted(text.index(f"[bold]{uen}[/]") for uen in UENS)
    assert text.index(UENS[1]) < text.index(UENS[2]) < text.index(UENS[0])
    for words in ("0.90", "Medium", f"Why {UENS[1]}.", "a@b.sg", "none found", "Job of the rest: j"):
        assert words in text
    assert "Upserted and enriched 3 now.\n" in text


def test_a_notice_ends_with_one_full_stop(screen: Screen, terminal: StringIO) -> None:
    """Whether or not it came with one."""
    screen.leads(shown_of(ChatEvent("done", {**DONE.data, "job_id": None, "notice": "I found none."}, 5)))
    assert terminal.getvalue() == "\nI found none.\n"


def test_progress_is_a_line_per_event(screen: Screen, terminal: StringIO) -> None:
    """In words, with the time since the message was sent."""
    screen.said("Manufacturing [x]")
    for event in (*OPENING, scored(UENS[0], 12)):
        screen.show(event)
    lines = [" ".join(line.split()) for line in terminal.getvalue().splitlines() if line]
    assert lines == [
        "rep> Manufacturing [x]",
        "1 ms accepted the request is on its way",
        "2 ms resolved MANUFACTURING (SSIC C): 774 live companies match",
        "3 ms head the best 3 are upserted",
        f"12 ms company [bold]{UENS[0]}[/] PTE. LTD.: 0.50 Medium",
    ]


def resolved(**more: object) -> ChatEvent:
    return ChatEvent("resolved", {"industries": [MANUFACTURING], "matches": 774, **more}, 2)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (resolved(matches=1), "MANUFACTURING (SSIC C): 1 live company matches"),
        (
            resolved(
                excluded=[{"code": "10", "title": "FOOD"}], founded_since=2020, places=["Bedok"], ignored=["cheap"]
            ),
            "MANUFACTURING (SSIC C), without FOOD (SSIC 10), in Bedok, founded since 2020: "
            "774 live companies match; ignored: cheap",
        ),
        (
            resolved(industries=[{**MANUFACTURING, "code": str(at), "title": f"Trade {at}"} for at in range(7)]),
            "Trade 4 (SSIC 4), and 2 more: 774",
        ),
        (
            resolved(industries=[MANUFACTURING, {"code": "D", "title": "Manufacturing"}]),
            "resolved MANUFACTURING (SSIC C and D): 774",
        ),
        (resolved(industries=[], matches=0, ignored=["5"]), "resolved no industry; ignored: 5"),
        (ChatEvent("head", {"companies": [named("1")]}, 3), "the only one is upserted"),
        (ChatEvent("head", {"companies": [{**named("1"), "company_id": 0}]}, 3), "1 company to look at; nothing is"),
        (scored(UENS[0], 9, confidence=0.0), "0.50 unknown"),
        (
            ChatEvent("refine", {"question": "Narrow that down?", "choices": [{"label": "Food", "matches": 1200}]}, 3),
            "Narrow that down? Food (1,200)",
        ),
        (
            ChatEvent(
                "company",
                {**named("1"), "stage": "enriched", "outcome": "no_site_known", "contacts": 1, "degraded": []},
                3,
            ),
            "no website known, 1 contact",
        ),
    ],
)
def test_each_part_of_the_request_is_reported(event: ChatEvent, words: str, screen: Screen, terminal: StringIO) -> None:
    """Each part of the request is reported: what is left out, cut, ignored or asked back is said."""
    screen.show(event)
    assert words in " ".join(terminal.getvalue().split())


def test_what_nothing_is_known_of_is_said_once_above_the_table(screen: Screen, terminal: StringIO) -> None:
    """With what would bring it."""
    enriched = [
        ChatEvent(
            "company", {**named(uen), "stage": "enriched", "outcome": "no_site_known", "contacts": 0, "degraded": []}, 5
        )
        for uen in UENS
    ]
    why = "Hotels (SSIC 55101); no ICP is set: scored by signals; nothing known of its site; no contact known"
    nothing = {"confidence": 0.0, "has_icp": False, "rationale": why}
    screen.leads(shown_of(*OPENING, *enriched, *(scored(uen, 9, **nothing) for uen in UENS), DONE))
    text = terminal.getvalue()
    assert text.count("No website is known for 3 of the 3 companies") == 1
    assert text.index("TAVILY_API_KEY") < text.index("Leads")
    assert text.count("leadgen icp set 'precision engineering'") == text.lower().count("no icp is set") == 1
    assert "Medium" not in text
    assert text.count(" unknown ") == text.count(" Hotels (SSIC 55101) ") == 3
    assert "nothing known of its site" not in text


def test_known_leads_come_before_unknown_ones(screen: Screen, terminal: StringIO) -> None:
    """The score of an unknown company is an average, which may be higher than that of a known one."""
    known = scored(UENS[1], 9, 0.1, confidence=0.4)
    screen.leads(shown_of(*OPENING, scored(UENS[0], 9, 0.5, confidence=0.0), known, scored(UENS[2], 9, 0.2), DONE))
    text = terminal.getvalue()
    assert text.index(UENS[2]) < text.index(UENS[1]) < text.index(UENS[0])


def test_a_very_long_message_is_not_echoed_whole(screen: Screen, terminal: StringIO) -> None:
    """Its beginning and its length."""
    screen.said("A" * 100_000)
    assert len(terminal.getvalue()) < 300
    assert "(100,000 characters)" in terminal.getvalue()


def test_a_load_is_reported_by_quarters() -> None:
    """Once each, however often it reports; a load that tells no total says nothing."""
    said: list[str] = []
    watch = load_steps(said.append)
    for phase, total in (("reading", 100), ("waiting", 0), ("merging", 8)):
        for done in range(total + 1):
            watch(Progress(phase, done, total, done, 0))
    assert said == [f"Register is {doing}: {share} %" for doing in ("read", "merged") for share in (25, 50, 75)]


def test_nothing_found_says_nothing_of_a_head(screen: Screen, terminal: StringIO) -> None:
    """No "best 0"."""
    screen.show(ChatEvent("head", {"companies": []}, 3))
    assert terminal.getvalue() == ""


def test_what_a_reply_asks_comes_with_the_messages_that_answer_it(screen: Screen, terminal: StringIO) -> None:
    """Each choice is a message of its own."""
    asked = {"topic": "icp", "text": "Shall I?", "markdown": "", "choices": [{"label": "Yes, set it"}]}
    screen.leads(shown_of(ChatEvent("answer", asked, 2), ChatEvent("done", {**DONE.data, "notice": "Shall I?"}, 3)))
    assert "leadgen chat 'Yes, set it'" in terminal.getvalue()


def test_in_a_narrow_terminal_no_word_is_broken() -> None:
    """Leads are blocks of lines where a table would cut names, addresses or UENs; a wide one has the table."""
    contact = "a.rather.long.name@a-rather-long-domain.example.sg"
    for width, has_table in ((80, False), (160, True)):
        terminal = StringIO()
        screen = Screen(Console(file=terminal, force_terminal=True, color_system=None, width=width))
        notice = {**DONE.data, "notice": " ".join(["Enriched already: ACME PTE. LTD."] * 9)}
        leads = [scored(uen, 9, 0.5, contact, rationale="because of something " * 9) for uen in UENS]
        screen.leads(shown_of(*OPENING, *leads, ChatEvent("done", notice, 9)))
        lines = terminal.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        assert ("┃" in terminal.getvalue()) == has_table
        words = {word.strip("│┃") for line in lines for word in line.split()}
        assert {contact, *UENS} <= words
        assert not words & {"somethi", "ng", "LT", "D."}
