"""Numbers of others in twelve countries' words, and the company's own beside such words."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def phones_on(body: str, domain: str = ".com.sg") -> set[str]:
    page = parse_html(f"https://harbourlift{domain}/contact", f"<title>Harbour Lift Pte Ltd</title>{body}")
    return {it.value for it in extract([page]).contacts if it.kind == "phone"}


FOOT = "<p>© 2024 Harbour Lift Pte Ltd</p>"


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (
            ".com.au",
            "<p>Ph 02 9222 4444</p><p>Swallowed? Call the Poisons Information Centre on 13 11 26.</p>",
            "+61292224444",
        ),
        (
            ".com.au",
            "<p>Ph 02 9222 4444</p><p>Dial Before You Dig: 1100. Energy Safe Victoria 1800 800 158</p>",
            "+61292224444",
        ),
        (".com.au", "<p>Ph 02 9222 4444</p><p>For flood help call the SES on 132 500.</p>", "+61292224444"),
        (".com.au", "<p>Ph 02 9222 4444</p><p>NSW Fair Trading: 13 32 20</p>", "+61292224444"),
        (
            ".com.au",
            (
                "<p>Ph 02 9222 4444</p>"
                "<p>Complaints not resolved? AFCA, GPO Box 3, Melbourne VIC 3001, 1800 931 678,"
                " info@afca.org.au</p>"
            ),
            "+61292224444",
        ),
        (".com.au", "<p>Ph 02 9222 4444</p><p>TIS interpreting service: 131 450</p>", "+61292224444"),
        (".com.au", "<p>Ph 02 9222 4444</p><p>National Relay Service 133 677</p>", "+61292224444"),
        (
            ".com.au",
            "<p>Ph 02 9222 4444</p><p>Insured with QBE Insurance, policy 12345, claims 133 723</p>",
            "+61292224444",
        ),
        (
            ".co.uk",
            "<p>Tel 020 7946 0958</p><p>Gas emergencies: National Gas 0800 111 999 (free).</p>",
            "+442079460958",
        ),
        (
            ".co.uk",
            "<p>Tel 020 7946 0958</p><p>Power cut? Call 105 or UK Power Networks on 0800 31 63 105.</p>",
            "+442079460958",
        ),
        (
            ".co.uk",
            (
                "<p>Tel 020 7946 0958</p>"
                "<p>Authorised and regulated by the Financial Conduct Authority (FRN 123456). FCA consumer"
                " helpline 0800 111 6768.</p>"
            ),
            "+442079460958",
        ),
        (".co.uk", "<p>Tel 020 7946 0958</p><p>Citizens Advice consumer service: 0808 223 1133</p>", "+442079460958"),
        (
            ".co.uk",
            "<p>Tel 020 7946 0958</p><p>Feeling low? Samaritans: 116 123, or Childline 0800 1111.</p>",
            "+442079460958",
        ),
        (".co.uk", "<p>Tel 020 7946 0958</p><p>Acas helpline 0300 123 1100</p>", "+442079460958"),
        (
            ".co.uk",
            ("<p>Tel 020 7946 0958</p><p>Nearest hospital: St Mary's Hospital, Praed Street, 020 3312 6666</p>"),
            "+442079460958",
        ),
        (".co.uk", "<p>Tel 020 7946 0958</p><p>Our unit is let by Segro plc (020 7451 9100).</p>", "+442079460958"),
        (".co.uk", "<p>Tel 020 7946 0958</p><p>Our accountants are Smith & Sons, 020 7946 0111.</p>", "+442079460958"),
        (
            ".co.uk",
            "<p>Tel 020 7946 0958</p><p>Brochure printed by Greenline Press, 020 7946 0111</p>",
            "+442079460958",
        ),
        (".de", "<p>Tel. 030 901820</p><p>Bankverbindung: Berliner Sparkasse, Tel. 030 869869</p>", "+4930901820"),
        (
            ".de",
            ("<p>Tel. 030 901820</p><p>Ärztlicher Bereitschaftsdienst: 116117. Giftnotruf Berlin: 030 19240</p>"),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p>"
                "<p>Aufsichtsbehörde: Handwerkskammer Berlin, Blücherstraße 68, 10961 Berlin, Telefon +49 30"
                " 25903-01</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p>"
                "<p>Zuständige Kammer: Ärztekammer Berlin, Friedrichstraße 16, 10969 Berlin, Tel. 030 408060"
                "</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            "<p>Tel. 030 901820</p><p>Konzept, Design & Umsetzung: Pixelwerk GmbH, Tel. 030 5550123</p>",
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p>"
                "<p>Diese Website wird gehostet bei Strato AG, Otto-Ostrowski-Straße 7, 10249 Berlin, Tel."
                " 030 300146</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p><h3>Pressekontakt</h3><p>Wortlaut PR GmbH</p><p>Anna Berg</p>"
                "<p>Tel. 030 5550123</p>"
            ),
            "+4930901820",
        ),
        (".de", "<p>Tel. 030 901820</p><h3>Referenzen</h3><p>Bäckerei Sommer, Tel. 030 5550123</p>", "+4930901820"),
        (".de", "<p>Tel. 030 901820</p><h3>Übernachtung</h3><p>Hotel Adler, Tel. 030 5550123</p>", "+4930901820"),
        (
            ".de",
            ("<p>Tel. 030 901820</p><p>Für Gäste haben wir ein Kontingent im Hotel Adler (Tel. 030 5550123).</p>"),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p><h2>Unsere Händler</h2><p>Werkzeug Maier, München, 089 555123</p>"
                "<p>Hebezeug Schmidt, Köln, 0221 555123</p>"
            ),
            "+4930901820",
        ),
        (
            ".de",
            (
                "<p>Tel. 030 901820</p><h2>Vertriebspartner</h2><h4>Österreich</h4><p>Kran & Co GmbH</p>"
                "<p>Wien</p><p>+43 1 5550123</p>"
            ),
            "+4930901820",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p>"
                "<p>Hébergeur : OVH SAS, 2 rue Kellermann, 59100 Roubaix – Tél. 09 72 10 10 07</p>"
            ),
            "+33142685300",
        ),
        (".fr", "<p>Tél. 01 42 68 53 00</p><p>Conception du site : Agence Pixel – 01 40 20 30 40</p>", "+33142685300"),
        (".fr", "<p>Tél. 01 42 68 53 00</p><p>Site réalisé par Studio Lune (04 78 00 11 22)</p>", "+33142685300"),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p>"
                "<p>Médiateur de la consommation : CM2C, 14 rue Saint Jean, 75017 Paris, 01 89 47 00 14</p>"
            ),
            "+33142685300",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p>"
                "<p>Urgences : SAMU 15, pompiers 18. Centre antipoison de Paris : 01 40 05 48 48</p>"
            ),
            "+33142685300",
        ),
        (
            ".fr",
            (
                "<p>Tél. 01 42 68 53 00</p><h3>Contact presse</h3><p>Agence Relief RP</p><p>Julie Morel</p>"
                "<p>01 40 20 30 40</p>"
            ),
            "+33142685300",
        ),
        (
            ".fr",
            ("<p>Tél. 01 42 68 53 00</p><h2>Nos distributeurs</h2><p>Levage Sud, Marseille, 04 91 00 11 22</p>"),
            "+33142685300",
        ),
        (
            ".fr",
            ("<p>Tél. 01 42 68 53 00</p><h2>Nos partenaires</h2><p>Levage Sud, Marseille, 04 91 00 11 22</p>"),
            "+33142685300",
        ),
        (".nl", "<p>Tel 020 624 1111</p><p>Website door Studio Plons, 030 123 4567</p>", "+31206241111"),
        (".nl", "<p>Tel 020 624 1111</p><p>Realisatie: Studio Plons (030 123 4567)</p>", "+31206241111"),
        (
            ".nl",
            "<p>Tel 020 624 1111</p><h2>Onze dealers</h2><p>Hijs Techniek Utrecht, 030 123 4567</p>",
            "+31206241111",
        ),
        (
            ".nl",
            "<p>Tel 020 624 1111</p><p>Geschillencommissie, Bordewijklaan 46, Den Haag, 070 310 53 10</p>",
            "+31206241111",
        ),
        (".nl", "<p>Tel 020 624 1111</p><p>Spoed? Bel 112. Huisartsenpost Amsterdam 088 003 0600.</p>", "+31206241111"),
        (".us", "<p>(202) 555-0143</p><p>Better Business Bureau: (202) 555-0177</p>", "+12025550143"),
        (".us", "<p>(202) 555-0143</p><p>Report unsafe work to OSHA at 1-800-321-6742.</p>", "+12025550143"),
        (".us", "<p>(202) 555-0143</p><p>Financing through First Summit Bank, (202) 555-0177.</p>", "+12025550143"),
        (
            ".us",
            "<p>(202) 555-0143</p><p>Warranty claims: contact Carrier Corp. at (202) 555-0177.</p>",
            "+12025550143",
        ),
        (".us", "<p>(202) 555-0143</p><p>Call 811 before you dig.</p>", "+12025550143"),
        (
            ".us",
            ("<p>(202) 555-0143</p><p>If you are in crisis call 988 or the Crisis Line at 1-800-555-0199.</p>"),
            "+12025550143",
        ),
        (".us", "<p>(202) 555-0143</p><p>Website by Bluefin Media · (202) 555-0177</p>", "+12025550143"),
        (
            ".us",
            (
                "<p>(202) 555-0143</p>"
                "<p>Book your room at the Hilton Garden Inn, (202) 555-0177, and ask for our rate.</p>"
            ),
            "+12025550143",
        ),
        (".co.jp", "<p>TEL 03-3222-4444</p><p>所轄保健所：中央保健所 03-5555-1234</p>", "+81332224444"),
        (".co.jp", "<p>TEL 03-3222-4444</p><p>広報代理店：株式会社スパーク 03-5555-1234</p>", "+81332224444"),
        (".co.jp", "<p>TEL 03-3222-4444</p><h2>販売代理店</h2><p>関西機工株式会社 06-6555-1234</p>", "+81332224444"),
        (".co.jp", "<p>TEL 03-3222-4444</p><h2>取引銀行</h2><p>みずほ銀行 丸の内支店 03-5555-1234</p>", "+81332224444"),
        (
            ".co.jp",
            "<p>TEL 03-3222-4444</p><p>消費者ホットライン 188、国民生活センター 03-3446-1623</p>",
            "+81332224444",
        ),
        (".com.my", "<p>Tel: 03-7955 1212</p><p>Aduan pengguna: KPDN 1-800-886-800</p>", "+60379551212"),
        (".com.my", "<p>Tel: 03-7955 1212</p><p>Kecemasan: 999. Balai Bomba Subang 03-5634 9444</p>", "+60379551212"),
        (
            ".com.my",
            (
                "<p>Tel: 03-7955 1212</p><h3>Our dealers</h3><p>Kedai Ah Meng, Ipoh - 05-255 1234</p>"
                "<p>Kedai Lim, Melaka - 06-283 1234</p>"
            ),
            "+60379551212",
        ),
        (".com.my", "<p>Tel: 03-7955 1212</p><p>Laman web oleh Webstudio KL (03-2161 1234)</p>", "+60379551212"),
        (".in", "<p>Tel: 022 2266 7418</p><p>SCORES helpline: 1800 266 7575 (SEBI)</p>", "+912222667418"),
        (
            ".in",
            (
                "<p>Tel: 022 2266 7418</p>"
                "<p>Registrar & Transfer Agent: KFin Technologies Ltd, Hyderabad, 040 6716 2222</p>"
            ),
            "+912222667418",
        ),
        (".com.hk", "<p>Tel: 2522 1188</p><p>投诉：消費者委員會 2929 2222</p>", "+85225221188"),
        (".com.hk", "<p>Tel: 2522 1188</p><p>ADCC 防騙易 18222；香港警察 2860 2000</p>", "+85225221188"),
        (".com.hk", "<p>Tel: 2522 1188</p><p>網頁設計：創意工房 2555 1234</p>", "+85225221188"),
        (".co.nz", "<p>Ph 09 222 4444</p><p>Disputes Tribunal 0800 268 787; Netsafe 0508 638 723</p>", "+6492224444"),
        (".co.nz", "<p>Ph 09 222 4444</p><p>WorkSafe New Zealand: 0800 030 040</p>", "+6492224444"),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Consumers Association of Singapore (CASE): 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Fair employment matters: TAFEP 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Charity portal / Commissioner of Charities: 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6777 1200</p><p>SP Services hotline for power failure: 1800 778 8888</p>", "+6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Sole distributor in Brunei: Seri Angkat, +673 245 0188</p>",
            "+6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><p>Our guest speaker, Dr Lim of Merlin Clinic (6222 1818), will talk.</p>"),
            "+6567771200",
        ),
        (
            ".com.sg",
            ('<p>Tel: 6777 1200</p><p>"They moved us in a day," says Tan Ah Kow of Merlin Foods (6222 1818).</p>'),
            "+6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p>"
                "<p>Applicants from Myanmar should call our licensed agency Golden Gate Employment at 6222"
                " 1818.</p>"
            ),
            "+6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><p>Deliveries after 6pm: leave with Ah Seng Kopitiam next door, 6222 1818.</p>"),
            "+6567771200",
        ),
        (".com.sg", "<p>Tel: 6777 1200</p><p>Donate to Lantern Hope Society, 6222 1818</p>", "+6567771200"),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>We sponsor Boon Lay Garden Primary School (6222 1818).</p>",
            "+6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><p>Lunch for visitors: Canteen by Ah Hock Foods Pte Ltd, 6222 1818</p>",
            "+6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Recommended movers</h3><p>Shalom Movers 6222 1818</p><p>Vimbox 6222 1819</p>"),
            "+6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Memberships</h3><p>Singapore Lift Association, 6222 1818</p>",
            "+6567771200",
        ),
    ],
)
def test_numbers_of_others_are_left_out_in_many_countries(domain: str, body: str, numbers: str) -> None:
    """Help lines, chambers, agencies, hosts, dealers, banks."""
    assert phones_on(f"{body}{FOOT}", domain) == set(numbers.split())


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
