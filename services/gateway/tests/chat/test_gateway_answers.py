"""The answer to a search in words: how it was understood, what was found, and what a rep may say next."""

import pytest

from common.contracts import Industry, JobProgressed, Place, Refinement, SearchAnswer
from common.ids import new_id
from gateway.chat.conversation import Conversation
from gateway.chat.summary import summarise
from testkit.chats.conversations import (
    HEAD,
    MANUFACTURING,
    QUEUED,
    REQUEST,
    an_answer,
    facts_of,
    messages_after,
    progressed,
)
from testkit.stages import a_company

FURNITURE = Industry(version="2020", code="31", level="division", title="MANUFACTURE OF FURNITURE")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer([], resolved=[], remaining=0), "I found no industry in that"),
        (an_answer([], remaining=0), "No live company of that industry is in the register."),
        (
            an_answer([], remaining=0, is_register_empty=True),
            "The register is empty: load one first, with `leadgen load FILE`.",
        ),
        (an_answer([], matches=5, remaining=0), "5 companies match; nothing was upserted"),
        (an_answer([], matches=1, remaining=0), "1 company matches; nothing was upserted"),
        (
            an_answer([a_company(company_id=0)], matches=5, remaining=0),
            "5 companies match; nothing was upserted",
        ),
    ],
    ids=["no industry", "no match", "no register", "counted only", "one counted", "preview"],
)
def test_an_answer_that_sets_nothing_going_ends_at_once(answer: SearchAnswer, words: str) -> None:
    """There is no score to wait for: the last word follows the answer."""
    conversation = Conversation(REQUEST)
    messages = conversation.take(progressed(answer, has_job=False, status="done"))
    assert [message.name for message in messages] == ["resolved", "head"]
    assert conversation.is_over

    done = conversation.close()
    assert done.name == "done"
    assert done.data["job_id"] is None
    assert done.data["notice"].startswith(words)


def test_an_answer_says_how_the_words_were_understood() -> None:
    """An answer says how the words were understood: what was left out, since when, how surely, and which companies are
    known already.
    """
    known = a_company("199912345K", name="Known Pte. Ltd.")
    answer = an_answer(excluded=[FURNITURE], founded_since=2020, confidence=0.9, known=[known])
    resolved, head, *_ = messages_after([progressed(answer)])
    assert resolved.data == {
        "industries": [MANUFACTURING.model_dump()],
        "matches": 10,
        "excluded": [FURNITURE.model_dump()],
        "founded_since": 2020,
        "confidence": 0.9,
        "suggestions": [],
        "places": [],
        "ignored": [],
    }
    assert [(it["uen"], it["name"]) for it in head.data["known"]] == [("199912345K", "Known Pte. Ltd.")]
    assert [company["uen"] for company in head.data["companies"]] == [company.uen for company in HEAD]


def test_the_head_describes_each_company_by_the_register() -> None:
    """A client can show a company before its website was read, and link to it by its id."""
    company = a_company("199912345K", company_id=7)
    _, head, *_ = messages_after([progressed(an_answer([company], remaining=0))])
    (shown,) = head.data["companies"]
    assert shown["company_id"] == 7
    assert shown["industry_norm"] == company.industry_norm
    assert set(shown) == {
        "uen",
        "name",
        "company_id",
        "industry_norm",
        "website_domain",
        "incorporated_on",
        "address",
        "postal_code",
    }


def test_much_is_offered_to_be_narrowed_down() -> None:
    """Each choice with the words to send and what it leaves; the closing sentence stays as agreed."""
    choices = [
        Refinement(kind="industry", label="Manufacture of furniture", matches=300),
        Refinement(kind="founded_since", label="Manufacturing founded since 2020", matches=120),
    ]
    answer = an_answer(remaining=600, refinements=choices)
    messages = messages_after([progressed(answer)])
    assert [message.name for message in messages[:3]] == ["resolved", "head", "refine"]
    assert messages[2].data["choices"] == [
        {"label": "Manufacture of furniture", "matches": 300},
        {"label": "Manufacturing founded since 2020", "matches": 120},
    ]
    assert "603 companies match" in messages[2].data["question"]
    assert summarise(answer, scored=3, job=progressed(answer)) == (
        "Upserted and enriched 3 now; scheduled the rest (600) for nightly processing"
    )


def test_words_that_come_close_are_asked_back_with_choices() -> None:
    """The nearest industries, each title once though two versions of SSIC have it."""
    both = [MANUFACTURING, MANUFACTURING.model_copy(update={"version": "2025"}), FURNITURE]
    answer = an_answer([], resolved=[], remaining=0, suggestions=both)
    messages = messages_after([progressed(answer, has_job=False, status="done")])
    assert messages[2].name == "refine"
    assert messages[2].data["choices"] == [{"label": "MANUFACTURING"}, {"label": "MANUFACTURE OF FURNITURE"}]
    assert summarise(answer, scored=0, job=None) == (
        "I found no industry in that. Did you mean MANUFACTURING or MANUFACTURE OF FURNITURE?"
    )


