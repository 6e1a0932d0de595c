"""What the demo makes of the stream: the file's content, and the table in the terminal."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leadgen.chat_client import ChatEvent
from leadgen.demo.screen import Screen
from leadgen.demo.shown import Shown

UENS = ["201900001A", "201900002B", "201900003C"]
MANUFACTURING = {"version": "2020", "code": "C", "level": "section", "title": "MANUFACTURING"}


def named(uen: str) -> dict[str, str]:
    return {"uen": uen, "name": f"[bold]{uen}[/] PTE. LTD."}


def scored(uen: str, at_ms: float, score: float = 0.5, contact: str | None = None) -> ChatEvent:
    event = {"stage": "scored", "score": score, "bucket": "Medium", "rationale": f"Why {uen}.", "contact": contact}
    return ChatEvent("company", {**named(uen), **event}, at_ms)


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
        (resolved(industries=[MANUFACTURING] * 7), "and 2 more"),
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
def test_each_part_of_the_request_is_told(event: ChatEvent, words: str, screen: Screen, terminal: StringIO) -> None:
    """What is left out, cut, ignored or asked back is said."""
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
    screen.leads(shown_of(*OPENING, *enriched, *(scored(uen, 9) for uen in UENS), DONE))
    text = terminal.getvalue()
    assert text.count("No website is known for 3 of the 3 companies") == 1
    assert text.index("TAVILY_API_KEY") < text.index("Leads")
