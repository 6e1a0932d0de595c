"""The opening of a conversation: the best signal of the findings."""

import pytest

from common.contracts import Opening
from scorer.core.finding import Finding
from scorer.core.opening import opening

HIRING = Finding("roles", "4 open roles: Cook", "https://acme.sg/jobs", "hiring 4 roles (careers page)")
NEWS = Finding("found", "Wins a prize", "https://news.sg/1\0", "in the news: Wins a prize (news.sg)")


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ({"hiring": HIRING, "news": NEWS}, Opening(text=NEWS.clause, source_url="https://news.sg/1")),
        ({"hiring": HIRING, "news": None}, Opening(text=HIRING.clause, source_url="https://acme.sg/jobs")),
        ({"hiring": HIRING._replace(source="register")}, Opening(text=HIRING.clause)),
        ({"hiring": Finding("none", "no careers page was found", "https://acme.sg")}, None),
        ({"site_live": Finding("live", "a site", "https://acme.sg", "site is live")}, None),
    ],
    ids=["news first", "then hiring", "no page", "nothing found", "no signal"],
)
def test_the_best_signal_opens_the_conversation(findings: dict[str, Finding | None], said: Opening | None) -> None:
    """Only a positive one, in the words of the rationale, with the page that shows it."""
    assert opening(findings) == said
