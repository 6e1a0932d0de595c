"""What a scored lead becomes in Odoo: pure rows."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from common.contracts import Company, Contact, LeadScored
from odoo_sync.mapping import company_row, contact_row, description, lead_row, new_lead_row

EMAIL = Contact(kind="email", value="sales@acme.sg", is_role=True, source_url="http://acme.sg/contact")
PHONE = Contact(kind="phone", value="+6561234567", source_url="http://acme.sg")


def a_lead(
    *, rationale: str = "Maker of parts; site live", contact: Contact | None = EMAIL, **company: object
) -> LeadScored:
    """A high lead of tenant 3."""
    known = {"company_id": 7, "uen": "201812345K", "name": "ACME PTE. LTD.", "website_domain": "acme.sg"}
    return LeadScored(
        tenant_id=3,
        company=Company.model_validate(known | company),
        score=0.86,
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
    lead = a_lead()

    ids = [company_row(lead)["id"], contact_row(lead, EMAIL)["id"], new_lead_row(lead)["id"]]

    assert ids == ["leadgen.company_3_201812345K", "leadgen.contact_3_201812345K", "leadgen.lead_3_201812345K"]


def test_only_what_is_known_is_sent() -> None:
    """A column that is sent empty would wipe what a rep typed in."""
    row = company_row(a_lead(website_domain=None))

    assert "website" not in row
    assert "street" not in row
    assert company_row(a_lead(address="1 Kallang Way"))["street"] == "1 Kallang Way"
    assert "email_from" not in new_lead_row(a_lead(contact=None))


def test_booleans_are_texts() -> None:
    """Odoo's load fails on a JSON true."""
    assert company_row(a_lead())["is_company"] == "1"


def test_the_contact_is_a_child_of_the_company_with_its_email_or_phone() -> None:
    """Whichever is known."""
    assert contact_row(a_lead(), EMAIL)["email"] == "sales@acme.sg"
    assert contact_row(a_lead(), PHONE)["phone"] == "+6561234567"
    assert contact_row(a_lead(), PHONE)["parent_id/id"] == company_row(a_lead())["id"]


def test_of_a_lead_that_is_there_only_the_reason_is_sent() -> None:
    """A rep who renamed it, took it or made it an opportunity keeps it so."""
    assert new_lead_row(a_lead())["type"] == "lead"
    assert new_lead_row(a_lead())["user_id/id"] == ""
    assert set(lead_row(a_lead())) == {"id", "description"}


def test_a_lead_hangs_on_the_contact_or_where_there_is_none_on_the_company() -> None:
    """So that Odoo copies the address to the contact, not over what a rep wrote of the company."""
    assert new_lead_row(a_lead())["partner_id/id"] == "leadgen.contact_3_201812345K"
    assert new_lead_row(a_lead(contact=None))["partner_id/id"] == "leadgen.company_3_201812345K"


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
    """Whatever a website says stays text: only our own paragraphs are tags."""
    reader = Reader()
    reader.feed(description(a_lead(rationale=f"<script>{text}</b>&amp;")))
    reader.close()

    assert reader.tags == {"p"}
    assert f"<script>{text}</b>&amp;" in reader.text
