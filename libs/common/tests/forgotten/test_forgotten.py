"""Removal of what is forgotten from JSON and texts."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.delivery.inbox import Arrival
from common.delivery.inbox.redacted_arrivals import MARK, redacted
from common.forgotten.digests import ForgottenList, ForgottenPerson, digest
from common.forgotten.redaction import DROPPED, REMOVED, Redaction, redacted_body
from common.ids import NO_REPLAY, new_id

KEY, UEN, DOMAIN = b"key", "201912345k", "acme.com.sg"
MEI = ForgottenPerson(
    emails=frozenset({"mei@acme.com.sg"}),
    names=frozenset({"Mei Ling Tan"}),
    titled=frozenset({("Mei Ling Tan", "Sales Director")}),
    phones=frozenset({"+6561234567"}),
    vendor_ids=frozenset({"4711"}),
)
FORGOTTEN = ForgottenList(KEY, frozenset(MEI.digests(KEY, [UEN, DOMAIN])))
WHOLE = ForgottenList(KEY, frozenset({digest(KEY, "company", "201912345K")}))
HERE = Redaction(FORGOTTEN, [UEN])
ELSEWHERE = Redaction(FORGOTTEN, ["199900001a"])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to mei@acme.com.sg.", f"write to {REMOVED}."),
        ("<MEI@Acme.com.sg>, 'mei@acme.com.sg'", f"<{REMOVED}>, '{REMOVED}'"),
        ("mailto:mei@acme.com.sg?subject=Hi", f"mailto:{REMOVED}?subject=Hi"),
        ("aimei@acme.com.sg, mei@acme.com.sg.my", "aimei@acme.com.sg, mei@acme.com.sg.my"),
        ("a@b.sg,mei@acme.com.sg;mei@acme.com.sg", f"a@b.sg,{REMOVED};{REMOVED}"),
        ("x" * 80 + ".mei@acme.com.sg", "x" * 80 + f".{REMOVED}"),
        ("Contact us:\nmei@acme.com.sg\tmei@acme.com.sg", f"Contact us:\n{REMOVED}\t{REMOVED}"),
        ("mailto:%20mei@acme.com.sg, email-mei@acme.com.sg", f"mailto:%20{REMOVED}, email-{REMOVED}"),
        ("mei@acme.com.sg.Please call", f"{REMOVED}.Please call"),
        ("ann-mei@acme.com.sg", "ann-mei@acme.com.sg"),
        ("Tan Mei Ling joined", f"{REMOVED} joined"),
        ("decision-maker MEI LING TAN, Sales Director (lusha)", f"decision-maker {REMOVED} (lusha)"),
        ("https://acme.com.sg/team/mei-ling-tan", f"https://acme.com.sg/team/{REMOVED}"),
        ('{"name":"Mei Ling Tan"}', f'{{"name":"{REMOVED}"}}'),
        ("Mei Ling and Mr Tan, Sales Director", "Mei Ling and Mr Tan, Sales Director"),
        ("call +65 6123 4567 or 6123-4567", f"call {REMOVED} or {REMOVED}"),
        ("call 6123 4568", "call 6123 4568"),
    ],
)
def test_addresses_names_and_numbers_are_taken_out_of_texts(text: str, left: str) -> None:
    """Addresses, names and numbers are taken out of texts, however they are written, and nothing else."""
    assert HERE.text(text) == left


@pytest.mark.parametrize("end", ["\n", "\r", "\t", "\b", "\f", "\x0b", '"', "\\", "/"])
def test_an_address_after_an_escaped_character_is_found_in_a_message(end: str) -> None:
    """JSON writes a line end as a letter, which is not of the address; also in a message that cannot be read."""
    address_alone = ForgottenPerson(emails=frozenset({"mei@acme.com.sg"}))
    forgotten = ForgottenList(KEY, frozenset(address_alone.digests(KEY, [])))
    body = orjson.dumps([{"text": f"Contact us{end}mei@acme.com.sg{end}6 Raffles Quay"}])
    left = orjson.dumps([{"text": f"Contact us{end}{REMOVED}{end}6 Raffles Quay"}])
    assert redacted_body(body, forgotten) == left
    assert redacted_body(body[:-1], forgotten) == left[:-1]


def test_of_a_person_whose_address_alone_is_known_the_companys_messages_are_looked_at() -> None:
    """In whatever way the address is written there."""
    forgotten = ForgottenList(KEY, frozenset(ForgottenPerson(frozenset({"mei@acme.com.sg"})).digests(KEY, [UEN])))
    body = b'{"company":{"uen":"201912345K"},"note":"mei\\u0040acme.com.sg"}'
    assert orjson.loads(redacted_body(body, forgotten))["note"] == REMOVED


def test_a_name_is_forgotten_with_its_own_titles_alone() -> None:
    """A name is forgotten with its own titles alone, or the list would grow with the square of a company's people."""
    people = {(f"Person Number{at}", f"Title {at}") for at in range(100)}
    everyone = ForgottenPerson(names=frozenset(name for name, _ in people), titled=frozenset(people))
    assert len(set(everyone.digests(KEY, [UEN, DOMAIN]))) == 2 * (100 + 100 + 101 + 1)


