"""Facts are said of the company itself: not of an affiliate, a person, the people served, a customer."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.linkedin import linkedin_page
from enricher.extract.profile.technology import find_technology
from enricher.pages.documents import Link, parse_html
from enricher.pages.kinds import Kind, kind_of

HOME = "http://valves.com.sg/"


def value_on(field: str, body: str, path: str = "about") -> str | None:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia | About us</title>{body}")
    return next((fact.value for fact in extract([page]).facts if fact.field == field), None)


@pytest.mark.parametrize(
    ("body", "year"),
    [
        ("We were founded in Singapore in 1988.", "1988"),
        ("Our shop was founded the year after, in 1988.", "1988"),
        ("Syarikat ini ditubuhkan pada tahun 1988.", "1988"),
        ("We have invested in 20 companies since 1988.", None),
        ("Valves Asia was established on 3 May 1988 by two brothers.", "1988"),
        ("Year of establishment: 1988", "1988"),
        ("Proudly serving Singapore since 1988", "1988"),
        ("Since 1988, we have made valves.", "1988"),
        ("Our subsidiary Beta was founded in 1999.", None),
        ("Gamma Foods Pte Ltd was established in 1999.", None),
        ("Mr Lim founded a school in 1999.", None),
        ("Founded in 1999 by students, Omega grew fast.", None),
        ("Founded in 1988 by two brothers, Valves Asia grew fast.", "1988"),
        ("本公司成立于1988年", "1988"),
        ("He has been a director since 1999.", None),
        ("Sarah has led Valves Asia since 1999.", None),
        ("We have been ISO certified since 1999.", None),
        ("We have served Omega since 1999.", None),
        ("Authorised dealer since 1999", None),
        ("Our Penang branch was set up in 1999.", None),
        ("Since 1999, Omega has been a customer.", None),
    ],
)
def test_the_year_is_the_companys_own(body: str, year: str | None) -> None:
    """A sentence about somebody else says nothing."""
    assert value_on("founded_year", f"<p>{body}</p>") == year


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("Today we employ 120 people.", "120"),
        ("Valves Asia has 120 employees.", "120"),
        ("Number of employees: 120", "120"),
        ("With a team of 45", "45"),
        ("Our 45-strong team makes valves.", "45"),
        ("We are 45 people: twelve fitters, one cook.", "45"),
        ("98</p><p>suppliers</p><p>45</p><p>employees", "45"),
        ("45 people, 19 nationalities", "45"),
        ("Syarikat mempunyai 45 orang kakitangan.", "45"),
        ("We serve 900 employees of banks.", None),
        ("We have grown to a team of 35 dedicated staff serving more than 2,000 customers.", "35"),
        ("Companies with 10 employees or fewer pay nothing.", None),
        ("We employ 20 technicians. Grants: 50 employees and below", "20"),
        ("We trained 900 employees last year.", None),
        ("Trusted by 12,000 employees", None),
        ("Plans for up to 50 employees", None),
        ("Our client has 4,000 staff.", None),
        ("Its parent employs 30,000 people.", None),
        ("Omega employs 30,000 people.", None),
        ("We house 2,500 workers.", None),
        ("Software for companies with 500 employees", None),
    ],
)
def test_employees_are_the_companys_own(body: str, count: str | None) -> None:
    """Not those served, housed, trained or placed."""
    assert value_on("employees", f"<p>{body}</p>") == count


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("<p>12 Gul Way<br>#03-01<br>Singapore<br>629190</p>", "12 Gul Way, #03-01, Singapore 629190"),
        ("<p>12 Gul Way, Singapore 629 190</p>", "12 Gul Way, Singapore 629 190"),
        ("<p>12 Gul Way. Postcode 629190</p>", "12 Gul Way. Postcode 629190"),
        ("<p>12 Gul Way, 629190 Singapore</p>", "12 Gul Way, 629190 Singapore"),
        ("<p>Valves Asia Pte Ltd, 12 Gul Way, S(629190)</p>", "12 Gul Way, S(629190)"),
        ("<p>© 2024 Valves Asia Pte. Ltd., 12 Gul Way, S(629190)</p>", "12 Gul Way, S(629190)"),
        ("<p>Our works are located at 12 Gul Way, Singapore 629190.</p>", "12 Gul Way, Singapore 629190"),
        ("<p>We renovated the club at 5 Orchard Road, Singapore 238800 for Omega.</p>", None),
        (
            "<p>Built: the hall of 5 Orchard Road, Singapore 238800</p><p>Address: 12 Gul Way, Singapore 629190</p>",
            "12 Gul Way, Singapore 629190",
        ),
    ],
)
def test_the_address_is_the_companys_own(body: str, address: str | None) -> None:
    """In all its spellings; a project's or a customer's is none."""
    assert value_on("address", body, "contact") == address


def test_customers_are_found_below_the_heading_that_is_none_of_a_menu() -> None:
    """Customers are found below the heading that is none of a menu, and kinds of customers are no names."""
    menu = "<ul><li>Our Customers</li><li>Home</li></ul>"

    assert value_on("customers", f"{menu}<h2>Our Customers</h2><p>Omega Foods</p><p>Sigma</p>") == "Omega Foods; Sigma"
    assert value_on("customers", "<h2>Our Customers</h2><p>Hospitality</p><p>Oil & Gas</p><p>Marine</p>") is None


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://my.linkedin.com/company/tan-&-sons/about/", "tan-&-sons"),
        ("//www.linkedin.com/company/caf%C3%A9-o'hara?trk=x", "caf%c3%a9-o'hara"),
        ("https://www.linkedin.com/company/yourcompany", None),
        ("https://www.linkedin.com/company/linkedin/", None),
    ],
)
def test_a_handle_is_whole(url: str, page: str | None) -> None:
    """A part of it is somebody else's; a template's is nobody's."""
    assert linkedin_page(url) == (page and f"https://www.linkedin.com/company/{page}")


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("j.src='https://www.googletagmanager.com/gtm.js?id='+i", {"google-tag-manager"}),
        ("window.intercomSettings = {app_id: 'x'}", {"intercom"}),
        ("fbq('init', '1')", {"facebook-pixel"}),
        ('{"u":"https:\\/\\/js.stripe.com\\/v3\\/"}', {"stripe"}),
        ("gtag('config', 'AW-1029384756')", {"google-ads"}),
        ("_linkedin_partner_id = '1'; ttq.load('C1')", {"linkedin-insight-tag", "tiktok-pixel"}),
        ("(function(h){h._hjSettings={hjid:1}})(window); _paq.push(['trackPageView'])", {"hotjar", "matomo"}),
        ("var help = 'see our page at zendesk'", set()),
    ],
)
def test_inline_loaders_show_software(script: str, names: set[str]) -> None:
    """By what they load and call, not by what they mention."""
    assert find_technology(parse_html(HOME, f"<script>{script}</script>")) == names


