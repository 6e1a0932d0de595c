"""Numbers that stay: the company's own, beside words that also stand for others."""

import pytest

from testkit.enrichment.extraction import phones_on

FOOT = "<p>© 2024 Harbour Lift Pte Ltd</p>"


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Our offices</h3><h4>Singapore</h4><p>12 Tuas Ave 1</p><p>6222 1818</p>"),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Authorised Service Centre</h3><p>12 Tuas Ave 1</p><p>6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>Media contact</h3><p>Tan Siew Lan</p>"
                "<p>Head, Corporate Communications</p><p>6222 1818</p>"
            ),
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Tel: 6777 1200</p><p>The team at Harbour Lift is on 6222 1818.</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Insurance claims: our claims desk, 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Bank transfers accepted. Accounts: 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Find a showroom</h3><p>Ubi showroom</p><p>6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Where to find us</h3><p>Raffles City #02-12</p><p>6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>Get in touch</h3><p>General enquiries</p><p>6222 1818</p><p>Press"
                "</p><p>6222 1819</p>"
            ),
            "+6562221818 +6562221819 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Member of Singapore Hotel Association. Reservations 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Call Dr Lim's clinic at 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Toa Payoh Central 6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h4>Penang Branch</h4><p>Lot 5, Perai</p><p>Tel: 04-390 1234</p>",
            "+6043901234 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Police report made? Send it to our claims team, 6222 1818.</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Sales representatives: 6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Sales Representatives</h3><p>Jane Tan</p><p>9123 4567</p>",
            "+6567771200 +6591234567",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>International Sales</h3><p>Jane Tan</p><p>+65 9123 4567</p>",
            "+6567771200 +6591234567",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Services</h3><p>Hosting</p><p>Support</p><p>6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Hosting support: 6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Web design</h3><p>Call our studio: 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>Partners & resellers</h3>"
                "<p>Channel desk: partners@harbourlift.com.sg</p><p>6222 1818</p>"
            ),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>References</h3><p>Over 500 lifts installed</p><p>Contact us</p>"
                "<p>6222 1818</p>"
            ),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Service partners wanted</h3><p>Call 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
    ],
)
def test_own_numbers_stay_beside_words_for_others(domain: str, body: str, numbers: str) -> None:
    """Offices, desks, departments, people."""
    assert phones_on(f"{body}{FOOT}", domain) == set(numbers.split())