def test_names_and_numbers_of_other_companies_stay() -> None:
    """Other people have the same name; an address is one person's wherever it stands."""
    assert ELSEWHERE.text("Mei Ling Tan, +6561234567, mei@acme.com.sg") == f"Mei Ling Tan, +6561234567, {REMOVED}"


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "email", "value": "mei@acme.com.sg", "is_role": False},
        {"kind": "email", "value": "mei.tan@gmail.com", "name": "Mei Ling TAN", "title": None},
        {"kind": "phone", "value": "+6561234567", "is_role": False},
        {"name": "Tan Mei Ling", "title": "CEO", "email": None},
        {"vendor_id": "4711", "first_name": "M", "last_name": "T", "title": "CEO", "has_email": True},
        {"vendor_id": "1", "full_name": "X", "title": "", "emails": [["Mei@acme.com.sg", "work", "A"]]},
    ],
)
def test_a_persons_record_is_dropped_as_a_whole(record: dict[str, Any]) -> None:
    """A person's record is dropped as a whole.

    Of a contact, of a person on a team page, of what a vendor sold; other records stay as they are.
    """
    other = {"kind": "email", "value": "ben@acme.com.sg", "name": "Ben Ong", "title": "CFO"}
    assert HERE.value({"contacts": [other, record], "contact": record}) == {"contacts": [other], "contact": None}


def test_a_fact_of_which_a_forgotten_value_is_the_value_is_dropped() -> None:
    """With a forgotten value in its quote alone it stays, without that."""
    number = {"field": "phone", "value": "+6561234567", "source_url": "https://acme.com.sg/", "quote": None}
    founder = {**number, "field": "founded_year", "value": "1999", "quote": "founded by Mei Ling Tan in 1999"}
    left = {**founder, "quote": f"founded by {REMOVED} in 1999"}
    assert HERE.value({"facts": [number, founder]}) == {"facts": [left]}


def test_a_companys_own_name_stays() -> None:
    """The register's: it may be its owner's."""
    company = {"uen": UEN, "name": "MEI LING TAN", "address": "1 Mei Ling Tan Road"}
    assert HERE.value({"company": company}) == {"company": company}


def test_a_company_forgotten_whole_has_no_persons_facts_or_addresses() -> None:
    """A company forgotten whole has no person's facts or addresses: whoever they are; nothing else is touched."""
    contact = {"kind": "email", "value": "ben@acme.com.sg"}
    fact = {"field": "summary", "value": "We cap", "source_url": "https://acme.com.sg/"}
    event = {
        "company": {"uen": "201912345K", "name": "ACME"},
        "contacts": [contact],
        "facts": [fact],
        "people": [{"name": "Ben Ong", "title": "CFO"}],
        "site": {"title": "Acme", "about": "Ask ben@acme.com.sg"},
    }
    left = orjson.loads(redacted_body(orjson.dumps(event), WHOLE))
    assert left == {
        "company": event["company"],
        "contacts": [],
        "facts": [],
        "people": [],
        "site": {"title": "Acme", "about": f"Ask {REMOVED}"},
    }
    other = orjson.dumps({**event, "company": {"uen": "199900001A"}})
    assert redacted_body(other, WHOLE) == other


@given(JSON)
def test_what_nothing_is_forgotten_of_stays_to_the_byte(value: Any) -> None:
    """Any JSON."""
    body = orjson.dumps(value)
    assert redacted_body(body, FORGOTTEN, [UEN]) == body


