"""One text with its sources: nothing twice, footers kept, and a quote that is in it is found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.llm.corpus import Corpus, Passage, build, folded
from enricher.pages.documents import parse_html

HOME = "http://acme.sg/"
MENU = '<nav><a href="/">Home</a><a href="/about">About us</a><a href="/contact">Contact</a></nav>'
FOOT = "<footer><p>Tel 6123 4567</p><p>info@acme.sg</p><p>UEN 201912345K</p></footer>"


def a_corpus(*texts: str) -> Corpus:
    return Corpus(tuple(Passage(f"{HOME}{nth}", text, "site") for nth, text in enumerate(texts)))


def test_menus_go_and_footers_stay_once() -> None:
    """A menu says nothing of a company; its footer does, but not on every page."""
    pages = [parse_html(f"{HOME}{n}", f"<title>Page {n}</title>{MENU}<p>Text {n}</p>{FOOT}") for n in range(3)]

    corpus = build(pages, limit=10_000)

    assert corpus.passages[0].text == "Page 0\nText 0\nTel 6123 4567\ninfo@acme.sg\nUEN 201912345K"
    assert [passage.text for passage in corpus.passages[1:]] == ["Page 1\nText 1", "Page 2\nText 2"]
    assert corpus.passages[2].url == f"{HOME}2"


def test_a_single_pages_menu_is_all_there_is() -> None:
    """Nothing shows that it is one."""
    assert "About us" in build([parse_html(HOME, MENU)], limit=1000).text


def test_passages_of_others_follow_and_repeat_nothing() -> None:
    """Passages of others follow and repeat nothing.

    What Tavily read of the same page adds what our own crawl did not see.
    """
    own = parse_html(HOME, "<p>We make tools.</p>")
    other = Passage(HOME, "We make tools.\n\n  Since 1987. \x00", "tavily")

    assert [(passage.origin, passage.text) for passage in build([own], [other], limit=1000).passages] == [
        ("site", "We make tools."),
        ("tavily", "Since 1987."),
    ]


def test_the_longest_passage_is_cut_in_its_middle() -> None:
    """Short pages stay whole; of the long one its beginning and its footer."""
    long = "<p>First words.</p>" + "".join(f"<p>Line {n} of many.</p>" for n in range(2000)) + FOOT
    corpus = build([parse_html(HOME, long), parse_html(f"{HOME}about", "<p>We make tools.</p>")], limit=3000)

    assert len(corpus.text) <= 3000
    assert corpus.passages[0].text.startswith("First words.\nLine 0")
    assert corpus.passages[0].text.endswith("Tel 6123 4567\ninfo@acme.sg\nUEN 201912345K")
    assert corpus.passages[1].text == "We make tools."


LINES = st.text(alphabet=st.sampled_from("ab 1.,'’\n—É\x00\ud800"), max_size=60)


@given(st.lists(LINES, max_size=6), st.integers(0, 200))
def test_a_corpus_is_bounded_and_the_same_each_time(texts: list[str], limit: int) -> None:
    """A corpus is bounded and the same each time, whatever the pages; and it can be written down."""
    pages = [parse_html(f"{HOME}{n}", f"<p>{text}</p>") for n, text in enumerate(texts)]

    corpus = build(pages, limit=limit)

    assert len(corpus.text) <= limit
    assert "\x00" not in corpus.text
    corpus.text.encode()
    assert build(pages, limit=limit) == corpus
    lines = [line for passage in corpus.passages for line in passage.text.split("\n")]
    if "…" not in lines:  # what is left of a line that was cut may stand elsewhere, too
        assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    "quote",
    [
        "We've 1,200 people",
        "  we’VE\n1,200\tPEOPLE ",
        "‘quality’ first – always",
        "'quality'   first - always",
        "ＡＣＭＥ",
        "Acme",
        "people in Johor, Batam and Singapore",
        "in\u200b Johor",
    ],
)
def test_a_quote_is_found_whatever_its_blanks_capitals_and_marks(quote: str) -> None:
    """A quote is found whatever its blanks, capitals and marks, as a model copies it, or nearly."""
    corpus = a_corpus("nothing", "Acme: We've 1,200 people\nin Johor, Batam and Singapore. ‘quality’ first — always")

    assert corpus.holds(quote) == f"{HOME}1"


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "  ",
        "\u200b",
        "200 people",
        "eople in",
        "people Johor",
        "We have 1,200 people",
        "Аcme",
        "nothing Acme",
        "Acme " * 500,
    ],
)
def test_other_words_are_no_quote(quote: str) -> None:
    """Parts of words and numbers, words left out, letters that only look alike, words across pages, nothing."""
    assert a_corpus("nothing", "Acme: We've 1,200 people in Johor").holds(quote) is None


@given(st.lists(st.text(alphabet=st.characters(), max_size=20), min_size=1, max_size=3), st.data())
def test_every_word_of_the_corpus_is_held(texts: list[str], data: st.DataObject) -> None:
    """Comparing twice is comparing once, and what stands there between two blanks is found."""
    corpus = a_corpus(*texts)
    words = [word for text in texts for word in folded(text).split()]

    assert all(folded(folded(text)) == folded(text) for text in texts)
    if words:
        assert corpus.holds(data.draw(st.sampled_from(words)))
