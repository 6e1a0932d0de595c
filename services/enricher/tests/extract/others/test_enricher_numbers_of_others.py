"""Numbers of other organisations, which are left out."""

import pytest

from testkit.enrichment.extraction import phones_on

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
