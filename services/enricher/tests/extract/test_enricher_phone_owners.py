"""Whose number it is: the company's, its branch's, or another organisation's."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def phones_on(body: str, domain: str = ".com.sg") -> set[str]:
    page = parse_html(f"https://harbourlift{domain}/contact", f"<title>Harbour Lift Pte Ltd</title>{body}")
    return {it.value for it in extract([page]).contacts if it.kind == "phone"}


OWN, FOOT = "<p>Tel: 6777 1200</p>", "<p>© 2024 Harbour Lift Pte Ltd</p>"
NUMBER = "+6567771200"


@pytest.mark.parametrize(
    "body",
    [
        "<p>Website by Pixelcraft Studio | 6222 1818</p>",
        (
            "<p>Designed & developed by <a href='https://pixelcraft.sg'>Pixelcraft</a> · "
            "<a href='tel:+6562221818'>6222 1818</a></p>"
        ),
        "<div>Powered by Pixelcraft</div><div>Support: +65 6222 1818</div>",
        ("<h3>Media enquiries</h3><p>Jane Lim, Brightline PR</p><p>jane@brightlinepr.com</p><p>+65 6222 1818</p>"),
        (
            "<h3>Press contact</h3><p>Brightline Communications<br>Jane Lim<br>Tel: +65 6222 1818"
            "<br>jane.lim@brightline.com</p>"
        ),
        ("<p>In an emergency, call SCDF at 995 or the Police at 999. Non-emergency ambulance: 1777.</p>"),
        (
            "<h3>Emergency numbers</h3><ul><li>Police: 999</li>"
            "<li>National Environment Agency: 6225 5632</li><li>SP Group: 1800 778 8888</li></ul>"
        ),
        (
            "<p>If you are unhappy with our response you may complain to the Personal Data Protection"
            " Commission, 10 Pasir Panjang Road, Singapore 117438, telephone +65 6377 3131.</p>"
        ),
        "<p>You may contact the Monetary Authority of Singapore at 6225 5577.</p>",
        (
            "<p>Financial Industry Disputes Resolution Centre Ltd (FIDReC), 36 Robinson Road #15-01,"
            " Tel: (65) 6327 8878</p>"
        ),
        (
            "<h2>Case study: Merlin Foods</h2>"
            "<p>Merlin Foods Pte Ltd, 12 Senoko Way, Tel 6222 1818, asked us to replace its lifts.</p>"
        ),
        "<h3>Client</h3><p>Merlin Foods Pte Ltd</p><p>12 Senoko Way</p><p>Tel: 6222 1818</p>",
        (
            "<h2>Our distributors</h2><h4>Malaysia</h4><p>Kilang Angkat Sdn Bhd</p>"
            "<p>Lot 5, Jalan 222, Petaling Jaya</p><p>Tel: +60 3-7955 1212</p><h4>Thailand</h4>"
            "<p>Siam Hoist Co., Ltd.</p><p>88 Rama IV Road, Bangkok</p><p>Tel: +66 2 234 5678</p>"
        ),
        (
            "<h2>Authorised Distributors</h2><table><tr><td>Indonesia</td><td>PT Angkat Jaya</td>"
            "<td>+62 21 5290 1234</td></tr><tr><td>Vietnam</td><td>Nang Co Ltd</td><td>+84 28 3823 4567"
            "</td></tr></table>"
        ),
        (
            "<h2>Where to buy</h2><div><h4>Toolmart</h4><p>1 Ubi Ave</p><p>6222 1818</p></div><div>"
            "<h4>Hardware City</h4><p>2 Ubi Ave</p><p>6222 1819</p></div>"
        ),
        ("<h2>Our partners</h2><div><h4>Kranwerk GmbH</h4><p>Bremen, Germany</p><p>+49 421 555 0123</p></div>"),
        (
            "<h2>Annual hoist seminar</h2>"
            "<p>Venue: Grand Copthorne Waterfront Hotel, 392 Havelock Road, Singapore 169663. Tel: +65"
            " 6222 1818</p>"
        ),
        "<h3>Where to stay</h3><p>Marina Hotel, 6222 1818</p><p>Bay Inn, 6222 1819</p>",
        ("<p>We have a corporate rate at the Marina Hotel (tel. 6222 1818), five minutes from the workshop.</p>"),
        "<p>Building management (Ascendas Services): 6222 1818</p>",
        "<p>For parking ask the building's management office, JTC Properties, at 6222 1818.</p>",
        (
            "<h3>Bank details</h3><p>DBS Bank Ltd, 12 Marina Boulevard, Singapore 018982. Tel: 6222 1818"
            "</p><p>Account no: 003-912345-6</p><p>SWIFT: DBSSSGSG</p>"
        ),
        "<p>Our bankers: OCBC Bank, 65 Chulia Street, tel 6222 1818</p>",
        "<p>Deliveries are made by Ninja Van. Track your parcel on 6222 1818.</p>",
        "<p>Our travel insurance is underwritten by AIG Asia Pacific, hotline 6222 1818.</p>",
        (
            "<p>Share registrar: Boardroom Corporate & Advisory Services Pte Ltd, 1 Harbourfront Avenue,"
            " Tel: 6222 1818</p>"
        ),
        "<h3>Auditors</h3><p>Foo & Partners LLP</p><p>Tel: 6222 1818</p>",
        "<p>Embassy of Japan, 16 Nassim Road, 6222 1818</p>",
        "<p>Samaritans of Singapore: 1-767 (24 hours) or 6222 1818</p>",
        "<p>Recruitment is handled by Talentgate Pte Ltd (EA Licence 12C3456), tel 6222 1818.</p>",
        "<p>Contact BCA Academy at 6222 1818 for registration.</p>",
        "<h3>Event organiser</h3><p>Messe Asia Pte Ltd</p><p>Tel: 6222 1818</p>",
        (
            "<div class='quote-card'><p>“Great lifts, they never fail.”</p>"
            "<p>— Tan Ah Kow, Merlin Foods, 6222 1818</p></div>"
        ),
        (
            "<h2>Find an installer</h2><div class='card'><h4>Apex Installations</h4><p>3 Kaki Bukit Road"
            "</p><p>Tel: 6222 1818</p></div><div class='card'><h4>Bright Works</h4><p>5 Kaki Bukit Road"
            "</p><p>Tel: 6222 1819</p></div>"
        ),
        "<h2>Stockists</h2><p>Toolmart Ubi – 6222 1818</p><p>Hardware City – 6222 1819</p>",
        (
            "<h2>Overseas partners</h2><p>Malaysia: Kilang Angkat, +60 3-7955 1212</p>"
            "<p>Thailand: Siam Hoist, +66 2 234 5678</p>"
        ),
        ("<h2>Our regional partners</h2><h4>Kilang Angkat</h4><p>Petaling Jaya, Malaysia</p><p>+60 3-7955 1212</p>"),
        (
            "<h2>Distribution network</h2><p>Kilang Angkat Sdn. Bhd., Petaling Jaya, +60 3-7955 1212</p>"
            "<p>Siam Hoist Co., Ltd., Bangkok, +66 2 234 5678</p>"
        ),
        (
            "<h2>International distributors</h2><table><tr><th>Country</th><th>Company</th><th>Tel</th>"
            "</tr><tr><td>Malaysia</td><td>Kilang Angkat</td><td>+60 3-7955 1212</td></tr><tr>"
            "<td>Thailand</td><td>Siam Hoist</td><td>+66 2 234 5678</td></tr></table>"
        ),
        (
            "<h3>Authorised resellers in Malaysia</h3><ul><li>Kilang Angkat Sdn Bhd (03-7955 1212)</li>"
            "<li>Angkat Maju (04-226 1234)</li></ul>"
        ),
        (
            "<h2>Case studies</h2><article><h3>Merlin Foods</h3>"
            "<p>Merlin Foods (tel 6222 1818) runs three plants.</p></article>"
        ),
        "<h3>References</h3><p>Mr Tan, Merlin Foods, 6222 1818</p>",
        "<p>Food by Ah Hock Catering (6222 1818)</p>",
        "<p>Photography: Lens & Light Studio, 6222 1818</p>",
        "<p>For press enquiries, contact: Mary Ong, Spark PR Agency, DID: 6222 1818</p>",
        ("<h4>Media Contact</h4><p>Spark Communications</p><p>Mary Ong / John Low</p><p>6222 1818 / 6222 1819</p>"),
        (
            "<h4>For media enquiries</h4><p>Mary Ong</p><p>Spark PR for Harbour Lift</p><p>+65 6222 1818"
            "</p><p>mary@sparkpr.sg</p>"
        ),
        "<p>Our unit at Ubi Techpark is managed by Knight Estates (6222 1818).</p>",
        "<p>Bank: UOB, Jurong branch (6222 1818), account 123-456-789-0</p>",
        "<ul><li>BCA – 1800 342 5222</li><li>MOM – 6438 5122</li><li>SPF – 999</li></ul>",
        "<p>Nearest A&E: Ng Teng Fong General Hospital, 6222 1818</p>",
        (
            "<footer>© 2024 Harbour Lift. Site by <a href='https://pixelcraft.sg'>Pixelcraft</a>, call "
            "<a href='tel:62221818'>6222 1818</a></footer>"
        ),
        "<div class='cookie'>Cookie consent by CookieHub, support +1 202 555 0143</div>",
        "<p>Please note that our old number 6222 1818 is no longer in use.</p>",
        "<p>Scam alert: calls from +65 6222 1818 claiming to be us are fake.</p>",
    ],
)
def test_a_number_of_another_organisation_is_left_out(body: str) -> None:
    """Whoever made the site, agencies, authorities, customers, other firms, venues, landlords, banks."""
    assert phones_on(f"{OWN}{body}{FOOT}") == {NUMBER}


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (
            ".de",
            (
                "<p>Telefon: 030 901820</p><h3>Zuständige Aufsichtsbehörde</h3>"
                "<p>Berliner Beauftragte für Datenschutz und Informationsfreiheit</p><p>Alt-Moabit 59-61</p>"
                "<p>10555 Berlin</p><p>Telefon: 030 138890</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Telefon: 030 901820</p>"
                "<p>Beschwerden: Landesbeauftragte für den Datenschutz Niedersachsen, Prinzenstraße 5,"
                " Hannover, Telefon 0511 120-4500</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            ("<p>Telefon: 030 901820</p><p>Zuständige Kammer: IHK Berlin, Fasanenstraße 85, Tel. 030 315100</p>"),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Telefon: 030 901820</p><h4>Berufshaftpflichtversicherung</h4><p>Allianz Versicherungs-AG"
                "</p><p>10900 Berlin</p><p>Tel. 030 53830</p>"
            ),
            "+4930901820",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p><h3>Hébergement</h3><p>OVH SAS</p>"
                "<p>2 rue Kellermann, 59100 Roubaix</p><p>Tél. : 09 72 10 10 07</p>"
            ),
            "+33142685300",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p>"
                "<p>Le site est hébergé par OVH, 2 rue Kellermann, 59100 Roubaix, téléphone 09 72 10 10 07."
                "</p>"
            ),
            "+33142685300",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p>"
                "<p>Vous pouvez saisir la CNIL, 3 place de Fontenoy, 75007 Paris, tél. 01 53 73 22 22.</p>"
            ),
            "+33142685300",
        ),
        (
            ".nl",
            (
                "<p>Tel 020 624 1111</p>"
                "<p>U kunt een klacht indienen bij de Autoriteit Persoonsgegevens (088 1805 250).</p>"
            ),
            "+31206241111",
        ),
        (
            ".com.au",
            (
                "<p>Ph 02 9222 4444</p>"
                "<p>You may complain to the Office of the Australian Information Commissioner on 1300 363"
                " 992.</p>"
            ),
            "+61292224444",
        ),
        (
            ".com.au",
            ("<p>Ph 02 9222 4444</p><p>If you need support call Lifeline 13 11 14 or Beyond Blue 1300 22 4636.</p>"),
            "+61292224444",
        ),
        (
            ".co.uk",
            (
                "<p>Tel 020 7946 0958</p>"
                "<p>Information Commissioner's Office, Wycliffe House, Wilmslow, SK9 5AF. Helpline number:"
                " 0303 123 1113</p>"
            ),
            "+442079460958",
        ),
        (
            ".co.uk",
            ("<p>Tel 020 7946 0958</p><p>Smell gas? Call the National Gas Emergency Service on 0800 111 999.</p>"),
            "+442079460958",
        ),
        (".co.uk", "<p>Tel 020 7946 0958</p><p>Financial Ombudsman Service: 0800 023 4567</p>", "+442079460958"),
        (".com.hk", "<p>T: 2522 1188</p><p>香港個人資料私隱專員公署 2827 2827</p>", "+85225221188"),
        (".co.jp", "<p>TEL 03-3222-4444</p><p>制作：株式会社ウェブ工房 TEL 03-5555-1234</p>", "+81332224444"),
        (".co.jp", "<p>TEL 03-3222-4444</p><p>緊急時は110番・119番。丸の内警察署 03-3213-0110</p>", "+81332224444"),
        (
            ".co.nz",
            ("<p>Ph 09 222 4444</p><p>Office of the Privacy Commissioner, PO Box 10094, Wellington. 0800 803 909</p>"),
            "+6492224444",
        ),
        (".in", "<p>Tel: 022 2266 7418</p><p>National Consumer Helpline: 1800 11 4000</p>", "+912222667418"),
        (
            ".com.my",
            "<p>Tel: 03-7955 1212</p><p>Aduan: Jabatan Perlindungan Data Peribadi, 03-8000 8000</p>",
            "+60379551212",
        ),
        (
            ".ch",
            (
                "<p>Tel 044 668 18 00</p>"
                "<p>Eidgenössischer Datenschutz- und Öffentlichkeitsbeauftragter (EDÖB), Feldeggweg 1, 3003"
                " Bern, Tel. 058 462 43 95</p>"
            ),
            "+41446681800",
        ),
        (
            ".dk",
            (
                "<p>Tlf. 33 12 34 56</p>"
                "<p>Du kan klage til Datatilsynet, Carl Jacobsens Vej 35, 2500 Valby, tlf. 33 19 32 00.</p>"
            ),
            "+4533123456",
        ),
    ],
)
def test_authorities_and_hosts_abroad_are_left_out(domain: str, body: str, numbers: str) -> None:
    """In their countries' words."""
    assert phones_on(body, domain) == set(numbers.split())


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
        "Council for Crane Operators: 1800-643 2555",
        "Unhappy? Lifting Regulator 6888 1234.",
        "Police 999, ambulance 995. Visitor line 6888 1234.",
        "Visitor line (not us): 6888 1234",
        "Smell gas? Call the leak line on 6888 1234 before you call us.",
        "For pianos we refer to Ben Low at Elm Keys, 6888 1234.",
        "Kontrol: Fødevarestyrelsen, tlf. 6888 1234",
        "Elsäkerhetsverket nås på 6888 1234",
        "<h3>Importers</h3><p>Germany: Bootshaus Krug, Hr. Krug, Inhaber, +49 4321 60 02 44",
        "<h3>Who we work with</h3><p>Engineering: Coastal Structural (6888 1234)",
        "<h3>Hotlines of the big insurers</h3><p>Plains Mutual 1-800-555-0199",
    ],
)
def test_numbers_to_turn_to_elsewhere_are_left_out(said: str) -> None:
    """Regulators, rescuers, other firms that a page refers to."""
    assert phones_on(f"{OWN}<p>{said}</p>{FOOT}") == {NUMBER}


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
