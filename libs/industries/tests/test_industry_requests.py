"""Requests and talk: a message that asks for companies is answered, a sentence about something else never is."""

from pathlib import Path

import pytest

from leadgen.ssic.resolve_eval import Evaluation, evaluate, read_terms
from testkit.register.industries import index_2020

JUDGED = Path(__file__).parent / "judged"


def judged(name: str) -> Evaluation:
    return evaluate(index_2020(), read_terms(JUDGED / f"{name}.csv"), repeats=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    [
        "messages_tuning",
        "messages_held_out",
        "messages_blind",
        "messages_blind_second",
        "messages_blind_third",
        "messages_blind_fourth",
        "voices_tuning",
        "voices_sealed",
        "voices_last",
        "voices_final",
        "everyday_talk",
    ],
)
def test_requests_are_distinguished_from_talk(part: str) -> None:
    """At least 95 % right, and at most 1 of 40 idle sentences answered."""
    evaluation = judged(part)
    idle = sum(term.mode == "none" for term in read_terms(JUDGED / f"{part}.csv"))
    assert evaluation.right >= 0.95 * evaluation.terms, evaluation.wrong
    assert evaluation.negatives_answered <= idle / 40, evaluation.wrong


@pytest.mark.parametrize(
    "talk",
    [
        "legal said ok",
        "met him at a restaurant",
        "travel next week",
        "the hospitality of your team was great",
        "fishing for leads",
        "our pipeline is dry this quarter",
        "the software is slow",
        "the hotel",
        "hotel booking",
        "we are an accounting firm",
        "do you have insurance",
        "find out if the bank replied",
        "restaurants never reply",
        "two of the hotels replied",
        "three hotels bounced",
        "tired of hotels",
        "the client wants hotels to pay more",
        "good luck with the law firm",
        "please find attached the quote of the hotel",
        "Best regards, Jason Lee, Sunrise Logistics Pte Ltd",
        "https://example.com/careers/marine-engineer",
        "From: The Bakery\nPlease see below",
        "Lim, Tan, the auditors",
        "do hotels need a licence",
        "widget makers",
        "developers bid for a site",
        "court fines contractor over worksite death",
        "any tips for cold calling architects",
        "hr wants us all to finish the training by Friday",
        "todo: laundry",
        "pick up laundry, call mum",
        "bank first, then lunch",
        "knock knock, pest control",
        "good luck at the trade show everyone",
        "see you at the logistics conference",
        "logistics hmm",
        "hmm, restaurants",
        "maybe something in marine?",
        "tell me about the semiconductor sector",
        "what do you have on pharma?",
        "we sell to restaurants mostly",
        "importers",
        "dealers near Ubi",
        "boss wants us to fish for more contacts",
        "good job on the hotel leads",
        "just a test. toys toys toys",
        "pilates class on tues",
        "bus first then office",
        "rang two banks today",
        "define wholesale",
        "afk coffee",
        "tea?",
        "taxi or bus?",
        "export the bank list to csv",
        "suggest a nice restaurant",
        "sushi for dinner",
        "golf with the client",
        "wrong data for caterers",
        "hiring freeze till june, bank",
    ],
)
def test_talk_is_at_most_a_question_back(talk: str) -> None:
    """Nothing is resolved; the industries that it names are suggestions, with a confidence below 0.5."""
    resolution = index_2020().resolve([talk])
    assert (resolution.industries, resolution.codes) == ((), ())
    assert resolution.confidence < 0.5
    assert bool(resolution.suggestions) == bool(resolution.confidence)


@pytest.mark.parametrize(
    "request_",
    [
        "hotels",
        "hotels!",
        "any hotels?",
        "a list of hotels",
        "Thanks. Now hotels please",
        "the client is asking for hotels",
        "second batch should be hotels",
        "As per my last mail: hotels",
        "this week: hotels",
        "I can't find any hotels",
        "would hotels be possible",
        "hotels got or not",
        "our software is made for hotels",
        "it would be great to have some hotels",
        "there are hotels near Bugis, list them",
        "We met many hotels. Please list them",
        "check if there are hotels",
        "sector 55101",
        "hotels got anot",
        "hotel got list or not",
        "boss ask me find hotels leh",
        "eh find me those small small hotel one",
        "hotel companys",
        "same search but hotels",
        "I sell coffee and want to approach hotels",
        "we make lamps, so who should we sell to: hotels",
        "I am selling beds, hotels would be my targets",
        "our product is a booking system, so hotels",
        "looking to partner with hotels for our app",
        "hotels likely to need a new website",
        "hotels serving business travellers",
        "hotels, I mean registered companies",
        "instead of cafes, hotels",
        "whoever runs hotels",
        "how many hotels are in Bedok",
    ],
)
def test_what_asks_for_companies_is_answered(request_: str) -> None:
    """Alone, as a wish of one's own or of a client, after another sentence or a time, and as something missed."""
    assert [industry.code for industry in index_2020().resolve([request_]).industries] == ["55101"]


def test_only_the_sentences_that_ask_count() -> None:
    """Talk before a request, in a sentence or a clause of its own, adds nothing to it."""
    for message in ("We had lunch at a restaurant. Show me hotels.", "thanks for the software, now find me hotels"):
        assert [industry.code for industry in index_2020().resolve([message]).industries] == ["55101"]


def test_a_suggestion_is_a_request_when_it_is_sent() -> None:
    """Clients send a choice's label as the next message."""
    (asked_back,) = index_2020().resolve(["the lawyers are reviewing it"]).suggestions
    assert index_2020().resolve([asked_back.title]).industries == (asked_back,)


