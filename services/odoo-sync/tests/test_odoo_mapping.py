"""Rows of a scored lead: pure."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company, Contact, LeadScored, Person
from odoo_sync.model import Kind, LeadSettings
from odoo_sync.records.mapping import (
    activity,
    company_row,
    contact_row,
    description,
    digest,
    external_id,
    lead_row,
    new_lead,
    wanted_rows,
)

EMAIL = Contact(kind="email", value="sales@acme.sg", is_role=True, source_url="http://acme.sg/contact")
PHONE = Contact(kind="phone", value="+6561234567", source_url="http://acme.sg")


def a_lead(
    *,
    rationale: str = "Maker of parts; site live",
    contact: Contact | None = EMAIL,
    score: float = 0.86,
    **company: object,
) -> LeadScored:
    """A high lead of tenant 3."""
    known = {"company_id": 7, "uen": "201812345K", "name": "ACME PTE. LTD.", "website_domain": "acme.sg"}
    return LeadScored(
        tenant_id=3,
        company=Company.model_validate(known | company),
        score=score,
        bucket="High",
        rationale=rationale,
        contact=contact,
        model_version="2026-11-1",
        enriched_at=datetime(2026, 11, 22, tzinfo=UTC),
        scored_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


class Reader(HTMLParser):
    """The tags and the text of some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_each_record_has_an_external_id_that_names_kind_tenant_and_company() -> None:
    """One id on two models would let Odoo overwrite an unrelated record."""
    kinds: list[Kind] = ["company", "contact", "lead"]

    ids = [external_id(kind, 3, "201812345K") for kind in kinds]

    assert ids == ["leadgen.company_3_201812345K", "leadgen.contact_3_201812345K", "leadgen.lead_3_201812345K"]


@pytest.mark.parametrize(
    ("score", "contact", "has_lead", "kinds"),
    [
        (0.66, EMAIL, False, ["company", "contact", "lead"]),
        (0.65, EMAIL, False, ["company", "contact"]),
        (0.2, None, True, ["company", "lead"]),
        (0.2, None, False, ["company"]),
    ],
)
def test_what_is_wanted_depends_on_score_contact_and_what_is_there(
    score: float, contact: Contact | None, has_lead: bool, kinds: list[str]
) -> None:
    """A lead that is there is kept up to date, however low the score."""
    assert list(wanted_rows(a_lead(contact=contact, score=score), min_score=0.66, has_lead=has_lead)) == kinds


def test_only_what_is_known_is_sent() -> None:
    """A column that is sent empty would wipe what a rep typed in."""
    row = company_row(a_lead(website_domain=None))

    assert "website" not in row
    assert "street" not in row
    assert company_row(a_lead(address="1 Kallang Way"))["street"] == "1 Kallang Way"
    assert "email_from" not in new_lead(a_lead(contact=None), LeadSettings())


def test_booleans_are_texts() -> None:
    """Odoo's load fails on a JSON true."""
    assert company_row(a_lead())["is_company"] == "1"


def test_a_contact_has_its_email_or_phone_and_no_name_but_its_own() -> None:
    """A contact has its email or phone and no name but its own, whichever is known; the address stands for a name that
    is not.
    """
    assert contact_row(EMAIL) == {
        "name": "sales@acme.sg",
        "type": "contact",
        "email": "sales@acme.sg",
    }
    assert contact_row(PHONE) == {"name": "+6561234567", "type": "contact", "phone": "+6561234567"}
    known = contact_row(EMAIL.model_copy(update={"name": "Tan Ah Kow", "title": "COO"}))
    assert (known["name"], known["function"]) == ("Tan Ah Kow", "COO")


def test_of_a_lead_that_is_there_only_the_reason_is_sent() -> None:
    """A rep who renamed it, took it or made it an opportunity keeps it so."""
    assert new_lead(a_lead(), LeadSettings())["type"] == "lead"
    assert new_lead(a_lead(), LeadSettings())["user_id/id"] == ""
    assert set(lead_row(a_lead())) == {"description"}


