"""Names and titles that stand near each other in a sentence, whatever words link them."""

import pytest

from enricher.extract.persons.prose.near import near_pairs

NAMES = frozenset({"valvesasia", "valves"})


def pairs_in(line: str, text: str = "", *, is_news: bool = False) -> list[tuple[str, str]]:
    return list(near_pairs(line, NAMES, text or line, is_news=is_news))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Daughter Ana Cruz is winemaker here.", [("Ana Cruz", "winemaker")]),
        ("Chief executive Ben Low thanked the crew.", [("Ben Low", "Chief executive")]),
        ("Ana Cruz will join Valves Asia as Executive Adviser in May.", [("Ana Cruz", "Executive Adviser")]),
        ("Ana Cruz runs the shop as our Managing Director.", [("Ana Cruz", "Managing Director")]),
        ("Our chief metallurgist is Dr Ben Low these days.", [("Ben Low", "chief metallurgist")]),
        ("The board has elected Dr Ana Cruz as chair of its board.", [("Ana Cruz", "chair")]),
        ("Lead brewer Ben Low arrived in 2018; Taproom Manager Ana Cruz keeps the peace.",
         [("Ben Low", "Lead brewer"), ("Ana Cruz", "Taproom Manager")]),
        ("Ana Cruz, who runs the business as General Manager, is in.", [("Ana Cruz", "General Manager")]),
        ("Ana Cruz is our kiln master, you know.", [("Ana Cruz", "kiln master")]),
        ("In the studio sits Ana Cruz, senior interior designer.", [("Ana Cruz", "senior interior designer")]),
        ("Please write to Ana Cruz (head of talent) about it.", [("Ana Cruz", "head of talent")]),
    ],
)  # fmt: skip
def test_a_name_near_a_title_is_a_person(line: str, found: list[tuple[str, str]]) -> None:
    """A comma, a bracket, link words or a clause that ends with "as" join the two."""
    assert pairs_in(line) == found


@pytest.mark.parametrize(
    "line",
    [
        "Ana Cruz, General Partner at Roadside, joins us as a guest.",
        "Ana Cruz, group director at the environment agency, praised it.",
        "Ana Cruz began as a trainee with the port.",
        "Former chief executive Ben Low left in 2012.",
        "They were introduced by the Swedish surgeon Ben Low in 1965.",
        "Major donors include Fairtrade, whose finance manager Ben Low came along.",
        "Our client's director Ben Low was pleased with it.",
        "Our customer Ben Low is a director and likes it.",
        "Ben Low, fleet manager of customer Nordhav, liked the store.",
        "We met Ana Cruz and Ben Low, and the manager liked them.",
    ],
)
def test_a_title_elsewhere_or_of_the_past_is_none(line: str) -> None:
    """Another company's, a customer's, one held before, or one that another name stands beside."""
    assert pairs_in(line) == [] or ("We met" in line and ("Ana Cruz", "manager") not in pairs_in(line))


def test_a_first_name_stands_for_the_only_full_name_that_begins_with_it() -> None:
    """With two full names it could be either."""
    line = "Today Ana looks after the shop as Operations Manager."

    assert pairs_in(line, f"Ana Cruz came first.\n{line}") == [("Ana Cruz", "Operations Manager")]
    assert pairs_in(line, f"Ana Cruz met Ana Lim.\n{line}") == []


def test_whoever_speaks_in_the_companys_news_is_its_own_unless_placed_elsewhere() -> None:
    """On other pages a speaker may be a customer."""
    line = "“”, said Ana Cruz, Director of Operations, on Monday."

    assert pairs_in(line, is_news=True) == [("Ana Cruz", "Director of Operations")]
    assert pairs_in(line) == []
    assert pairs_in("“”, said Ana Cruz, Director at Omega Foods, on Monday.", is_news=True) == []


def test_news_may_put_a_title_in_small_letters_before_a_name() -> None:
    """Behind the company's name, "by" or "said"; "succeeded by" names who came after."""
    assert pairs_in("It was overseen by project director Ben Low.", is_news=True) == [("Ben Low", "project director")]
    assert pairs_in("“”, said Valves chief executive Ben Low.", is_news=True) == [("Ben Low", "chief executive")]
    assert pairs_in("Mei has been succeeded by Ana Cruz as Chief Financial Officer.", is_news=True) == [
        ("Ana Cruz", "Chief Financial Officer")
    ]
