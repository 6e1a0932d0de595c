"""Questions are distinguished from requests for companies by their wording: phrasings of each, and what is none."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import industries
from gateway.chat.intents import (
    MOST_LEADS,
    CallList,
    ChangeIcp,
    ExplainScore,
    JobStatus,
    TopLeads,
    read_consent,
    read_intent,
)

JUDGED = Path(industries.__file__).parents[2] / "tests" / "judged"

JOB_STATUS = """
how is my job doing
How's the job going?
is my job done yet?
what's the status of my job
job status
any news on my jobs?
when will my job be done?
Hi, can you tell me how the job is going
show my jobs
list all my jobs
has the upsert finished?
did my last job fail?
how far is the nightly job?
what\N{RIGHT SINGLE QUOTATION MARK}s happening with my job?
which jobs are running?
do I have any open jobs
progress of the background job please
is the job still running?
check the status of our upsert job
what is my job's progress
"""

CALL_LIST = """
who should I call today
Who should I call today?
whom should we call first
who do I call next?
who to call today
which leads should I call today?
which companies should I contact first
who should I reach out to this morning
show me my call list
show today's shortlist
what's on my shortlist
my shortlist
who's on the shortlist today?
today's calls
who is worth calling today
leads to call today
who should we talk to first
can you tell me who I should call today
who do you suggest I call today
open my shortlist
"""

TOP_LEADS = {
    "show my top leads in logistics": TopLeads(words="logistics"),
    "show my top leads": TopLeads(),
    "my best leads": TopLeads(),
    "what are my top 5 leads?": TopLeads(5),
    "top 10 leads in manufacturing": TopLeads(10, "manufacturing"),
    "list our best leads from the food industry": TopLeads(words="the food industry"),
    "give me my top leads": TopLeads(),
    "who are my hottest prospects": TopLeads(),
    "show me my leads in construction": TopLeads(words="construction"),
    "our best restaurant leads": TopLeads(words="restaurant"),
    "which of my leads score highest?": TopLeads(),
    "which leads in logistics have the highest scores": TopLeads(words="logistics"),
    "please show me the top leads": TopLeads(),
    "What is my best lead?": TopLeads(),
    "can you list my highest-scoring leads": TopLeads(),
    "my top three leads": TopLeads(3),
    "show me the best leads for retail": TopLeads(words="retail"),
    "the 3 best of our leads": TopLeads(3),
    "what are the highest scores?": TopLeads(),
    "show my top 500 leads in all industries": TopLeads(MOST_LEADS),
    "show my top 0 leads": TopLeads(1),
}

EXPLAIN = {
    "why did Acme Pte. Ltd. score high": "Acme Pte. Ltd.",
    "Why did ACME score so high?": "ACME",
    "why is Acme's score low?": "Acme",
    "why does Acme have such a high score?": "Acme",
    "explain the score of Acme": "Acme",
    "explain Acme's score": "Acme",
    "what makes Acme a good lead?": "Acme",
    "how did Acme get its score": "Acme",
    "why is Acme a good lead": "Acme",
    "why is Acme on my shortlist?": "Acme",
    "reasons for Acme's score": "Acme",
    "what's behind the score of Acme": "Acme",
    "how was Acme's score calculated?": "Acme",
    "why was Acme rated Medium": "Acme",
    "break down the score for 201912345K": "201912345K",
    "can you explain why Acme scored 0.8": "Acme",
    "what is Acme's score?": "Acme",
    "why did Tan & Sons rank first": "Tan & Sons",
    "what score does Acme have": "Acme",
    "Please tell me why ABC Logistics scored only 0.3": "ABC Logistics",
}

CHANGE_ICP = {
    "change my ICP to logistics": "logistics",
    "Change our ICP to manufacturing with 10 to 50 employees": "manufacturing with 10 to 50 employees",
    "set my icp to law firms": "law firms",
    "update my ideal customer profile to hotels and restaurants": "hotels and restaurants",
    "please switch my ICP to software companies": "software companies",
    "I want to change my ICP to clinics": "clinics",
    "can you set our ICP to logistics in district 22": "logistics in district 22",
    "my ICP should be accounting firms": "accounting firms",
    "our ICP should now be dental clinics": "dental clinics",
    "new ICP: logistics": "logistics",
    "my new ICP is construction": "construction",
    "let's change our ICP to retail": "retail",
    "replace the ICP with wholesale": "wholesale",
    "I'd like to update our ICP to education": "education",
    "use logistics as my ICP": "logistics",
    "edit my ICP": "",
    "change my ICP: SSIC 62": "SSIC 62",
    "could you change my ICP to food manufacturing please": "food manufacturing",
}

REQUESTS = """
show me leads in construction
find me the best leads in construction
give me the best leads in logistics
I need leads in retail
get me the top manufacturing companies
top logistics companies
best restaurants in Jurong
job agencies
show me job placement agencies
recruitment jobs companies
call centres
who makes furniture here
which companies do landscaping
our ICP is accounting firms in Singapore
we target restaurants and cafes
companies like my top leads
I'd like to talk to shipping companies this week
why not hotels
how about car workshops
leads: dental clinics
scoring agencies
credit rating companies
who sells shortlist software
change management consultants
profile makers
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("message", lines(JOB_STATUS))
def test_a_question_about_jobs(message: str) -> None:
    """A question about jobs, however it is put."""
    assert read_intent(message) == JobStatus()


