"""Numbers of others in the words of Australia, Europe and the United States, which are left out."""

import pytest

from testkit.enrichment.extraction import phones_on

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
    ],
)
def test_numbers_of_others_are_left_out_in_many_countries(domain: str, body: str, numbers: str) -> None:
    """Help lines, chambers, agencies, hosts, dealers, banks."""
    assert phones_on(f"{body}{FOOT}", domain) == set(numbers.split())
