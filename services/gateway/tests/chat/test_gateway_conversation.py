"""Conversations as a rep reads them: each stage of each company once, in a sensible order, however facts arrive."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from common.contracts import CompanyUpserted, Contact, JobProgressed, LeadScored, LeadSynced, Person
from gateway.chat.conversation import Conversation
from gateway.chat.summary import summarise
from testkit.chats.conversations import (
    HEAD,
    QUEUED,
    REQUEST,
    an_answer,
    facts_of,
    messages_after,
    progressed,
    scored,
    synced,
)
from testkit.stages import a_company


@given(st.permutations(facts_of() + facts_of()))
def test_facts_in_any_order_and_repeated_say_each_thing_once(facts) -> None:
    """Three companies, four stages each, and before them what was found and who they are."""
    messages = messages_after(facts)
    stages = Counter((message.data["stage"], message.data["uen"]) for message in messages if message.name == "company")
    assert [message.name for message in messages[:2]] == ["resolved", "head"]
    assert stages == {(stage, it.uen): 1 for stage in ("upserted", "enriched", "scored", "synced") for it in HEAD}
    assert len(messages) == 2 + 4 * len(HEAD)


@given(st.permutations(facts_of()), st.integers(min_value=0, max_value=len(facts_of())))
def test_it_is_over_when_all_facts_are_there_and_not_before(facts, so_far: int) -> None:
    """Scored and synced, each company of the head; facts that are left to come keep it open."""
    conversation = Conversation(REQUEST)
    for fact in facts[:so_far]:
        conversation.take(fact)
    left = facts[so_far:]
    has_answer = not any(isinstance(fact, JobProgressed) for fact in left)
    assert conversation.is_scored == (has_answer and not any(isinstance(fact, LeadScored) for fact in left))
    assert conversation.is_over == (conversation.is_scored and not any(isinstance(fact, LeadSynced) for fact in left))


def test_what_comes_early_waits_for_the_head() -> None:
    """A rep does not read of a company that nobody has named yet."""
    conversation = Conversation(REQUEST)
    assert conversation.take(scored(HEAD[0])) == []

    names = [(message.name, message.data.get("stage")) for message in conversation.take(progressed(an_answer()))]
    assert names[:3] == [("resolved", None), ("head", None), ("company", "upserted")]
    assert names[-1] == ("company", "scored")


def test_a_score_comes_with_its_reasons_and_a_contact() -> None:
    """A score comes with its reasons and a contact: what the table shows."""
    contact = Contact(kind="email", value="sales@example.sg", source_url="http://example.sg")
    *_, message = messages_after([progressed(an_answer()), scored(HEAD[0], contact)])
    assert message.data == {
        "stage": "scored",
        "uen": HEAD[0].uen,
        "name": HEAD[0].name,
        "score": 0.7,
        "bucket": "High",
        "rationale": "Makes things.",
        "confidence": None,
        "has_icp": None,
        "contact": "sales@example.sg",
        "contact_details": {
            "kind": "email",
            "name": None,
            "title": None,
            "status": None,
            "source_url": "http://example.sg",
            "vendor": None,
        },
        "ask_for": None,
    }


def test_a_score_comes_with_the_person_to_ask_for() -> None:
    """Name, title and the page that names them; addresses and levels are left out."""
    tan = Person(name="Mei Tan", title="Director", seniority="director", source_url="http://example.sg/team", fit=2)
    fact = scored(HEAD[0], Contact(kind="phone", value="+6561234567", source_url="http://example.sg"))

    *_, message = messages_after([progressed(an_answer()), fact.model_copy(update={"ask_for": tan})])

    assert message.data["ask_for"] == {"name": "Mei Tan", "title": "Director", "source_url": "http://example.sg/team"}


def test_companies_of_the_nightly_rest_are_not_shown_in_the_chat() -> None:
    """The night's facts follow from the same request: they neither show up nor count as the head's."""
    conversation = Conversation(REQUEST)
    conversation.take(progressed(an_answer()))
    for other in (a_company(f"5300000{number}X", company_id=90 + number) for number in range(5)):
        assert conversation.take(scored(other)) + conversation.take(synced(other)) == []
    assert not conversation.is_scored


def test_news_of_the_job_and_facts_without_meaning_here_say_nothing() -> None:
    """Progress without an answer, and a company's upsert, which the head has shown already."""
    upserted = CompanyUpserted(tenant_id=1, company=HEAD[0], inserted=True, job_id=REQUEST)
    conversation = Conversation(REQUEST)
    assert conversation.take(progressed(None, status="running")) == []
    assert not conversation.is_over
    conversation.take(progressed(an_answer()))
    assert conversation.take(progressed(None, status="running", processed=3)) + conversation.take(upserted) == []


def test_the_last_word_mentions_who_is_known() -> None:
    """After the agreed sentence, or alone where nobody else is left; many are counted."""
    known = [a_company(f"19991234{number}K", name=f"Known {number}") for number in range(8)]
    assert summarise(an_answer(known=known[:2]), scored=3, job=QUEUED) == (
        "Upserted and enriched 3 now; scheduled the rest (7) for nightly processing. "
        "Enriched in the last seven days already: Known 0 and Known 1."
    )
    acme = [a_company(name="ACME PTE. LTD.")]
    assert summarise(an_answer(known=acme), scored=3, job=QUEUED).endswith("already: ACME PTE. LTD.")
    assert summarise(an_answer([], matches=8, remaining=0, known=known), scored=0, job=None).endswith(
        "Enriched in the last seven days already: Known 0, Known 1, Known 2, Known 3, Known 4 and 3 more."
    )


def test_the_last_word_names_the_job_of_the_rest() -> None:
    """In the words that were agreed."""
    conversation = Conversation(REQUEST)
    for fact in facts_of():
        conversation.take(fact)
    assert conversation.close().data == {
        "request_id": str(REQUEST),
        "job_id": str(REQUEST),
        "remaining": 7,
        "notice": "Upserted and enriched 3 now; scheduled the rest (7) for nightly processing",
    }


def test_the_last_word_says_what_is_missing() -> None:
    """When the time is up: without an answer, or without some scores."""
    conversation = Conversation(REQUEST)
    assert "there is no answer yet" in conversation.close().data["notice"]
    for fact in [progressed(an_answer()), scored(HEAD[0])]:
        conversation.take(fact)
    assert conversation.close().data["notice"].endswith("2 of the 3 are still being worked on.")
    conversation.take(scored(HEAD[1]))
    assert conversation.close().data["notice"].endswith("1 of the 3 is still being worked on.")
