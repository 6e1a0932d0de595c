"""People in sentences, in blocks without a heading, and in quotations."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.persons.people import find_people
from enricher.pages.documents import parse_html

HOME = "http://valves.com.sg/"


def people_on(body: str, path: str = "") -> list[tuple[str, str]]:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia</title>{body}")
    return [(person.name, person.title) for person in find_people(page, "valves.com.sg", "SG")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Ask our managing director, Ms Priya Nair, for a tour.", [("Priya Nair", "managing director")]),
        ("Send it to our office manager Ms Hasnah Yusof.", [("Hasnah Yusof", "office manager")]),
        ("Speak to Mr Tan, our operations manager.", [("Tan", "operations manager")]),
        ("First a call with Bronagh Keane (talent), then tea.", [("Bronagh Keane", "talent")]),
        ("Call Mdm Goh Siew Lan (Admin) at 6862 0417.", [("Goh Siew Lan", "Admin")]),
        ("HR Manager Jasper Chin, 6388 4025, will reply.", [("Jasper Chin", "HR Manager")]),
        (
            "We are led by Managing Director Mr. Ho Ah Leng and General Manager Mr. Peter Low, both engineers.",
            [("Ho Ah Leng", "Managing Director"), ("Peter Low", "General Manager")],
        ),
        ("Write in (Attn: Mdm Goh Swee Eng, HR Manager). Thank you.", [("Goh Swee Eng", "HR Manager")]),
        ("Imogen Harrow has been Managing Director since 2015.", [("Imogen Harrow", "Managing Director")]),
        ("Valves Asia today named Cordelia Seah its chief executive.", [("Cordelia Seah", "chief executive")]),
        ("It was begun by Hsu Kai Ming and Bettina Rössler in an attic.", ["Hsu Kai Ming", "Bettina Rössler"]),
        ("Founded in 2009 by siblings Ana Cruz and Ben Low.", ["Ana Cruz", "Ben Low"]),
        ("She follows Lawrence Koh, who founded the company with a lorry.", ["Lawrence Koh"]),
        ("团体请联络营业总监 郑秀芬", [("郑秀芬", "营业总监")]),
        ("Mail it to our Human Resource Manager, Mrs Gladys Tan, today.", [("Gladys Tan", "Human Resource Manager")]),
        ("9636 2085 (Ben Low, Sales Manager)", [("Ben Low", "Sales Manager")]),
        ("016-663 0918 (Ms. Mages, Sales)", [("Mages", "Sales")]),
        ("012-218 7703 (Mr. Lim SH, Director)", [("Lim SH", "Director")]),
        ("Ask for Service Manager Ben Low.", [("Ben Low", "Service Manager")]),
        (
            "We moved to Lower Street. Head Brewer Ben Low arrived from the north in 2018.",
            [("Ben Low", "Head Brewer")],
        ),
        (
            "Exports are handled by Mr. Ben Low, Export Manager, from our Medan office.",
            [("Ben Low", "Export Manager")],
        ),
        ("Founded in 2018 by Ben Low and his cousin Ana Cruz.", ["Ben Low", "Ana Cruz"]),
        ("© 2019 Valves Asia. Ben Low, President Director.", [("Ben Low", "President Director")]),
        ("由梁和先生於1968年在深水埗開業", [("梁和", "創辦人")]),
        ("料理長<br>後藤 真一", [("後藤 真一", "料理長")]),
        ("Inhaber: Tischlermeister Uwe Brück", [("Uwe Brück", "Inhaber")]),
        ("Lab Director: Dr. (Mrs.) Swati Rao, MD (Path)", [("Swati Rao", "Lab Director")]),
        ("Donations (Mr Ben Low, Head of Development)", [("Ben Low", "Head of Development")]),
        ("012-673 4490 (Encik Azlan, Pengurus Jualan)", [("Azlan", "Pengurus Jualan")]),
        (
            "Our Chief Executive, DSP (Ret) Ben Low, is helped by Ms Ana Cruz , Director of Operations, and by others.",
            [("Ben Low", "Chief Executive"), ("Ana Cruz", "Director of Operations")],
        ),
        ("Ana Cruz joined as a graduate and is now Lead Engineer.", [("Ana Cruz", "Lead Engineer")]),
        ("Ana Cruz is our studio manager and teaches the Saturday classes.", [("Ana Cruz", "studio manager")]),
        ("Head Teacher: Mr. Ben Low. We open at eight.", [("Ben Low", "Head Teacher")]),
        (
            "“We pay,” says co-founder and managing director Ir. Ben Low.",
            [("Ben Low", "co-founder and managing director")],
        ),
        ("“We sort them all,” says Ms Ana Cruz, our plant manager.", [("Ana Cruz", "plant manager")]),
        ("The company was started in 2017 by sisters Ana and Bea Cruz in a kitchen.", ["Ana Cruz", "Bea Cruz"]),
        ("Ben and Tom Low kicked off Valves Asia in 2008 with one van.", ["Ben Low", "Tom Low"]),
        ("本公司总经理陈国强先生", [("陈国强", "总经理")]),
        ("目前由董事经理刘慧敏女士主理", [("刘慧敏", "董事经理")]),
        ("现由第三代東主<b> 陸嘉儀 </b>小姐主理", [("陸嘉儀", "東主")]),
        ("本店于1998年由陈国强先生创立", [("陈国强", "创办人")]),
        ("维修主管 K. Murugan 手机：8456 3391", [("K. Murugan", "维修主管")]),
        ("代表取締役社長 立河 健一郎", [("立河 健一郎", "代表取締役社長")]),
        (
            "Vertreten durch die Geschäftsführer:<br>Dipl.-Ing. Uwe Brück, Kat Brück-Stahl",
            ["Uwe Brück", "Kat Brück-Stahl"],
        ),
        ("Verantwortlich: Sven Hägele (Leiter Marketing), Anschrift wie oben", [("Sven Hägele", "Leiter Marketing")]),
    ],
)
def test_a_sentence_names_a_person(said: str, found: list[str | tuple[str, str]]) -> None:
    """With "our", a form of address, a title before the name; founders by what they did."""
    assert people_on(f"<p>{said}</p>") == [
        it if isinstance(it, tuple) else (it, "Geschäftsführer" if "Brück" in it else "Founder") for it in found
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Our client's director, Ms Priya Nair, was delighted.",
        "Omega's Chief Executive Officer Ben Low agreed.",
        "Our auditor, Mr Ben Low, comes in March.",
        "“A fine valve,” said Ben Low, president of the Plumbers' Council.",
        "Our teak mill partner, PT Jepara Lestari, has the wood.",
        "Our late founder Mr Lim Heng Huat sold ropes.",
        "Restaurant Manager Tanjong Pagar, full-time",
        "Sales Executive Vista Point (contract)",
        "Senior Store Manager Marina Crest, islandwide",
        "Trusted by Papaya Grocer, Lotus Air and others.",
        "Served Ben Low (Omega Foods, Managing Director)",
        "Mr Ben Low, Managing Director, Omega Foods, was served.",
        "Ben and Tom Low kicked off Omega Foods in 2008.",
        "客户总经理陈国强先生很满意",
        "南星公司总经理陈国强先生很满意",
        "会長 就任 挨拶",
        "株式会社南星 社長 山田 太郎 様",
        "本店于1931年由陈国强先生创立",
        "上海 浦东 工程",
    ],
)
def test_a_sentence_about_others_names_nobody(said: str) -> None:
    """Customers, other companies, outsiders, the late, places."""
    assert people_on(f"<p>{said}</p>") == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Wade Hill</p><p>Owner / Estimator</p><p>Ana Cruz</p><p>Buyer</p>", ["Wade Hill", "Ana Cruz"]),
        ("<p>Shirley Foo , Practice Manager · Ana Cruz , Therapist</p>", ["Shirley Foo", "Ana Cruz"]),
        ("<p>Hsu Kai Ming / Principal</p><p>Ana Cruz / Associate, Conservation</p>", ["Hsu Kai Ming", "Ana Cruz"]),
        ("<p>Proprietor</p><p>: Mr. Chong Fook Onn</p>", ["Chong Fook Onn"]),
        ("<p>Guide: Jaibi Gunsang</p>", ["Jaibi Gunsang"]),
        ("<p>Directors: Ana Cruz, Ben Low</p>", ["Ana Cruz", "Ben Low"]),
        ("<p>Members: Mr. Lau Beng Huat; Ms. Carol Nonis</p>", ["Lau Beng Huat", "Carol Nonis"]),
        ("<p>Tomasz Zieliński</p><p>VP Engineering</p><p>Ana Cruz</p><p>CEO</p>", ["Ana Cruz", "Tomasz Zieliński"]),
        ("<p>Billing</p><p>Chua Hwee Hoon, bill@valves.com.sg</p>", ["Chua Hwee Hoon"]),
        ("<p>Ben Low, Sales Manager, ben@valves.com.sg</p>", ["Ben Low"]),
        ("<p>By Tiffany Ang, Data Scientist at Valves Asia</p>", ["Tiffany Ang"]),
    ],
)
def test_a_page_without_a_heading_names_its_people(body: str, found: list[str]) -> None:
    """In a row, with a label, a form of address, or an address of the company."""
    page = parse_html(HOME, f"<title>Valves Asia</title><p>Valves and pipes</p>{body}")

    assert sorted(it.name for it in extract([page]).people) == sorted(found)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Great, would buy again.</p><p>Ana Cruz</p><p>Director</p><p>Never leaks!</p><p>Ben Low</p><p>CEO</p>",
        "<blockquote>Great!</blockquote><p>Ana Cruz</p><p>Operations Director, Haultrans Asia</p>",
        "<figure><blockquote>Fine.</blockquote><figcaption>Mr Ben Low, Director</figcaption></figure>",
        "<p>The hounds</p><p>Mochi Tan</p><p>Head of Security</p><p>Sir Bark</p><p>Director of Naps</p>",
        "<p>Sarah Wijono</p><p>General Counsel, Lotus Air</p>",
    ],
)
def test_customers_and_pets_are_no_people_of_the_company(body: str) -> None:
    assert people_on(body) == []


def test_a_colleague_is_quoted_on_a_page_about_jobs_or_with_the_companys_name() -> None:
    quote = "<figure><blockquote>Fine work.</blockquote><figcaption>{}</figcaption></figure>"

    assert people_on(quote.format("Ana Cruz, Buyer"), "careers") == [("Ana Cruz", "Buyer")]
    assert people_on(quote.format("Ana Cruz, Buyer, Valves Asia")) == [("Ana Cruz", "Buyer")]


def test_news_names_only_whom_it_places_at_the_company() -> None:
    """The others are said to be somewhere else, or nowhere."""
    body = (
        "<p>“Good,” said Colin Aw, Group CEO of Valves Asia. Bernard Klein, analyst at Roadside, agreed.</p>"
        "<p>Ana Cruz, Sales Manager</p>"
    )

    assert people_on(body, "news/2023/growth") == [("Colin Aw", "Group CEO")]


NEWS = "news/2024/opening"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("“It works,” said Mr Ben Low, Chief Operating Officer of Valves.", [("Ben Low", "Chief Operating Officer")]),
        ("“It works,” said Dr. Ben Low, co-founder and CEO. “Truly.”", [("Ben Low", "co-founder and CEO")]),
        ("The store is open. Group chairman Mr Ben Low, 79, cut the ribbon.", [("Ben Low", "Group chairman")]),
        ("Valves Asia names Ana Cruz chief financial officer", [("Ana Cruz", "chief financial officer")]),
        ("9 March 2023 · by <b>Ana Cruz</b>, Co-founder & CEO", [("Ana Cruz", "Co-founder & CEO")]),
        ("Call +65 6338 2047 (Ana Cruz, Head of Communications)", [("Ana Cruz", "Head of Communications")]),
        (
            "Media contact</p><p>Ms Ana Cruz</p><p>Marketing Manager</p><p>T: 6338 2047",
            [("Ana Cruz", "Marketing Manager")],
        ),
    ],
)
def test_news_of_the_company_names_its_people(said: str, found: list[tuple[str, str]]) -> None:
    """With its name, a title at the top that is nobody else's, or below a heading for the press."""
    assert people_on(f"<p>{said}</p>", NEWS) == found