@pytest.mark.parametrize("message", lines(CALL_LIST))
def test_a_question_for_calls(message: str) -> None:
    """A question for calls, however it is put."""
    assert read_intent(message) == CallList()


@pytest.mark.parametrize("message", TOP_LEADS)
def test_a_question_for_the_best_leads(message: str) -> None:
    """With its number and its industry."""
    assert read_intent(message) == TOP_LEADS[message]


@pytest.mark.parametrize("message", EXPLAIN)
def test_a_question_for_the_reasons_of_a_score(message: str) -> None:
    """With the company as it was written."""
    assert read_intent(message) == ExplainScore(EXPLAIN[message])


@pytest.mark.parametrize("message", CHANGE_ICP)
def test_a_wish_to_change_the_icp(message: str) -> None:
    """With the words that describe it, and no confirmation."""
    assert read_intent(message) == ChangeIcp(CHANGE_ICP[message])


def test_a_change_is_confirmed_with_its_code_alone() -> None:
    """`yes` in front is no confirmation."""
    label = "Yes, change my ICP to law firms in district 1 (confirmation 0a1b2c3d)"
    assert read_intent(label) == ChangeIcp("law firms in district 1", "0a1b2c3d")
    assert read_intent("Yes, change my ICP to law firms") == ChangeIcp("law firms")


@pytest.mark.parametrize("message", lines(REQUESTS))
def test_a_request_for_companies_is_no_question(message: str) -> None:
    """Though it has the words of one."""
    assert read_intent(message) is None


@pytest.mark.parametrize("part", ["tuning", "held_out"])
def test_no_judged_message_is_a_question(part: str) -> None:
    """Neither the requests nor the talk that the industries are judged by."""
    with (JUDGED / f"messages_{part}.csv").open(encoding="utf-8", newline="") as file:
        messages = [row["term"] for row in csv.DictReader(file)]
    assert len(messages) > 200
    assert [message for message in messages if read_intent(message)] == []


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """Any text can be read, whatever it is; the name of a company that is asked for is part of it."""
    intent = read_intent(text)
    assert not isinstance(intent, ExplainScore) or intent.company.strip() in " ".join(text.split()).replace("’", "'")
    read_consent(text)


def test_a_long_wish_to_change_the_icp_is_no_request_for_companies() -> None:
    """The answer says how to put it."""
    assert read_intent("change my ICP to " + "logistics, " * 40) == ChangeIcp()


def test_a_long_text_is_no_question() -> None:
    """A long text is no question, so the work is bounded."""
    assert read_intent("why did " + "A" * 400 + " score high") is None


@pytest.mark.parametrize(
    ("message", "consent"),
    [
        ("yes", True),
        ("Yes, please!", True),
        ("ok go ahead", True),
        ("No", False),
        ("no thanks", False),
        ("cancel", False),
        ("yesterday", None),
        ("no hotels", None),
        ("logistics", None),
        ("", None),
    ],
)
def test_a_yes_and_a_no(message: str, consent: bool | None) -> None:
    """Alone, or with a courtesy; anything else is a message of its own."""
    assert read_consent(message) is consent
