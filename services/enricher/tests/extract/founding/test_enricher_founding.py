"""The year of foundation: the company's own, in whatever words."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.founding.year import founding_year
from enricher.pages.documents import parse_html

NAMES = frozenset({"valvesasia"})


def year_in(text: str) -> str | None:
    found = founding_year(text, NAMES)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Our story began in 1961 in a garage.", "1961"),
        ("It all started in 1995 when two brothers met.", "1995"),
        ("What began in 1983 as a hawker stall is today a chain.", "1983"),
        ("We set up shop in 1999 in Tuas.", "1999"),
        ("We opened our doors in 1972.", "1972"),
        ("Since opening its doors on Hongkong Street in 2003 with two lawyers, the firm has grown.", "2003"),
        ("Started as a one-man stall in 1961 by our founder, the business was incorporated in 1984.", "1961"),
        ("Set up as Valves & Die in 1988, the company took its name in 2005.", "1988"),
        ("Ana and Ben set up Valves Asia in the first week of 2017.", "2017"),
        ("Annie fell in love and opened Valves on a rainy Monday in July 2015.", "2015"),
        ("Ana Cruz, who founded the company with a single lorry in 1999", "1999"),
        ("The studio was founded by the late Mr Tan in 1955.", "1955"),
        ("Our preschool was born in 2014 in a terrace house.", "2014"),
        ("The family has baked since 1930; the shop opened in 1958.", "1958"),
        ("Valves Asia Pte Ltd (Est. 1969)", "1969"),
        ("Family-run since 1952", "1952"),
        ("Open since 1996, six days a week.", "1996"),
        ("Date of incorporation: 12 March 1994", "1994"),
        ("Date of Registration\n: 17-05-1979", "1979"),
        ("Founded\n1992\nStaff\n20", "1992"),
        ("1974\nYear we started\n300\nValves", "1974"),
        ("創業\n昭和23年 (1948)", "1948"),
        ("In 2019 we celebrated our 40th anniversary.", "1979"),
        ("公司创立于一九八八年", "1988"),
        ("本店於一九五三年由陸德昌先生在上環文咸東街創辦", "1953"),
        ("創業\n昭和38年（1963年）4月", "1963"),
        ("Valves Asia - seit 1973", "1973"),
        ("Wiebke Petersen hat den Pflegedienst 2007 gegründet.", "2007"),
        ("PT Valves Asia didirikan pada tahun 1996 di Bekasi.", "1996"),
        ("Valves Asia was registered as a society in 1979.", "1979"),
        ("Mick and Dave Low kicked off Valves Asia in 2008.", "2008"),
        ("© 福满楼私人有限公司 始于1988", "1988"),
        ("Seit 1964 drehen und schleifen wir auf den Tausendstel.", "1964"),
        ("Seit der Gründung 1954 gilt bei uns: Wer anruft, spricht mit Menschen.", "1954"),
        ("Wir sind vier Menschen. Gegründet 2003 von Reto, betreuen wir Firmen.", "2003"),
        ("Valves Asia grundades 1983 av Sven, som numera fiskar.", "1983"),
        ("Valves Asia blev grundlagt i 1967 af fiskeskipper Aksel.", "1967"),
        ("Al sinds 1978 zetten wij ruiten.", "1978"),
        ("Depuis 1962, nous cuisons au bois.", "1962"),
        ("Valves Asia a été fondée en 1931 à Lyon.", "1931"),
        ("福满楼私人有限公司成立于 2007 年,专营家具。", "2007"),
        ("Since 2018 we have been building the tool that accountants wish for.", "2018"),
        ("Valves Asia has walked with families of its members since 1991.", "1991"),
        ("Provisions * Deck Stores * Bonded Stores * Since 1974", "1974"),
        ("PT Valves Asia was founded in 1996 by Bambang, whose grandfather carved.", "1996"),
        ("An independent law office, founded in 2014 and licensed by the state.", "2014"),
        ("Bert planted the first vines in 1972, the year the winery was founded.", "1972"),
        ("Milestones\n1986\nLim Ah Seng buys a lathe and founds the company in a shed.\n1999\nWe move", "1986"),
        ("In 2013, two friends started Valves Asia.", "2013"),
        ("In 1988, Mr Tan founded Valves Asia with one lathe.", "1988"),
        ("Back in 1988, our founder Mr Tan set up the company with his wife.", "1988"),
        ("In 2013 we started with one van.", "2013"),
        ("I founded this practice in 2010.", "2010"),
        ("Before founding Valves Asia in 2015, Mei worked at Omega.", "2015"),
        ("The practice dates back to 1997.", "1997"),
        ("2005 – Founded in Geylang\n2010 – Established a plant", "2005"),
        ("2005 Company founded", "2005"),
        ("Year founded 2005", "2005"),
        ("Das Unternehmen wurde 1992 gegründet.", "1992"),
        ("Familienbetrieb seit 1992", "1992"),
        ("1979\nThe company is incorporated.\n2001\nISO 9001", "1979"),
    ],
)
def test_the_companys_year_is_found(text: str, year: str) -> None:
    """In a sentence, a label, a figure above its label, an anniversary; in other languages."""
    assert year_in(text) == year


@pytest.mark.parametrize(
    "text",
    [
        "Krups was founded in 1846 and we distribute it.",
        "Our friends at Omega Beans (founded 2004) pack for us.",
        "Valves Asia (a member of the Omega Group, founded 1911 in Bremen)",
        "Our mother company, Omega AG, has been established since 1902.",
        "Our client Omega was founded in 1990.",
        "We acquired Omega, founded in 1970, last year.",
        "We set up a factory in Batam in 2005.",
        "Our Singapore office was established in 2014.",
        "We opened our second shop in 2010.",
        "We started exporting to Vietnam in 2005.",
        "Our digital journey started in 2018.",
        "Our founder was born in 1950.",
        "Singapore has been independent since 1965.",
        "Mr Tan started his career in 1988.",
        "Enrolled Nurse since 2016",
        "IPC status since 2010",
        "Omega Werke - seit 1902",
        "We kicked off the campaign in 2008.",
        "Since 2001 we have served Omega.",
        "Since 2020 we have been accepting payments by phone.",
        "Omega Society has walked with us since 1991.",
        "In 2013 we opened the clinic in Johor.",
        "In 2013, Omega founded a joint venture with Valves Asia.",
        "In 2013 we set up the business unit for pumps.",
        "Founding member of the Valve Association in 1990.",
        "2012 – Established a factory in Batam",
        "In 2013 we started with solar panels.",
        "Omega AB grundades 1902 i Lund.",
        "Unser Kunde wurde 1954 gegründet.",
        "Depuis 2015, Bruno est chef.",
        "Sinds 2015 is Bas monteur.",
        "2012\nValves Asia founds the company Valves Vietnam.",
        "We planted a tree in 1972, the year the school next door was founded.",
        "Winner of the SME award since 2005",
        "本诊所隶属同济堂药业（创立于1923年）",
    ],
)
def test_a_year_of_others_is_none(text: str) -> None:
    """A principal's, an affiliate's, a branch's, a person's, a customer's, an award's."""
    assert year_in(text) is None


@pytest.mark.parametrize(
    ("body", "year"),
    [
        ("Valves Asia itself was started in 2010 as a workshop.", "2010"),
        ("Valves Asia has acquired Omega, a company established in 1999.", None),
        ("<h4>About Valves Asia</h4><p>Set up in 2005, the company runs three plants.</p>", "2005"),
        ("Founded in 1999, it makes pumps.", None),
    ],
)
def test_news_says_it_only_by_the_companys_name(body: str, year: str | None) -> None:
    """The part about the company at an article's end counts, too."""
    page = parse_html("http://valvesasia.com/news/2023/a", f"<title>News | Valves Asia</title><p>{body}</p>")

    assert next((it.value for it in extract([page]).facts if it.field == "founded_year"), None) == year


def test_a_title_may_say_it() -> None:
    page = parse_html("http://valvesasia.com/", "<title>Valves Asia | Fine valves since 1978</title><p>Valves</p>")

    assert [it.value for it in extract([page]).facts if it.field == "founded_year"] == ["1978"]