def test_talk_that_names_an_industry_is_asked_back_in_other_words() -> None:
    """It was understood, but nobody asked for companies; each choice can be sent as a message."""
    answer = an_answer([], resolved=[], remaining=0, suggestions=[FURNITURE], confidence=0.4)
    refine = messages_after([progressed(answer, has_job=False, status="done")])[2]
    assert (refine.name, refine.data["question"]) == ("refine", "Do you want companies in one of these?")
    assert refine.data["choices"] == [{"label": "MANUFACTURE OF FURNITURE"}]
    assert summarise(answer, scored=0, job=None).startswith("Do you want companies in MANUFACTURE OF FURNITURE? ")


def test_places_and_what_was_ignored_are_shown_in_plain_words() -> None:
    """In the notice and, for a client, in the resolution."""
    places = [Place(name="Tampines", sectors=["52"]), Place(name="Bedok", sectors=["46", "47"])]
    answer = an_answer(places=places, ignored=["50-500 employees", "need software"])
    resolved = messages_after([progressed(answer)])[0]
    assert (resolved.data["places"], resolved.data["ignored"]) == (["Tampines", "Bedok"], answer.ignored)
    notice = summarise(answer, scored=3, job=QUEUED)
    assert "Only companies with a postal code in Tampines or Bedok (postal sectors 46, 47, 52)." in notice
    assert 'Ignored, because the register has no such data: "50-500 employees" and "need software".' in notice
    assert 'send "Change my ICP to the same with 50-500 employees".' in notice
    assert "PUT /icp" in summarise(an_answer(ignored=["revenue above 5 million"]), scored=3, job=QUEUED)
    assert "ICP" not in summarise(an_answer(ignored=["in johor", "40 rooms"]), scored=3, job=QUEUED)
    assert summarise(an_answer(ignored=["12345"]), scored=3, job=QUEUED).endswith(
        'Ignored, because it cannot narrow the search: "12345".'
    )
    nobody = an_answer([], matches=0, remaining=0, places=places[:1])
    assert summarise(nobody, scored=0, job=None) == (
        "No live company of that industry in Tampines (postal sector 52) is in the register."
    )


def test_a_request_that_leaves_all_to_the_night_says_so() -> None:
    """UPSERT_SYNC_LIMIT=0."""
    assert summarise(an_answer([], remaining=7), scored=0, job=QUEUED) == (
        "Scheduled all of them (7) for nightly processing"
    )


def test_a_job_that_runs_already_is_not_called_scheduled() -> None:
    """The request was made before: its job is named with how far it is."""
    running = {"status": "running", "processed": 500, "total": 1200}
    job_id = new_id()
    conversation = Conversation(REQUEST)
    conversation.take(progressed(an_answer([], remaining=700), **{**running, "job_id": job_id}))
    assert conversation.close().data == {
        "request_id": str(REQUEST),
        "job_id": str(job_id),
        "remaining": 700,
        "notice": "The job is running already: 500 of 1200 done",
    }
    answer = an_answer(remaining=700)
    assert summarise(answer, scored=3, job=progressed(answer, **running)) == (
        "Upserted and enriched 3 now; the job of the rest is running already: 500 of 1200 done"
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer(confidence=0.5), "Upserted and enriched 3 now; scheduled the rest (7) for nightly processing"),
        (an_answer([], remaining=0, confidence=0.2), "No live company of that industry is in the register"),
    ],
    ids=["found", "not found"],
)
def test_what_may_be_misunderstood_is_said_so(answer: SearchAnswer, words: str) -> None:
    """What may be misunderstood is said so: where the words only came near to an industry; not where they named it."""
    job = QUEUED if answer.matches else None
    doubt = "I took that to mean MANUFACTURING, which may be wrong."
    assert summarise(answer, scored=3, job=job) == f"{words}. {doubt}"
    for sure in (None, 0.51, 1.0):
        assert doubt not in summarise(answer.model_copy(update={"confidence": sure}), scored=3, job=job)


def test_a_job_that_was_refused_is_reported_with_the_reason() -> None:
    """The head was done all the same."""
    for head, words in ((HEAD, "Upserted and enriched 3 now; the other 7"), ([], "The 7 companies")):
        conversation = Conversation(REQUEST)
        for fact in facts_of(head):
            refused = {"job_id": None, "status": "error", "error": "500 jobs are open"}
            conversation.take(fact.model_copy(update=refused) if isinstance(fact, JobProgressed) else fact)
        closing = conversation.close()
        assert closing.data["notice"] == f"{words} were not scheduled: 500 jobs are open"
        assert (closing.data["job_id"], closing.data["remaining"]) == (None, 7)
