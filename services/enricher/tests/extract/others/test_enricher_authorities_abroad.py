"""Numbers of authorities, hosts and insurers in other countries' words, which are left out."""

import pytest

from testkit.enrichment.extraction import phones_on


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