def test_a_row_that_differs_in_anything_has_another_hash() -> None:
    """Equal rows have equal digests."""
    row = company_row(a_lead())

    assert digest(row) == digest(dict(row))
    assert len({digest(row), *(digest({**row, column: "x"}) for column in row)}) == len(row) + 1


def test_the_description_tells_score_reason_and_register() -> None:
    """In words that a rep reads in Odoo."""
    words = description(
        a_lead(industry_code="25910", industry_norm="precision parts", incorporated_on=date(2018, 3, 1))
    )

    assert "<p>Maker of parts; site live</p>" in words
    assert "Score 0.86 (High), model 2026-11-1" in words
    assert "UEN 201812345K, SSIC 25910 precision parts, since 2018-03-01" in words
    assert "found on http://acme.sg/contact" in words


@given(st.text(alphabet=st.characters(exclude_characters="\r\n\0"), max_size=80))
def test_a_description_holds_no_markup_of_others(text: str) -> None:
    """Text from a website stays text: only our own paragraphs are tags."""
    reader = Reader()
    reader.feed(description(a_lead(rationale=f"<script>{text}</b>&amp;")))
    reader.close()

    assert reader.tags == {"p"}
    assert f"<script>{text}</b>&amp;" in reader.text


def test_a_new_lead_is_made_as_the_tenant_wishes() -> None:
    """Kind, team, owner, tags, source, and stars by bucket."""
    wishes = LeadSettings("opportunity", "Direct", "Ann Tan", ("Leadgen", "Cold"), "Leadgen", has_priority=True)

    row = new_lead(a_lead(), wishes)

    wanted = {"type": "opportunity", "team_id": "Direct", "user_id": "Ann Tan", "tag_ids": "Leadgen,Cold"}
    assert {name: row[name] for name in wanted} == wanted
    assert (row["source_id"], row["priority"]) == ("Leadgen", "3")
    assert "user_id/id" not in row


def test_without_wishes_a_new_lead_is_nobodys() -> None:
    """Without wishes a new lead is nobody's, as it was before there were wishes."""
    row = new_lead(a_lead(), LeadSettings())

    assert (row["type"], row["user_id/id"]) == ("lead", "")
    assert not row.keys() & {"team_id", "user_id", "tag_ids", "source_id", "priority"}


def test_a_person_without_an_address_is_named_on_the_lead_and_is_no_record() -> None:
    """The desk stays the contact; the lead, its description and its activity say whom to ask for."""
    tan = Person(name="Mei <Tan", title="Director", source_url="http://acme.sg/team")
    lead = a_lead(contact=PHONE).model_copy(update={"ask_for": tan})

    rows = wanted_rows(lead, min_score=0.5, has_lead=False)
    made, planned = new_lead(lead, LeadSettings()), activity(lead)

    assert rows["contact"] == contact_row(PHONE)
    assert (made["contact_name"], made["function"]) == ("Mei <Tan", "Director")
    assert "Ask for Mei &lt;Tan, Director, named on http://acme.sg/team" in rows["lead"]["description"]
    assert "Ask for Mei &lt;Tan" in planned["note"]
    assert planned["summary"] == "Call Mei <Tan"


def test_a_named_contact_stays_the_leads_own() -> None:
    tan = Person(name="Mei Tan", title="Director", source_url="http://acme.sg/team")
    boss = Contact(kind="email", value="z@acme.sg", name="Zoe Lim", title="Clerk", source_url="http://acme.sg")
    lead = a_lead(contact=boss).model_copy(update={"ask_for": tan})

    assert new_lead(lead, LeadSettings())["contact_name"] == "Zoe Lim"
    assert activity(lead)["summary"] == "Write to Zoe Lim"
    assert (
        new_lead(a_lead(contact=EMAIL).model_copy(update={"ask_for": tan}), LeadSettings())["contact_name"] == "Mei Tan"
    )