@pytest.mark.parametrize(
    ("path", "words", "kind"),
    [
        ("about/join-us", "", Kind.CAREERS),
        ("company/vacancies.php", "", Kind.CAREERS),
        ("x", "Work for us", Kind.CAREERS),
        ("x", "加入我们", Kind.CAREERS),
        ("x", "Jawatan Kosong", Kind.CAREERS),
        ("x", "வேலைவாய்ப்பு", Kind.CAREERS),
        ("x", "Find us", Kind.CONTACT),
        ("x", "联系我们", Kind.CONTACT),
        ("x", "Hubungi Kami", Kind.CONTACT),
        ("x", "எங்களை தொடர்பு கொள்ள", Kind.CONTACT),
        ("?p=9", "Contact Us", Kind.CONTACT),
        ("index.php?page=contact-us", "", Kind.CONTACT),
        ("x", "公司简介", Kind.ABOUT),
        ("x", "எங்களைப் பற்றி", Kind.ABOUT),
        ("AboutUs.aspx", "", Kind.ABOUT),
        ("joinus.html", "", Kind.CAREERS),
        ("ourteam", "", Kind.TEAM),
        ("about-us/management-team", "", Kind.TEAM),
        ("services/joinery", "Joinery", Kind.PRODUCTS),
        ("contact-lens-solutions", "Contact lens solutions", None),
        ("touchscreens", "Touchscreens", None),
        ("jobsheets", "", None),
        ("team-building", "Team building", None),
        ("companion-app", "", None),
    ],
)
def test_a_pages_kind_follows_from_whole_words(path: str, words: str, kind: Kind | None) -> None:
    """In four languages; what only begins alike is something else."""
    assert kind_of(Link(f"{HOME}{path}", words)) is kind


def test_the_title_is_the_pages_own() -> None:
    """A drawing has one, too."""
    assert extract([parse_html(HOME, "<svg><title>Cart</title></svg><p>Valves</p>")]).title is None
