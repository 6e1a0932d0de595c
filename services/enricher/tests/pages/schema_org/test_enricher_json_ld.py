"""JSON-LD as it is found: nested, broken, and about others as well."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.extract.facts import Fact
from enricher.extract.profile.organisation import organisation_facts
from enricher.pages.documents import Document
from enricher.pages.schema_org.json_ld import nodes_of, organisations, own_organisations, texts_of, values

HOME = "http://acme.com.sg/"


def a_page(*blocks: object) -> Document:
    return Document(HOME, data=tuple(block if isinstance(block, str) else json.dumps(block) for block in blocks))


def facts_of(*blocks: object) -> dict[str, str]:
    return {fact.field: fact.value for fact in organisation_facts(a_page(*blocks))}


ACME = '"@type": "Organization", "email": "info@acme.com.sg"'


@pytest.mark.parametrize(
    "block",
    [
        f"{{{ACME}}}",
        f"{{{ACME},}}",
        f"{{{ACME}, \n }}  ;",
        f"<!-- {{{ACME}}} -->",
        f"/* <![CDATA[ */ {{{ACME}}} /* ]]> */",
        f"//<![CDATA[\n{{{ACME}}}\n//]]>",
        f"\ufeff{{{ACME}}}",
        f'{{"@type": "WebSite"}}\n{{{ACME}}}',
        f'{{"@type": "WebSite"}},{{{ACME}}}, {{"@type": "Bro',
        f'{{"@graph": [{{"@type": "WebPage", "about": [{{"x": {{{ACME}}}}}]}}, null, 3]}}',
    ],
)
def test_a_block_is_read_as_far_as_it_can_be(block: str) -> None:
    """Commas and comments too many, several objects in one block, an organisation deep inside."""
    assert values(organisations(a_page(block)), "email") == ["info@acme.com.sg"]


@pytest.mark.parametrize(
    "block", ["", "{", "null", "[" * 100_000, '{"a": ' * 5000, "NaN", '{"@type": {"@type": 1}}', ","]
)
def test_what_cannot_be_read_is_nothing(block: str) -> None:
    """What cannot be read is nothing, and raises nothing."""
    assert organisations(a_page(block)) == []


@pytest.mark.parametrize("block", ['{"a":' + "/* " * 60_000, '{"a":b' + '"a\\' * 60_000], ids=["comments", "strings"])
def test_a_block_without_an_end_costs_no_more_than_its_length(block: str) -> None:
    """A pattern that looks for each missing end anew takes minutes, and holds up everything else."""
    started = time.process_time()

    assert organisations(a_page(block)) == []
    assert time.process_time() - started < 2


def test_an_organisation_states_facts() -> None:
    """Each in its own property; parts of an address in one line; lists as lists."""
    assert facts_of(
        {
            "@graph": [
                {
                    "@type": ["LocalBusiness", "Thing"],
                    "description": " We make\n tools. ",
                    "foundingDate": "1987-05-01",
                    "numberOfEmployees": {"@type": "QuantitativeValue", "minValue": 10, "maxValue": 50},
                    "address": {
                        "streetAddress": "10 Anson Road",
                        "addressLocality": "Singapore",
                        "postalCode": "079903",
                        "addressCountry": {"@type": "Country", "name": "SG"},
                    },
                    "priceRange": "$$",
                    "areaServed": [{"@type": "Country", "name": "Singapore"}, "Malaysia", "Singapore"],
                    "hasCredential": {"name": "ISO 9001"},
                },
                {"@type": "Product", "name": "Lathe"},
                {"@type": "Product", "name": "Drill; small"},
            ]
        }
    ) == {
        "summary": "We make tools.",
        "founded_year": "1987",
        "employees": "10-50",
        "address": "10 Anson Road, Singapore, 079903, SG",
        "pricing": "$$",
        "markets": "Singapore; Malaysia",
        "certifications": "ISO 9001",
        "products": "Lathe; Drill, small",
    }


@pytest.mark.parametrize(
    ("people", "value"),
    [
        (40, "40"),
        ("40-60", "40-60"),
        (40.0, "40"),
        ({"value": "35"}, "35"),
        (0, None),
        (True, None),
        ("many", None),
        (10**9, None),
        ([], None),
        ({"minValue": 3}, None),
        (float("inf"), None),
    ],
)
def test_a_headcount_is_a_number_or_nothing(people: object, value: str | None) -> None:
    """A headcount is a number or nothing, whatever stands there."""
    assert facts_of({"@type": "Organization", "numberOfEmployees": people}).get("employees") == value


def test_a_number_of_five_thousand_digits_is_no_number() -> None:
    """Python refuses to read it; so the block is broken."""
    assert facts_of('{"@type": "Organization", "numberOfEmployees": 1%s}' % ("0" * 5000)) == {}


def test_others_described_on_the_page_are_left_out() -> None:
    """A customer's review, an article's author, a partner with a site of its own."""
    page = a_page(
        {
            "@type": "Organization",
            "name": "Acme",
            "url": HOME,
            "review": {"author": {"@type": "Organization", "name": "B"}},
        },
        {"@type": "Organization", "name": "Partner", "url": "https://partner.com/"},
        {"@type": "Organization", "name": "Acme Asia", "url": "https://www.acme.com/"},
    )

    assert texts_of(own_organisations(page), "name") == ["Acme", "Acme Asia"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["Organization"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "name", "address", "description", "numberOfEmployees", "value", "url"])
            | st.sampled_from(["areaServed", "foundingDate", "streetAddress", "postalCode", "minValue", "maxValue"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON, st.integers(0, 200), st.text(max_size=3))
def test_any_json_cut_and_soiled_anywhere_gives_facts_or_none(value: object, cut: int, soil: str) -> None:
    """Bounded ones, and text; never an error."""
    text = json.dumps({"@type": "Organization", "x": value, **(value if isinstance(value, dict) else {})})
    page = a_page(text, text[:cut] + soil + text[cut:], text[:cut])

    for fact in organisation_facts(page):
        assert isinstance(fact, Fact)
        assert 0 < len(fact.value) <= 2000
    assert len(nodes_of(page)) <= 900
