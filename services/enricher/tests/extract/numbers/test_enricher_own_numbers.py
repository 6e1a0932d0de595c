"""Numbers that stay: the company's own, whatever stands around them."""

import pytest

from testkit.enrichment.extraction import phones_on

OWN, FOOT = "<p>Tel: 6777 1200</p>", "<p>© 2024 Harbour Lift Pte Ltd</p>"
NUMBER = "+6567771200"


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (
            ".com.sg",
            ("<h3>Jurong Branch</h3><p>Blk 123 Jurong East St 13 #01-02</p><p>Singapore 600123</p><p>6222 1818</p>"),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<table><tr><th>Outlet</th><th>Phone</th></tr><tr><td>Tampines Mall</td><td>6222 1818"
                "</td></tr><tr><td>Changi Airport T3</td><td>6222 1819</td></tr></table>"
            ),
            "+6562221818 +6562221819 +6567771200",
        ),
        (".com.sg", "<p>Our shop at Changi Airport Terminal 3: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Sales: 6222 1818</p><p>Service Hotline: 6222 1819</p>", "+6562221818 +6562221819 +6567771200"),
        (
            ".com.sg",
            "<ul><li>Customer Service 6222 1818</li><li>Accounts Department 6222 1819</li></ul>",
            "+6562221818 +6562221819 +6567771200",
        ),
        (".com.sg", "<h4>Customer Service</h4><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<h4>For existing clients</h4><p>Call 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<h4>Become a partner</h4><p>Call our channel team at 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<h4>Dealer enquiries</h4><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<h4>Suppliers & vendors</h4><p>Our purchasing team: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Jane Tan<br>Sales Director<br>HP: 9123 4567</p>", "+6567771200 +6591234567"),
        (
            ".com.sg",
            (
                "<div><h4>Jane Tan</h4><span>Business Development Manager</span>"
                "<a href='tel:+6591234567'>+65 9123 4567</a></div>"
            ),
            "+6567771200 +6591234567",
        ),
        (
            ".com.sg",
            (
                "<h3>Media enquiries</h3><p>Jane Lim, Corporate Communications</p>"
                "<p>press@harbourlift.com.sg</p><p>6222 1818</p>"
            ),
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<h3>Investor Relations</h3><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Call our HR at 6222 1818 to apply.</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Contact our Data Protection Officer at dpo@harbourlift.com.sg or 6222 1818.</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Data Protection Officer</p><p>Harbour Lift Pte Ltd</p>"
                "<p>12 Tuas Ave 1, Singapore 637777</p><p>Tel: 6222 1818</p>"
            ),
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<h3>24-hour emergency</h3><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>For lift emergencies call our 24-hour hotline 6222 1818.</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Emergency Hotline</p><p>6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<h3>Harbour Lift Engineering Pte Ltd</h3><p>14 Tuas Ave 1</p><p>Tel: 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<h3>Harbour Lift (Malaysia) Sdn Bhd</h3><p>12 Jalan Ampang</p><p>50450 Kuala Lumpur"
                "</p><p>Tel: +60 3-2161 1234</p>"
            ),
            "+60321611234 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Member of the Singapore Lift Association. Call 6222 1818 for a quote.</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>BCA registered L6 contractor</p><p>Enquiries: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Website by Pixelcraft.</p><p>Call 6222 1818</p><p>Visit us</p>", "+6567771200"),
        (
            ".com.sg",
            ("<footer><p>Harbour Lift Pte Ltd</p><p>6222 1818</p><p>Designed by Pixelcraft</p></footer>"),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<h2>Open house</h2><p>Venue: our showroom, 12 Tuas Ave 1</p><p>RSVP 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>To register, call Ms Goh at 6222 1818 or email training@harbourlift.com.sg</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>We are next to the Marina Hotel. Call 6222 1818 for directions.</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Employment agency licence 12C3456. Tel 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Factory: Lot 5, Jalan 222, Johor Bahru. Tel: 07-386 5521</p>", "+6073865521 +6567771200"),
        (".com.sg", "<p>WhatsApp us: +65 9123 4567</p>", "+6567771200 +6591234567"),
        (".com.sg", "<p>SMS or call 9123 4567 (Mr Tan)</p>", "+6567771200 +6591234567"),
        (".com.sg", "<p>Mr. Lim 9123 4567 / Ms. Ong 9123 4568</p>", "+6567771200 +6591234567 +6591234568"),
        (".com.sg", "<p>Clinic: Dr Tan Ah Kow, 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>A member of the Omega Group. Tel: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Your trusted lift partner</p><p>6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            "<p>Authorised distributor of Kranwerk hoists in Singapore</p><p>Call us: 6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<h2>Authorised distributor for Kranwerk</h2><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<nav><a href='/l'>Useful links</a></nav><p>6222 1818</p>", "+6562221818 +6567771200"),
        (
            ".com.sg",
            ("<h2>Our Clients</h2><img alt='Merlin Foods'><img alt='DBS'><h2>Contact</h2><p>6222 1818</p>"),
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<h2>Our Clients</h2><p>Merlin Foods</p><p>Contact us now</p><p>6222 1818</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            ("<blockquote>Great lifts</blockquote><p>Tan Ah Kow, Merlin</p><p>Call us today</p><p>6222 1818</p>"),
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<p>Ship agency department</p><p>6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Insurance claims hotline 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Our London office: 020 7946 0958</p>", "+442079460958 +6567771200"),
        (".com.sg", "<p>KL: +603 2161 1234 | JB: +607 386 5521</p>", "+60321611234 +6073865521 +6567771200"),
        (
            ".com.sg",
            "<p>Asia +65 6222 1818 | Europe +49 30 901820 | US +1 202 555 0143</p>",
            "+12025550143 +4930901820 +6562221818 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Harbour Lift, 12 Tuas Ave 1, Singapore 637777 T +65 6222 1818 F +65 6222 1819</p>",
            "+6562221818 +6567771200",
        ),
        (
            ".com.sg",
            (
                '<script type="application/ld+json">{"@type":"Organization","name":"Harbour'
                ' Lift","contactPoint":[{"@type":"ContactPoint","telephone":"+65-6222-1818","contactType":"sales"}]}'
                "</script>"
            ),
            "+6562221818 +6567771200",
        ),
        (".com.sg", "<a href='tel:+6562221818'><i class='fa fa-phone'></i></a>", "+6562221818 +6567771200"),
        (".com.sg", "<p>6222 1818 (Mon - Fri 0900 - 1800)</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Tel.6222.1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Call 62221818 or 62221819</p>", "+6562221818 +6562221819 +6567771200"),
        (".com.sg", "<p>Ring 62221818 and ask for Ah Seng.</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Got a question? Text 91234567 anytime.</p>", "+6567771200 +6591234567"),
        (".com.sg", "<p>Drop us a message at 91234567.</p>", "+6567771200 +6591234567"),
        (".com.sg", "<p>You can reach our office via 62221818 during office hours</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Contact Ah Seng (62221818) for bookings</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Office Tel No.: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Contact No: 62221818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Contact number 62221818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Contact: 62221818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Contact</p><p>62221818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<dl><dt>Enquiry line</dt><dd>6222 1818</dd></dl>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Licence No. 12345. Tel: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>GST Reg No: 201912345K, 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>UEN 201912345K · 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>UEN: 201912345K | +65 6222 1818 | hi@harbourlift.com.sg</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Order line: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Orders: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>To order, 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Parts: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Spare Parts & Service: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Bookings: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Projects 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Accounts: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Customer line: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Claims: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Tickets: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Warranty: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Company: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Registration: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>RSVP: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Policy enquiries: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Branch: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Conversion team: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Agency hotline: 6222 1818</p>", "+6562221818 +6567771200"),
        (".com.sg", "<p>Vehicle recovery 6222 1818</p>", "+6562221818 +6567771200"),
    ],
)
def test_the_companys_own_numbers_stay(domain: str, body: str, numbers: str) -> None:
    """Branches, departments, people, whatever stands around."""
    assert phones_on(f"{OWN}{body}{FOOT}", domain) == set(numbers.split())


@pytest.mark.parametrize(
    "said",
    [
        "<h3>Dealers (Perlis, Kedah)</h3><p>Khor Chong, Manager</p><p>H/P: 9123 4567</p><p>khor@harbourlift.com.sg",
        "12 Some Road, Singapore 068602 · Main 91234567",
        "EA Licence 19C9961 · 9123 4567",
        "hello@harbourlift.example</p><p>9123 4567",
        "San Antonio (by appointment): 9123 4567",
        "Kostenfreie Hotline: 9123 4567",
    ],
)
def test_what_stands_near_others_may_be_the_companys(said: str) -> None:
    """Beside its own address, behind a used-up label, in an item with a remark."""
    assert phones_on(f"{OWN}<p>{said}</p>{FOOT}") == {NUMBER, "+6591234567"}