@pytest.mark.parametrize(
    "said",
    [
        "The store was opened by Mr Ben Low, Assistant Chief Executive of the Maritime Office.",
        "“Splendid,” added Ben Low, General Partner at Omega Ventures.",
        "Captain Ben Low, Fleet Manager of customer Omega, liked it.",
        "The rooms were built by Omega, whose project director Ms Ana Cruz was there.",
        "9 March 2023 · by Ana Cruz, CEO of Omega Foods",
        "Omega Foods names Ana Cruz chief financial officer",
        "“Our managing director Ben Low, our hero,” said a guest.",
        "Media contact</p><p>Ana Cruz</p><p>Account Manager</p><p>ana@finchpr.com",
    ],
)
def test_news_names_outsiders_too(said: str) -> None:
    """Guests, investors, customers, suppliers and agencies are none of the company's."""
    assert people_on(f"<p>{said}</p>", NEWS) == []


def test_a_council_shows_roles_above_names_and_jobs_elsewhere_below() -> None:
    """The role at the council counts."""
    lines = """President|Er. Lawrence Foo|Managing Director, Boxwell Industries|Vice-President|Dr Anitha Maniam
        |Senior Lecturer, School of Science|Treasurer|Mr Hakim Osman|Partner, Hakim & Co|Council Member
        |Mr Goh Peng Yam|Retired|Council Member|Ms Jacqueline D'Souza|Packaging Engineer, Medirail"""

    found = people_on("".join(f"<p>{line.strip()}</p>" for line in lines.split("|")), "about/council")

    assert found == [
        ("Lawrence Foo", "President"),
        ("Anitha Maniam", "Vice-President"),
        ("Hakim Osman", "Treasurer"),
        ("Goh Peng Yam", "Council Member"),
        ("Jacqueline D'Souza", "Council Member"),
    ]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Ni Made Ayu Lestari", "Manajer HRD"),
        ("Stefanie Wijaya", "Direktur Utama"),
        ("Farhan Iskandar", "Practice Trainee"),
        ("Yusuf Demir", "stellv. Pflegedienstleitung"),
        ("Antje Lorenzen", "Verwaltung und Abrechnung"),
        ("Kirra Lindqvist", "Owner"),
    ],
)
def test_a_team_page_in_another_language_names_people(name: str, title: str) -> None:
    """Indonesian, German; a surname that ends like a profession."""
    assert people_on(f"<h1>Team</h1><p>{name}</p><p>{title}</p>", "team") == [(name, title)]


@pytest.mark.parametrize(
    "said",
    [
        "<blockquote><p>“I shipped on day three.”</p><p>Ana Cruz</p><p>Software Engineer</p></blockquote>",
        "<p>“I shipped on day three.”</p><p>Ana Cruz, Software Engineer</p>",
        "<p>“I shipped on day three.” – Ana Cruz, Software Engineer</p>",
    ],
)
def test_employees_speak_on_a_page_about_jobs(said: str) -> None:
    """A name and a title on lines of their own, on one line, or behind what was said."""
    page = parse_html(f"{HOME}careers", f"<title>Valves Asia</title>{said}")

    assert [(it.name, it.title) for it in extract([page]).people] == [("Ana Cruz", "Software Engineer")]


def test_a_short_form_of_a_name_is_no_second_person() -> None:
    body = "<p>Lee Shi Min</p><p>Managing Director</p><p>Shi Min, our Managing Director, is here.</p>"

    assert people_on(body, "team") == [("Lee Shi Min", "Managing Director")]
