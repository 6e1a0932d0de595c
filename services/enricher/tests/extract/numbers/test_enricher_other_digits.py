"""Digits that are no telephone number."""

import pytest

from testkit.enrichment.extraction import phones_on

OWN, FOOT = "<p>Tel: 6777 1200</p>", "<p>© 2024 Harbour Lift Pte Ltd</p>"
NUMBER = "+6567771200"


@pytest.mark.parametrize(
    "body",
    [
        "<p>UEN 201912345K</p>",
        "<p>UEN: 53312345D</p>",
        "<p>ROC No. 197801234N</p>",
        "<p>GST Reg No. M2-0012345-6</p>",
        "<p>GST Registration No: 19-7801234-N</p>",
        "<p>VAT GB 123 4567 89</p>",
        "<p>VAT no. 123456789</p>",
        "<p>Company number 06123456</p>",
        "<p>Registered in England No. 61234567</p>",
        "<p>ISO 9001:2015, ISO 14001:2015, ISO 45001:2018</p>",
        "<p>Certificate No: 61234567</p>",
        "<p>Cert. no. SG 6123 4567</p>",
        "<p>Account: 6123 4567</p>",
        "<p>DBS current account 003-912345-6</p>",
        "<p>A/C 61234567</p>",
        "<p>IBAN DE89 3704 0044 0532 0130 00</p>",
        "<p>PayNow UEN 201912345K001</p>",
        "<p>Price: S$ 61,234,567</p>",
        "<p>$6123 4567</p>",
        "<p>61 234 567 SGD</p>",
        "<p>Singapore 637777</p>",
        "<p>1.3123456, 103.6123456</p>",
        "<p>N 1° 18.123' E 103° 51.456'</p>",
        "<p>ISBN 978-981-6123-456-7</p>",
        "<p>ISBN-13: 9789816123456</p>",
        "<p>ISSN 6123-4567</p>",
        "<p>Part no. 6123-4567</p>",
        "<p>P/N 61234567</p>",
        "<p>Model 6123 4567</p>",
        "<p>Order code: 6123.4567</p>",
        "<p>SKU 61234567</p>",
        "<p>SKU: 6123-4567</p>",
        "<p>UA-61234567-1</p>",
        "<p>Pixel ID 612345678901234</p>",
        "<p>Order #61234567</p>",
        "<p>Invoice 61234567</p>",
        "<p>Tracking number: 6123 4567</p>",
        "<p>31.12.2024 – 02.01.2025</p>",
        "<p>2024-12-31 10:30</p>",
        "<p>0800 - 1830 hrs</p>",
        "<p>Mon-Fri 08:30-18:30, Sat 0900-1300</p>",
        "<p>1987 1998 2004 2019</p>",
        "<p>BCA Licence: 6123 4567</p>",
        "<p>EA License No. 12C3456 / Reg No. R1234567</p>",
        "<p>MCR 61234567</p>",
        "<p>CR No. 61234567</p>",
        "<p>BR No.: 61234567-000</p>",
        "<p>6123 x 4567 mm</p>",
        "<p>61 234 567 passengers</p>",
        "<p>6123 4567 visitors a year</p>",
        "<p>More than 61234567 lifts</p>",
        "<p>D-U-N-S 61-234-5678</p>",
        "<p>HS 8428.1000</p>",
        "<p>Tender ref 6123 4567</p>",
        "<p>Contract no: 61234567</p>",
        "<p>Document 6123-4567 rev 2</p>",
        "<p>US Patent 6,123,456</p>",
        "<p>Patent No. 61234567</p>",
        "<p>S6123456D</p>",
        "<p>Meeting ID: 812 3456 7890 Passcode: 612345</p>",
        "<p>Zoom 6123 4567 890</p>",
        "<p>Lot 6123 4567</p>",
        "<p>CSN: 61234567A-PTE-01</p>",
        "<p>#61-23 4567</p>",
        "<p>fb.com/61234567</p>",
        "<p>IP 61.234.56.7</p>",
        "<p>v6.12.34567</p>",
        "<p>Build 61234567</p>",
        "<p>Membership no. 6123 4567</p>",
        "<p>Business Reg. 61234567</p>",
        "<p>LEI 5493001KJTIIGC8Y1R12</p>",
        "<p>Permit 61234567</p>",
        "<p>Project ID 61234567</p>",
        "<p>Ref: 6123-4567</p>",
        "<p>Our reference 6123 4567</p>",
        "<p>Job ID: 61234567</p>",
        "<p>Case no. 6123 4567</p>",
        "<p>IMO 9123456, MMSI 563123456</p>",
        "<p>Lat 1.3123 Long 103.6123</p>",
        "<p>S/N 6123 4567</p>",
        "<p>Batch 6123 4567</p>",
        "<p>61234567 kg</p>",
        "<p>Policy 6123 4567</p>",
        "<p>Bill of lading 61234567</p>",
        "<p>EAN 8801234567890</p>",
        "<p>doi:10.1234/6123.4567</p>",
        "<script>var phone='+6562221818';dataLayer.push({id:'62221818'})</script>",
        "<style>.a{width:62221818px}</style>",
        (
            "<div data-id='62221818' data-phone-x='+65 6222 1818'></div>"
            "<input placeholder='e.g. 6222 1818' value='6222 1818'>"
        ),
        "<!-- old number 6222 1818 -->",
        "<noscript><img src='https://www.facebook.com/tr?id=62221818&ev=PageView'></noscript>",
        ("<noscript><iframe src='https://www.googletagmanager.com/ns.html?id=GTM-62221818'></iframe></noscript>"),
        "<select><option>Singapore (+65)</option><option>Malaysia (+60)</option></select>",
        "<label>Your phone (e.g. +65 9123 4567)</label><input name=phone>",
        "<p>Phone number*</p><p>Format: 9123 4567</p>",
        "<table><tr><td>_ga</td><td>GA1.2.61234567.1612345678</td><td>2 years</td></tr></table>",
        "<textarea>6222 1818</textarea>",
        "<input type=hidden value=62221818>",
    ],
)
def test_other_digits_are_none(body: str) -> None:
    """Registrations, accounts, orders, parts, dates, what nobody sees."""
    assert phones_on(OWN + body) == {NUMBER}


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".com.au", "<p>ABN 51 824 753 556</p><p>ACN 004 085 616</p>", ""),
        (".com.au", "<p>ABN: 61 234 567 891 | ACN: 234 567 891</p>", ""),
        (".com.au", "<p>Builder's licence 212345678C, QBCC 1234567, AFSL 234567, BSB 062-000 Acc 1023 4567</p>", ""),
        (
            ".de",
            (
                "<p>Registergericht: Amtsgericht München, HRB 123456</p><p>USt-IdNr.: DE 123 456 789</p>"
                "<p>Steuernummer: 143/123/45678</p>"
            ),
            "",
        ),
        (
            ".de",
            (
                "<p>Handelsregister: HRB 0301 23456</p><p>St.-Nr. 030/123/45678</p>"
                "<p>BLZ 370 400 44 Kto. 0532 013 000</p>"
            ),
            "",
        ),
        (".fr", "<p>SIRET 552 100 554 00025 – RCS Paris B 552 100 554 – TVA FR 01 552 100 554 – NAF 2822Z</p>", ""),
        (".fr", "<p>SIREN : 0142685300</p><p>RCS 142 685 300</p><p>Capital social : 1 000 000 €</p>", ""),
        (
            ".nl",
            (
                "<p>KvK 20624111</p><p>KvK-nummer: 0206241111</p><p>BTW NL 0206.24.111.B01</p>"
                "<p>IBAN NL91 ABNA 0417 1643 00</p>"
            ),
            "",
        ),
        (".in", "<p>CIN: U72200MH2004PTC145678</p><p>GSTIN 27AABCU9603R1ZM</p><p>PAN AABCU9603R</p>", ""),
        (
            ".in",
            (
                "<p>Udyam: UDYAM-MH-19-0012345</p><p>MSME 9876543210</p><p>FSSAI Lic. No. 11516012000456</p>"
                "<p>IEC 0304012345</p>"
            ),
            "",
        ),
        (".co.nz", "<p>NZBN 9429 0412 34567</p><p>Company No. 3512345</p><p>GST 61-234-567</p>", ""),
        (
            ".co.uk",
            (
                "<p>Company registered in England and Wales no. 02071234567</p><p>VAT Reg 207 1234 567</p>"
                "<p>Charity no. 1123456</p><p>FCA 123456</p><p>Sort code 20-71-23 Account 12345678</p>"
            ),
            "",
        ),
        (
            ".com.my",
            (
                "<p>(Co. No. 198001012345 (61234-X))</p><p>SSM 202001034567 (1390887-H)</p>"
                "<p>SST No: W10-1808-32000123</p>"
            ),
            "",
        ),
        (".com.my", "<p>No. Syarikat: 0379551212</p><p>TIN C 2584563222</p><p>Acc: 5123 4567 8901 (Maybank)</p>", ""),
        (".co.id", "<p>NPWP: 01.234.567.8-012.000</p><p>NIB 0212345678901</p><p>No. Rek. BCA 0215290123</p>", ""),
        (
            ".co.jp",
            (
                "<p>法人番号 3010001012345</p><p>〒103-0027</p><p>登録番号 T3010001012345</p><p>口座番号 0332224444</p>"
                "<p>建設業許可 第0332224444号</p>"
            ),
            "",
        ),
        (
            ".ch",
            (
                "<p>CHE-123.456.789 MWST</p><p>UID CHE-109.322.551</p><p>IBAN CH93 0076 2011 6238 5295 7</p>"
                "<p>PC 30-123456-7</p>"
            ),
            "",
        ),
        (
            ".dk",
            ("<p>CVR 33123456</p><p>CVR-nr.: 33 12 34 56</p><p>Reg. 3312 Konto 33123457</p><p>EAN 5798001234567</p>"),
            "",
        ),
        (".no", ("<p>Org.nr. 912 345 678 MVA</p><p>Organisasjonsnummer 22123456</p><p>Kontonr 2212 34 56789</p>"), ""),
        (
            ".se",
            ("<p>Org.nr 556123-4567</p><p>Bankgiro 5555-1234</p><p>Plusgiro 12 34 56-7</p><p>VAT SE556123456701</p>"),
            "",
        ),
        (".fi", "<p>Y-tunnus 0912345-6</p><p>Business ID 0912345-6</p>", ""),
        (".com.hk", "<p>BR No. 25221188-000-01-23-4</p><p>CR No. 2522118</p><p>Company No. 25221188</p>", ""),
        (
            ".us",
            (
                "<p>EIN 12-3456789</p><p>License #2025550123</p><p>DOT 2025550</p><p>NPI 2025550123</p>"
                "<p>Routing 021000021 Account 2025550143</p>"
            ),
            "",
        ),
        (".us", "<p>Portland, OR 97209-1234</p>", ""),
    ],
)
def test_registrations_of_a_country_are_none(domain: str, body: str, numbers: str) -> None:
    """Though their digits would make a number."""
    assert phones_on(body, domain) == set(numbers.split())
