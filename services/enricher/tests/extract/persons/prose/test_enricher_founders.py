"""Founders whom a company's sentences name."""

import pytest

from enricher.extract.persons.prose.founders import founders_in

NAMES = frozenset({"valvesasia", "valves"})


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("When Ana Cruz and I founded Valves Asia in 2017, nobody cared.", ["Ana Cruz"]),
        ("In 1978 Madam Ana Cruz sold her first valve from a cart.", ["Ana Cruz"]),
        ("Valves Asia began in 2014 when Ana Cruz and Ben Low met.", ["Ana Cruz", "Ben Low"]),
        ("Valves was planted in 1996 by Ana and Ben Low on family land.", ["Ana Low", "Ben Low"]),
        ("Syarikat diasaskan pada tahun 1996 oleh Hajah Ana Kassim.", ["Ana Kassim"]),
        ("Die Firma wurde 1990 gegründet von Ana Kurz und Ben Lohr.", ["Ana Kurz", "Ben Lohr"]),
        ("L'entreprise fondée en 1990 par Ana Dupont.", ["Ana Dupont"]),
        ("Valves Asia was started in 2016 by designer Ana Cruz.", ["Ana Cruz"]),
        ("Established in 1999 by Ana Cruz.", ["Ana Cruz"]),
        ("Set up in 1999 by Ana Cruz and Ben Low.", ["Ana Cruz", "Ben Low"]),
        ("Valves Asia was born in 1990 when Ana Cruz lost her job.", ["Ana Cruz"]),
        ("In 1978 Ana Cruz sold her first.", ["Ana Cruz"]),
        ("L'agence, créée en 1990 par Ana Dupont.", ["Ana Dupont"]),
        ("Opened in 2015 by Minister Ana Cruz.", []),
        ("Valves Asia was started in 2019 by two old friends from Ngee Ann.", []),
        ("B.Com, FCA. Bernard founded the firm with one desk.", []),
        ("Ana Cruz founded Omega Foods in 1999.", []),
        ("Omega Foods began in 2014 when Ana Cruz met Ben Low.", []),
    ],
)
def test_a_founder_of_the_company_is_named(line: str, found: list[str]) -> None:
    """In the words of several languages; the founder of another company is none."""
    names = list(dict.fromkeys(name for name, _ in founders_in(line, NAMES)))

    assert sorted(names) == found
