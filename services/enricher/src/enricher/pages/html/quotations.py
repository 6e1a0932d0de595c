"""Finds the parts of a page that its markup shows as others' words, with their speakers: testimonials, reviews."""

from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

#: Words of markup of which each page with quotations has one.
_SIGNS = ("<blockquote", "<q>", "testimonial", "review")
_QUOTATIONS = (
    'blockquote, q, [class*="testimonial" i], [class^="review" i], [class*=" review" i], [id*="testimonial" i],'
    ' [itemprop="review"], [itemtype$="Review"]'
)
#: Of wider markup only short lines without a number count: a quote is also a price, with a number to call for it.
_WIDE_SIGNS = ("testi", "feedback", "quote", "kudos", "rating", "stars", "<cite")
_WIDE = (
    '[class*="testi" i], [class*="feedback" i], [class*="quote" i], [class*="kudos" i], [class*="rating" i],'
    ' [class*="stars" i], [aria-label*="stars" i], cite'
)
_CARDS = frozenset({"div", "li", "article", "figure", "section", "td"})
_MOST = 60
_LONGEST = 2_000
_LONGEST_CARD = 700
_LONGEST_LINE = 100


def quotations(tree: LexborHTMLParser, tags: str, separator: str) -> Iterator[str]:
    """Yields the texts of quotations, with the figures and cards around them. `tags` is the page in lower case."""
    if any(word in tags for word in _SIGNS):
        for node in islice(tree.css(_QUOTATIONS), _MOST):
            around = node.parent if node.parent is not None and node.parent.tag == "figure" else node
            text = around.text(separator=separator)
            if len(text) <= _LONGEST:
                yield text
            if node.tag == "blockquote" and (card := _card(node, separator)):
                yield card
    if any(word in tags for word in _WIDE_SIGNS):
        for node in islice(tree.css(_WIDE), _MOST):
            said = _card(node, separator) if _is_rating(node) else node.text(separator=separator)
            if said and len(said) <= _LONGEST:
                yield separator.join(it for it in said.split(separator) if _is_attribution(it))


def _card(node: LexborNode, separator: str) -> str | None:
    """Returns the text of the card that begins with a quotation or a rating; `None` if the parent contains more."""
    card = node.parent
    if card is None or card.tag not in _CARDS or (len(card.css("blockquote")) > 1 and node.tag == "blockquote"):
        return None
    text = card.text(separator=separator)
    begins = text.lstrip(f"{separator} \n\t").startswith(node.text(separator=separator).strip(f"{separator} \n\t"))
    return text if begins and len(text) <= _LONGEST_CARD else None


def _is_rating(node: LexborNode) -> bool:
    said = f"{node.attributes.get('class') or ''} {node.attributes.get('aria-label') or ''}".lower()
    return "rating" in said or "stars" in said


def _is_attribution(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and "@" not in line and not any(map(str.isdigit, line))