def test_a_list_of_any_length_is_a_request_and_talk_of_any_length_is_none() -> None:
    """The judgement looks at the start of a long sentence only, so that its work is bounded."""
    assert index_2020().resolve(["hotels, " * 200]).codes
    talk = "we had lunch at the hotel and " + "he said that the hotel was nice and " * 40
    assert not index_2020().resolve([talk]).codes


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("law firms, no wait, just the accountants", "accountants"),
        ("my patch is the west now so I need plumbers", "plumbers"),
        ("we are a packaging company looking for food manufacturers", "food manufacturers"),
        ("give me everyone in skincare distribution", "skincare distributors"),
        ("private bus operators, the school bus kind", "bus operators"),
        ("everything under 561", "SSIC 561"),
        ("furniture, retail or wholesale", "furniture retailers and wholesalers"),
        ("restaurants and bars", "restaurants, pubs"),
        ("everyone under 561", "SSIC 561"),
        ("would you mind pulling together a list of florists", "florists"),
        ("hotels first, then restaurants", "hotels, restaurants"),
        ("third-party logistics providers", "logistics"),
        ("shops selling used watches", "second hand watch shops"),
        ("shops selling furniture and toys", "furniture shops, toy shops"),
        ("pet shops and groomers", "pet shops, pet groomers"),
        ("car dealers, workshops", "car dealers, car workshops"),
        ("food and beverage outlets", "F&B outlets"),
        ("chemical tank cleaning", "tank cleaning"),
        ("rubber gizmo manufacturers", "rubber manufacturers"),
        ("tofu and gizmo makers", "tofu makers"),
        ("who makes springs and wire forms", "spring makers, wire form makers"),
        ("lift fixers", "lift servicing"),
        ("security companies and cleaning contractors", "security companies, cleaners"),
        ("distributors for toys", "toy distributors"),
        ("waste disposal firms", "waste disposal"),
    ],
)
def test_a_request_in_other_words_means_the_same(text: str, same_as: str) -> None:
    found, wanted = (index_2020().resolve([each]) for each in (text, same_as))
    assert found.codes
    assert {key.code[:3] for key in found.codes} == {key.code[:3] for key in wanted.codes}


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("bakeries we could supply with packaging", "bakeries"),
        ("which bakeries could we supply flour to", "bakeries"),
        ("hotels with no payroll system yet", "hotels"),
        ("clinics that do not have an app yet", "clinics"),
        ("restaurants that outsource cleaning", "restaurants"),
        ("I do insurance for event organisers, get me some", "event organisers"),
        ("talent agencies for models and actors", "talent agencies"),
        ("caterers for new offices", "caterers"),
    ],
)
def test_what_companies_lack_or_are_for_is_not_asked_for(text: str, same_as: str) -> None:
    """Neither what the user sells to them."""
    assert index_2020().resolve([text]).codes == index_2020().resolve([same_as]).codes


def test_companies_joined_to_others_are_asked_for() -> None:
    """ "And" behind "for startups" begins another industry if that is named by its companies."""
    found = index_2020().resolve(["law firms for startups and accounting firms"])
    assert [industry.code for industry in found.industries] == ["691", "692"]


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("makers of electronics, skip the semiconductor ones", "26", "2611"),
        ("training providers minus driving schools", "854", "85406"),
        ("hotels / hostels, bars not wanted", "55101", "56130"),
        ("engineering consultancies, architects excluded", "7112", "71111"),
        ("food and beverage save for caterers", "56", "56200"),
        ("wholesale trade except food and machinery", "46", "463"),
    ],
)
def test_exclusions_are_understood_wherever_they_stand(text: str, wanted: str, excluded: str) -> None:
    """Behind a comma, behind the names, and as "save for"; two of them joined by "and" are two."""
    found = index_2020().resolve([text])
    assert wanted in {industry.code for industry in found.industries}
    assert excluded in {industry.code for industry in found.excluded}


def test_an_exclusion_never_leaves_nothing_of_what_was_named_more_narrowly() -> None:
    """ "Exhibition stand contractors, not event companies": all of them are event companies."""
    found = index_2020().resolve(["exhibition booth builders not event planners"])
    assert {key.code for key in found.codes} == {"82304"}


def test_the_name_of_a_street_is_no_misspelt_trade() -> None:
    """ "Keong" is as near to "kelong" as a typing error."""
    assert [each.code for each in index_2020().resolve(["restaurants along Keong Saik"]).industries] == ["56111"]


@pytest.mark.parametrize(
    "request_",
    [
        "find hotels not included in last week's list",
        "hotels excluded from last campaign",
        "find hotels no need to be halal",
        "hotels that are not required to register",
        "hotels where breakfast is not included",
    ],
)
def test_what_is_said_about_the_companies_does_not_exclude_them(request_: str) -> None:
    """Only a clause that ends with "not included" or the like excludes what stands before."""
    (found,) = index_2020().resolve([request_]).industries
    assert found.title == "Hotels"


@pytest.mark.parametrize("request_", ["hotels, cafes not needed", "hotels, cafes not required please"])
def test_what_is_said_not_to_be_needed_is_excluded(request_: str) -> None:
    """A polite end of the sentence changes nothing."""
    found = index_2020().resolve([request_])
    assert [it.title for it in found.industries] == ["Hotels"]
    assert [it.title for it in found.excluded] == ["Cafes"]


def test_testing_is_a_trade_unless_the_message_is_a_test() -> None:
    """ "Only testing and inspection" narrows a request."""
    assert index_2020().resolve(["only testing and inspection"]).codes
    assert not index_2020().resolve(["just testing this, hotels"]).codes
