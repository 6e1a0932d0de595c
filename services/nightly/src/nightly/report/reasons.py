"""Groups the reasons why a part of an enrichment was left out, with advice. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from nightly.report.night import Issue
from nightly.report.wording import plural

#: Parts of a reason that differ from company to company, and the words that stand for them.
_PARTICULAR = (
    (re.compile(r"https?://\S+"), "a page"),
    (re.compile(r"^/[^\s:]*(?=: )"), "a page"),
    (re.compile(r"(?<=robots\.txt forbids )/\S*"), "a page"),
    (re.compile(r"(?<=the name )\S+"), "of the site"),
    (re.compile(r"^\S+(?= resolves to)"), "the site"),
    (re.compile(r"(?<=resolves to )[0-9a-f.:]+"), "an address"),
    (re.compile(r"(?<=with )[01]\.\d+(?= only)"), "too little"),
    (re.compile(r"(?<=redirects to )\S+(?=, )"), "another address"),
    (re.compile(r"\b\d+ (more key pages|key pages|bytes)"), r"some \1"),
)

_KEYS = {
    "tavily": "TAVILY_API_KEY",
    "lusha": "LUSHA_API_KEY",
    "zerobounce": "ZEROBOUNCE_API_KEY",
    "openai": "OPENAI_API_KEY",
}
_CAPS = {
    "tavily": "TAVILY_MAX_QUERIES",
    "lusha": "LUSHA_MAX_CONTACT_LOOKUPS",
    "zerobounce": "ZEROBOUNCE_MAX_VERIFICATIONS",
    "openai": "OPENAI_DAILY_TOKENS_CAP",
}
_VENDOR = re.compile(r"(?P<vendor>tavily|lusha|zerobounce|openai): (?P<why>.+)")


def general(reason: str) -> str:
    """Replaces the company's own values in a reason by placeholders."""
    for pattern, words in _PARTICULAR:
        reason = pattern.sub(words, reason)
    return reason


def grouped(companies: Iterable[Iterable[str]]) -> tuple[tuple[str, int], ...]:
    """Counts companies per reason, the most frequent first. A company counts once for a reason."""
    found = Counter(reason for reasons in companies for reason in {general(each) for each in reasons})
    return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def vendor_issues(degraded: Iterable[tuple[str, int]]) -> list[Issue]:
    """Builds the issues that a person can resolve: refused keys, empty accounts, used budgets."""
    found = []
    for reason, companies in degraded:
        said = _VENDOR.fullmatch(reason)
        if said is None:
            continue
        vendor, why = said["vendor"], said["why"]
        words = f"{vendor} was left out for {plural(companies, 'company', 'companies')}: {why}"
        if "key refused" in why:
            found.append(Issue("act", words, f"Check `{_KEYS[vendor]}` of the enricher, and the vendor's account."))
        elif "out of credits" in why or "insufficient quota" in why:
            found.append(Issue("act", words, "Top up the vendor's account; the enricher notices within four hours."))
        elif why == "out of budget":
            found.append(
                Issue("note", words, f"The day's cap is used up. `{_CAPS[vendor]}` of the enricher sets another one.")
            )
        elif why == "no key":
            found.append(Issue("note", words, f"`{_KEYS[vendor]}` of the enricher switches it on."))
    return found