@given(JSON, st.sampled_from(["mei@acme.com.sg", "Mei Ling Tan", "+65 6123 4567"]))
def test_removing_twice_is_removing_once(value: Any, what: str) -> None:
    """Nothing that is forgotten is left, wherever in a JSON value it stood."""
    once = HERE.value({"found": [value, {"quote": f"see {what} there"}]})
    assert once is not DROPPED
    assert HERE.value(once) == once
    assert once["found"][-1] == {"quote": f"see {REMOVED} there"}


@pytest.mark.parametrize(
    "body", [b"\xff mei@acme.com.sg", b'{"a": "mei@acme.com.sg"', b"[" * 900 + b'"mei@acme.com.sg"' + b"]" * 900]
)
def test_a_message_that_cannot_be_read_is_taken_as_a_text(body: bytes) -> None:
    """Bytes that are no text stay as they are; neither does depth help."""
    assert redacted_body(body, FORGOTTEN) == body.replace(b"mei@acme.com.sg", REMOVED.encode())


def test_the_events_of_a_bundle_are_cleared_one_by_one() -> None:
    """Ids, keys and the other events stay."""
    one = orjson.dumps({"company": {"uen": UEN}, "contacts": [{"kind": "email", "value": "mei@acme.com.sg"}]})
    line, other = b'id-1\t"1:201912345k"\t', b'id-2\t"1:199900001A"\t{"contacts":[]}'
    empty = orjson.dumps({"company": {"uen": UEN}, "contacts": []})
    assert redacted_body(line + one + b"\n" + other, FORGOTTEN) == line + empty + b"\n" + other


def test_scopes_that_are_given_are_not_those_of_other_companies_events() -> None:
    """In a bundle stand events of many companies: the scopes hold for those that name none."""
    here = b'id-1\t"1"\t{"company":{"uen":"201912345k"},"note":"Mei Ling Tan"}'
    other = b'id-2\t"1"\t{"company":{"uen":"199900001A"},"note":"Mei Ling Tan"}'
    none = b'id-3\t"1"\t{"note":"Mei Ling Tan"}'
    left = redacted_body(b"\n".join((here, other, none)), FORGOTTEN, [UEN])
    assert left.count(b"Mei Ling Tan") == 1
    assert other in left


def test_a_row_that_differs_from_its_message_is_marked() -> None:
    """Once: the audit compares it with no message. Others are the same objects."""
    rest: Any = (b"1:a", 1, "interactive")
    named = Arrival(new_id(), NO_REPLAY, "t", 0, 1, *rest, b'"mei@acme.com.sg"', '[["ce_id","x"]]', None)
    plain = named._replace(value=b'"ben@acme.com.sg"')
    first, second = redacted([named, plain], FORGOTTEN)
    assert (first.value, first.headers) == (f'"{REMOVED}"'.encode(), f'[["ce_id","x"],{MARK}]')
    assert second is plain
    assert redacted([named], ForgottenList())[0] is named


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": "email", "value": "mei@acme.com.sg", "emails": 5}',
        b"[" * 300 + b'"mei@acme.com.sg"' + b"]" * 300,
        b"[" * 900 + b'"mei@acme.com.sg"' + b"]" * 900,
        b'{"a": ' * 300 + b'"mei@acme.com.sg"' + b"}" * 300,
        b'\xff{"a": "mei@acme.com.sg"\t\n',
    ],
    ids=["a number for a list", "deep", "deeper", "deep objects", "no JSON"],
)
def test_no_body_is_too_odd_to_be_redacted(body: bytes) -> None:
    """An error would end the gateway's feed, and keep a batch out of the inbox."""
    assert b"mei@acme.com.sg" not in redacted_body(body, FORGOTTEN)


NAMES = ["kind", "value", "title", "name", "email", "emails", "vendor_id", "field", "source_url", "uen", "company"]
RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.sampled_from(["email", "mei@acme.com.sg", UEN]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=20,
)


@given(RECORDS)
def test_no_shape_of_a_record_raises(value: Any) -> None:
    """A producer may put anything where a list or a text belongs."""
    for forgotten in (FORGOTTEN, WHOLE):
        orjson.loads(redacted_body(orjson.dumps({"company": value, "people": value}), forgotten))
