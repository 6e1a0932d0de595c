"""Persons at each company of the town: names, titles, and e-mail addresses of some.

The person whom a website names is the first of them, with the address that stands there.
"""

from dataclasses import dataclass

from simulator.draws import draws, spread
from simulator.register.words import GIVEN_NAMES, SURNAMES
from simulator.town.sites import Site

MOST_PEOPLE = 9
_WORD = 65_536
#: Title, department, seniority: as Lusha would label them.
_TITLES = (
    ("Managing Director", "General Management", "Director"),
    ("Chief Executive Officer", "General Management", "C-Suite"),
    ("Founder", "General Management", "Founder"),
    ("Director", "General Management", "Director"),
    ("General Manager", "General Management", "Manager"),
    ("Head of Sales", "Sales", "Director"),
    ("Sales Manager", "Sales", "Manager"),
    ("Business Development Manager", "Business Development", "Manager"),
    ("Head of Procurement", "Operations", "Director"),
    ("Purchasing Manager", "Operations", "Manager"),
    ("Operations Manager", "Operations", "Manager"),
    ("Marketing Manager", "Marketing", "Manager"),
    ("Finance Manager", "Finance", "Manager"),
    ("IT Manager", "Information Technology", "Manager"),
    ("Human Resources Manager", "Human Resources", "Manager"),
    ("Project Engineer", "Engineering & Technical", "Non-Manager"),
)
_COUNTS = spread(((0, 8), (1, 12), (2, 20), (3, 20), (4, 15), (5, 10), (6, 8), (8, 5), (MOST_PEOPLE, 2)), 1024)


@dataclass(frozen=True, slots=True)
class Person:
    """One employee. `email` is `None` if nobody knows one; `type` and `confidence` are the seller's labels of it."""

    number: int
    first_name: str
    last_name: str
    title: str
    department: str
    seniority: str
    email: str | None
    email_type: str
    confidence: str
    phone: str | None
    is_eu: bool
    do_not_call: bool
    is_protected: bool
    updated_on: str

    @property
    def full_name(self) -> str:
        """The person's name and title in the form of a business card."""
        return f"{self.first_name} {self.last_name}"


def people_of(site: Site, seed: int) -> tuple[Person, ...]:
    """Returns the company's people; none for one company in twelve, whose site names nobody."""
    count = _COUNTS[draws(seed, b"people", site.company.index)[0] & 1023]
    if site.contact_person is not None:
        count = max(count, 1)
    return tuple(_person(site, number, seed) for number in range(count))


def _person(site: Site, number: int, seed: int) -> Person:
    drawn = draws(seed, b"person", site.company.index * 16 + number)
    given, family, title, has_email, kind, sure, has_phone, europe, dnc, protected, month, day = drawn[:12]
    first, last = GIVEN_NAMES[given % len(GIVEN_NAMES)], SURNAMES[family % len(SURNAMES)]
    address: str | None = f"{first}.{last}@{site.host}" if has_email < 0.7 * _WORD else None
    if number == 0 and site.contact_person is not None:
        address = site.emails[-1]
        first, _, last = address.partition("@")[0].rpartition(".")
    label, department, seniority = _TITLES[title % len(_TITLES)]
    is_private = address is not None and number > 0 and kind < 0.1 * _WORD
    return Person(
        number=number,
        first_name=_as_written(first),
        last_name=_as_written(last),
        title=label,
        department=department,
        seniority=seniority,
        email=f"{first}.{last}{given % 90 + 10}@gmail.com" if is_private else address,
        email_type="private" if is_private else "work",
        confidence=("A+", "A", "B+", "B")[sure % 4],
        phone=f"+659{sure % 10_000_000:07d}" if has_phone < 0.4 * _WORD else None,
        is_eu=europe < 0.02 * _WORD,
        do_not_call=dnc < 0.05 * _WORD,
        is_protected=protected < 0.02 * _WORD,
        updated_on=f"2026-{month % 10 + 1:02d}-{day % 28 + 1:02d}",
    )


def _as_written(name: str) -> str:
    return name.replace(".", " ").title()
