"""Fit to the tenant's ICP: a finding for each ICP criterion, or `None` if the answer is unknown. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from common.contracts import CompanyEnriched, CompanyFact, Icp
from common.singapore.districts import district_of
from scorer.core.finding import REGISTER, Finding, plain
from scorer.core.industry_fit import IndustryFit

#: A size that misses the ICP's range by at most this factor is near; so is an age that misses it by so many years.
NEAR_FACTOR, NEAR_YEARS = 2, 2

#: A number with or without its thousands set apart: "1200", "1,200", "1 200", "1.200"; not 1.5, 20k or 30%.
_COUNT = r"(\d{1,3}(?:[,. ]\d{3}){1,2}|\d{1,7})(?![.,]?\d|\w|\s?%)"
_SPAN = re.compile(rf"(?<![\w.,-]){_COUNT}\+?(?:\s?(?:[-\u2010-\u2015~]|to)\s?{_COUNT})?", re.ASCII | re.IGNORECASE)
#: Words that already say that a number counts people, such as "51-200 staff".
_PEOPLE = re.compile(
    r"\b(?:employ|staff|people|person|team|strong|workforce|headcount|professional|engineer|worker|member|specialist|men)",
    re.IGNORECASE,
)
_ONLY = re.compile(r"[\d\s.,+~-]+|(?:about|over|around|some|nearly|more than|at least) [\d.,]+\+?", re.IGNORECASE)
_DIGITS, _NO_DIGIT = re.compile(r"\d+"), re.compile(r"\D")


class IcpFit:
    """An ICP prepared for comparisons. `asked` names the criteria that the ICP restricts."""

    def __init__(self, icp: Icp, industry: IndustryFit) -> None:
        self._icp = icp
        self._industry = industry
        self._districts = frozenset(icp.districts)
        self._technologies = {name.casefold(): name for name in icp.technologies if name.strip()}
        asked = {
            "industry": bool(icp.industries),
            "size": icp.employees_from is not None or icp.employees_to is not None,
            "age": icp.age_from is not None or icp.age_to is not None,
            "geography": bool(self._districts),
            "technologies": bool(self._technologies),
        }
        self.asked = frozenset(name for name, is_asked in asked.items() if is_asked)

    def findings(self, event: CompanyEnriched, facts: Mapping[str, CompanyFact]) -> dict[str, Finding | None]:
        """Returns the finding of each criterion in `asked`."""
        found: dict[str, Finding | None] = {}
        if "industry" in self.asked:
            found["industry"] = self._industry.finding(event.company)
        if "size" in self.asked:
            found["size"] = self._size(facts.get("employees"))
        if "age" in self.asked:
            found["age"] = self._age(event)
        if "geography" in self.asked:
            found["geography"] = self._geography(event.company.postal_code)
        if "technologies" in self.asked:
            found["technologies"] = self._found_technologies(event, facts.get("technologies"))
        return found

    def _size(self, fact: CompanyFact | None) -> Finding | None:
        counts = employees_in(fact.value) if fact else None
        if fact is None or counts is None:
            return None
        least, most = counts
        wide = (least // NEAR_FACTOR, most * NEAR_FACTOR)
        name = _placed(counts, wide, self._icp.employees_from, self._icp.employees_to)
        words = _people(fact.value)
        wanted = _range(self._icp.employees_from, self._icp.employees_to)
        return Finding(name, f"{words}; the ICP asks for {wanted}", fact.source_url, words)

    def _age(self, event: CompanyEnriched) -> Finding | None:
        years = full_years(event.company.incorporated_on, event.enriched_at.date())
        if years is None:
            return None
        first, last = self._icp.age_from, self._icp.age_to
        name = _placed((years, years), (years - NEAR_YEARS, years + NEAR_YEARS), first, last)
        words = "under a year old" if years == 0 else f"{years} year{'s' * (years > 1)} old"
        wanted = _range(first, last)
        unit = "year" if wanted.endswith(" 1") else "years"
        evidence = f"incorporated {event.company.incorporated_on}, {words}; the ICP asks for {wanted} {unit}"
        return Finding(name, evidence, REGISTER, words)

    def _geography(self, postal_code: str | None) -> Finding | None:
        district = district_of(postal_code)
        if district is None:
            return None
        is_in = district in self._districts
        wanted = ", ".join(sorted(self._districts))
        return Finding(
            "within" if is_in else "outside",
            f"postal code {postal_code}, district {district}; the ICP asks for {wanted}",
            REGISTER,
            f"in district {district}",
        )

    def _found_technologies(self, event: CompanyEnriched, fact: CompanyFact | None) -> Finding | None:
        known = {name.casefold() for name in event.site.tech}
        if fact is not None:
            known.update(part.strip().casefold() for part in fact.value.split(";"))
        found = sorted(name for folded, name in self._technologies.items() if folded in known)
        if not found and not known and event.site.outcome != "visited":
            return None
        source = event.site.url or (fact.source_url if fact else None)
        if not found:
            return Finding("none", "none of the ICP's technologies was found", source, "none of its technologies")
        all_of_them = len(found) == len(self._technologies)
        name = "all" if all_of_them else "half" if 2 * len(found) >= len(self._technologies) else "some"
        words = f"uses {plain(', '.join(found), 60)}"
        return Finding(
            name, f"{words}; the ICP names {plain(', '.join(self._technologies.values()), 120)}", source, words
        )


def full_years(born: date | None, seen: date) -> int | None:
    """Counts full years from incorporation to the enrichment, so that an event always gives the same age."""
    if born is None or born > seen:
        return None
    return seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day))


def employees_in(value: str) -> tuple[int, int] | None:
    """Parses the lowest and highest number of employees from a text: "40", "51-200", "1,000+".

    `None` for a text without a number, or with several that are not a range ("3 offices, 40 staff").
    """
    spans = [match.groups() for match in _SPAN.finditer(value[:100])]
    if len(spans) != 1 or len(_DIGITS.findall(value[:100])) > sum(len(_DIGITS.findall(it or "")) for it in spans[0]):
        return None
    ends = [int(_NO_DIGIT.sub("", end)) for end in spans[0] if end is not None]
    return min(ends), max(ends)


def _people(value: str) -> str:
    """Formats a number of employees, such as "40 employees"; keeps texts that have such a word ("51-200 staff")."""
    shown = plain(value, 40)
    if _PEOPLE.search(shown):
        return shown
    if _ONLY.fullmatch(shown):
        return f"{shown} {'employee' if shown == '1' else 'employees'}"
    return f"employees: {shown}"


def _placed(span: tuple[int, int], wide: tuple[int, int], first: int | None, last: int | None) -> str:
    """Compares a span with the ICP's range: "within", "near" if only `wide` meets it, or "outside"."""
    if _meet(span, first, last):
        return "within"
    return "near" if _meet(wide, first, last) else "outside"


def _meet(span: tuple[int, int], first: int | None, last: int | None) -> bool:
    return (first is None or span[1] >= first) and (last is None or span[0] <= last)


def _range(first: int | None, last: int | None) -> str:
    if first is None:
        return f"at most {last}"
    return f"at least {first}" if last is None else f"{first} to {last}"
