"""Claims of companies about their size and customers; some make none. Determined by the site."""

from simulator.register.words import FIRST_WORDS
from simulator.town.sites import Site

_FORMS = ("Holdings", "Group", "Logistics", "Foods", "Engineering", "Hospital")


def employees(site: Site) -> int | None:
    """Returns the stated number of employees, on two sites of three."""
    return 3 + site.taste // 3 % 240 if site.taste % 3 else None


def customers(site: Site) -> tuple[str, ...]:
    """Returns the named customers: two or three, on two sites of five."""
    if site.taste % 5 > 1:
        return ()
    return tuple(
        f"{FIRST_WORDS[(site.taste * 31 + n * 977) % len(FIRST_WORDS)].capitalize()} {_FORMS[(site.taste + n) % 6]}"
        for n in range(2 + site.taste % 2)
    )


def in_words(site: Site) -> str:
    """Returns both as sentences; empty if there is neither."""
    count, names = employees(site), customers(site)
    size = ""
    if count is not None:
        size = (f"We are a team of {count} people.", f"Today we have {count} employees.")[site.taste % 2]
    served = f"Our customers include {', '.join(names[:-1])} and {names[-1]}." if names else ""
    return " ".join(sentence for sentence in (size, served) if sentence)
