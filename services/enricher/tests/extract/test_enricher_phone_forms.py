"""Telephone numbers in the forms of many countries, as pages write them."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def phones_on(body: str, domain: str = ".com.sg") -> set[str]:
    page = parse_html(f"https://harbourlift{domain}/contact", f"<title>Harbour Lift Pte Ltd</title>{body}")
    return {it.value for it in extract([page]).contacts if it.kind == "phone"}


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".com.sg", "<p>Tel 6777 1200 ext. 12</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200 x12</p>", "+6567771200"),
        (".com.sg", "<p>Tel: (65) 6777 1200 ext 301 / 302</p>", "+6567771200"),
        (".us", "<p>(202) 555-0143 x204</p>", "+12025550143"),
        (".com.sg", "<p>Tel 6777 1200 #12</p>", "+6567771200"),
        (
            ".com.sg",
            (
                "<a href='tel:+6567771200,12'>Call</a><a href='tel:+6567771200;ext=12'>Call</a>"
                "<a href='tel:+6567771200p12'>x</a>"
            ),
            "+6567771200",
        ),
        (".com.sg", "<p>Tel 6777 1200 (DID: 6777 1234)</p>", "+6567771200 +6567771234"),
        (".de", "<p>Tel. 030 / 901 82 - 0</p>", "+4930901820"),
        (".de", "<p>Tel.: +49 (0)30 90182-0, Fax: -99</p>", "+4930901820"),
        (".de", "<p>Telefon (030) 901 82-0 · Telefax (030) 901 82-199</p>", "+4930901820"),
        (".de", "<p>Zentrale: 0711 / 2234-0<br>Durchwahl Vertrieb: -15</p>", "+4971122340"),
        (".de", "<p>Tel. 0711 22345-11 bis -15</p>", "+497112234511"),
        (".de", "<p>Tel 0711/22345-11 / -12</p>", "+497112234511 +497112234512"),
        (".com.sg", "<p>Tel: 6777 1200 / 68</p>", "+6567771200 +6567771268"),
        (".com.sg", "<p>Tel: 6777 1200/1</p>", "+6567771200 +6567771201"),
        (".com.sg", "<p>Tel: 6777 1200 / 6777 1234</p>", "+6567771200 +6567771234"),
        (".com.sg", "<p>Tel: (65) 6777 1200/6777 1234</p>", "+6567771200 +6567771234"),
        (".com.sg", "<p>Tel: 6777 1200, 6777 1234 &amp; 6777 1235</p>", "+6567771200 +6567771234 +6567771235"),
        (".com.sg", "<p>Tel: 6777 1200 / 1234</p>", "+6567771200 +6567771234"),
        (".com.sg", "<p>+65 6777 1200 | 9123 4567</p>", "+6567771200 +6591234567"),
        (".com.sg", "<p>Tel: 6777 1200 or 1234</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777-1200 ~ 2</p>", "+6567771200"),
        (".com.my", "<p>Tel: 03-7955 1212/1213/1214</p>", "+60379551212 +60379551213 +60379551214"),
        (".com.my", "<p>Tel: 03-7955 1212 / 13 / 14</p>", "+60379551212 +60379551213 +60379551214"),
        (".com.sg", "<p>Tel: +6567771200/67771234</p>", "+6567771200 +6567771234"),
        (".in", "<p>Ph: 022-2266 7418/19/20</p>", "+912222667418 +912222667419 +912222667420"),
        (".com.sg", "<p>Tel: 6777 1200 &ndash; 03</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6777 1200 (3 lines)</p>", "+6567771200"),
        (".co.jp", "<p>TEL 03-3222-4444(代)</p>", "+81332224444"),
        (".com.sg", "<p>Tel: <span>+65</span> <span>6777</span> <span>1200</span></p>", "+6567771200"),
        (".com.sg", "<div>Tel</div><div><span>(65)</span><span>6777</span><span>1200</span></div>", "+6567771200"),
        (".com.sg", "<p>Tel: <b>+65</b> 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>+65 <a href='tel:+6567771200'>6777&nbsp;1200</a></p>", "+6567771200"),
        (".com.au", "<p>Call (02) <strong>9222 4444</strong></p>", "+61292224444"),
        (
            ".co.uk",
            ("<span class='country'>+44</span><span class='area'>(0)20</span><span class='num'>7946 0958</span>"),
            "+442079460958",
        ),
        (".com.sg", "<p>Tel: 6777<!-- -->1200</p>", "+6567771200"),
        (".com.sg", "<p>Tel: <!-- -->+65 6777 1200<!-- --> (office)</p>", "+6567771200"),
        (".co.uk", "<p>+44 (0) 20 7946 0958</p>", "+442079460958"),
        (".co.uk", "<p>+44(0)2079460958</p>", "+442079460958"),
        (".de", "<p>+49 (0)30-901820</p>", "+4930901820"),
        (".de", "<p>0049 (0) 30 / 901820</p>", "+4930901820"),
        (".ch", "<p>+41 (0)44 668 18 00</p>", "+41446681800"),
        (".fr", "<p>+33 (0)1 42 68 53 00</p>", "+33142685300"),
        (".nl", "<p>+31 [0]20 624 1111</p>", "+31206241111"),
        (".com.au", "<p>(+61) (0)2 9222 4444</p>", "+61292224444"),
        (".com.my", "<p>+6 03-7955 1212</p>", "+60379551212"),
        (".com.my", "<p>+603 7955 1212, +6 012-345 6789</p>", "+60123456789 +60379551212"),
        (".com.my", "<p>+60 03-7955 1212</p>", "+60379551212"),
        (".com.my", "<p>(6)03-7955 1212</p>", "+60379551212"),
        (".com.sg", "<p>(65) 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>(+65) 6777-1200</p>", "+6567771200"),
        (".com.sg", "<p>65-6777-1200</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 65 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>T +65.6777.1200</p>", "+6567771200"),
        (".com.sg", "<p>+65–6777–1200</p>", "+6567771200"),
        (".com.sg", "<p>+65/67771200</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6567771200</p>", "+6567771200"),
        (".com.sg", "<p>00 65 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>0065-67771200</p>", "+6567771200"),
        (".us", "<p>011 65 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>From the US dial 011-65-6777-1200</p>", "+6567771200"),
        (".co.jp", "<p>International: +81-3-3222-4444</p>", "+81332224444"),
        (".fr", "<p>01.42.68.53.00</p>", "+33142685300"),
        (".us", "<p>202.555.0143</p>", "+12025550143"),
        (".ch", "<p>044 668 18 00</p>", "+41446681800"),
        (".com.au", "<p>02.9222.4444</p>", "+61292224444"),
        (".de", "<p>030/901820</p>", "+4930901820"),
        (".com.au", "<p>0412 345 678</p>", "+61412345678"),
        (".com.my", "<p>H/P: 012-345 6789</p>", "+60123456789"),
        (".in", "<p>Mob: +91 98765 43210, 98765-43211</p>", "+919876543210 +919876543211"),
        (".in", "<p>Tel: 022 2266 7418</p>", "+912222667418"),
        (".co.id", "<p>HP/WA: 0812-3456-7890</p>", "+6281234567890"),
        (".com.hk", "<p>T: 2522 1188</p>", "+85225221188"),
        (".com.hk", "<p>(852) 2522-1188</p>", "+85225221188"),
        (".com", "<p>1 Main St, Portland, OR 97209</p><p>(503) 222-3333</p>", "+15032223333"),
        (".com", "<p>12 King Street, London EC2V 8AA</p><p>020 7946 0958</p>", "+442079460958"),
        (".com", "<p>12/F, Wing On House, Central, Hong Kong</p><p>Tel: 2522 1188</p>", "+85225221188"),
        (".com", "<p>Level 5, 12 Kent St, Sydney, NSW, 2000</p><p>02 9222 4444</p>", "+61292224444"),
        (".com", "<p>Andheri East, Mumbai 400069, India</p><p>022 2266 7418</p>", "+912222667418"),
        (".com", "<html lang='nl'><p>Keizersgracht 12, 1015 CX Amsterdam</p><p>020 624 1111</p>", "+31206241111"),
        (".com", "<p>Hauptstraße 5, 10827 Berlin</p><p>030 901820</p>", "+4930901820"),
        (".com", "<p>12 rue de Rivoli, 75001 Paris, France</p><p>01 42 68 53 00</p>", "+33142685300"),
        (".com", "<p>東京都千代田区丸の内1-1</p><p>03-3222-4444</p>", "+81332224444"),
        (".com", "<p>12 Queen Street, Auckland 1010, New Zealand</p><p>09 222 4444</p>", "+6492224444"),
        (".com", "<p>12 Jalan Ampang, 50450 Kuala Lumpur, Malaysia</p><p>03-2161 1234</p>", "+60321611234"),
        (".com", "<p>12 Tuas Ave 1, S637777</p><p>6777 1200</p>", "+6567771200"),
        (".com", "<p>12 Tuas Ave 1, Singapore</p><p>6777 1200</p>", "+6567771200"),
        (".com", "<p>Jl. Sudirman 5, Jakarta 10220, Indonesia</p><p>021 5290 1234</p>", "+622152901234"),
        (".com", "<p>Bahnhofstrasse 1, 8001 Zürich, Schweiz</p><p>044 668 18 00</p>", "+41446681800"),
    ],
)
def test_a_number_is_read_in_its_countrys_form(domain: str, body: str, numbers: str) -> None:
    """Extensions, neighbours, zeros and codes, parts in elements of their own, bare numbers of a site elsewhere."""
    assert phones_on(body, domain) == set(numbers.split())


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".com.au", "<p>Call 1300 654 321</p>", "+611300654321"),
        (".com.au", "<p>Phone: 13 27 42</p>", "+61132742"),
        (".com.au", "<p>Freecall 1800 654 321</p>", "+611800654321"),
        (".com.au", "<a href='tel:132742'>13 27 42</a>", "+61132742"),
        (".com.au", "<p>Call us on 131 450 any time</p>", "+61131450"),
        (".com.sg", "<p>Toll-free: 1800 342 5678</p>", "+6518003425678"),
        (".com.sg", "<p>Hotline 1800-342 5678 (Mon-Fri)</p>", "+6518003425678"),
        (".com.sg", "<p>Toll Free 800 101 3456</p>", "+658001013456"),
        (".co.uk", "<p>Freephone 0800 123 4567</p>", "+448001234567"),
        (".co.uk", "<p>Call 0333 200 1234 or 0345 606 1234</p>", "+443332001234 +443456061234"),
        (".co.uk", "<p>0845 123 4567</p>", "+448451234567"),
        (".de", "<p>Kostenlose Hotline: 0800 1234567</p>", "+498001234567"),
        (".de", "<p>Service: 0180 5 123456 (14 ct/min)</p>", "+491805123456"),
        (".co.jp", "<p>フリーダイヤル 0120-123-456</p>", "+81120123456"),
        (".co.jp", "<p>ナビダイヤル：0570-012-345</p>", "+81570012345"),
        (".com.my", "<p>Careline: 1-300-88-1234</p>", "+601300881234"),
        (".com.my", "<p>Toll free 1-800-88-1234</p>", "+601800881234"),
        (".com.my", "<p>Hotline 1300 88 1234</p>", "+601300881234"),
        (".in", "<p>Toll Free: 1800 123 4567</p>", "+9118001234567"),
        (".co.in", "<p>Toll Free No. 1800-103-1234</p>", "+9118001031234"),
        (".in", "<p>1860 500 1234</p>", "+9118605001234"),
        (".co.nz", "<p>0800 123 456 or 0508 123 456</p>", "+64508123456 +64800123456"),
        (".us", "<p>1-800-555-0199 or (888) 555-0123</p>", "+18005550199 +18885550123"),
        (".us", "<p>Call 1-800-FLOWERS</p>", ""),
        (".com.hk", "<p>Hotline: 2522 1188</p>", "+85225221188"),
        (".ch", "<p>Gratisnummer 0800 800 123</p>", "+41800800123"),
        (".fr", "<p>Numéro vert 0 800 123 456</p>", "+33800123456"),
        (".fr", "<p>N° Azur 0 810 123 456</p>", "+33810123456"),
        (".nl", "<p>Gratis 0800-1234 of 0800 0234567</p>", "+318000234567 +318001234"),
        (".nl", "<p>Bel 088 123 4567</p>", "+31881234567"),
        (".co.id", "<p>Bebas pulsa 0800 1 123456</p>", "+628001123456"),
        (".dk", "<p>Ring på 70 12 34 56</p>", "+4570123456"),
        (".com.au", "<a href='tel:1300654321'>1300 LIFT NOW</a>", "+611300654321"),
        (".com", "<p>12 Kent St, Sydney NSW 2000</p><p>Call 1300 654 321</p>", "+611300654321"),
    ],
)
def test_a_number_that_costs_nothing_is_the_companys(domain: str, body: str, numbers: str) -> None:
    """A short one that a whole country shares is, too."""
    assert phones_on(body, domain) == set(numbers.split())


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (
            ".com.sg",
            (
                "<h4>Malaysia office</h4><p>12 Jalan Ampang</p><p>50450 Kuala Lumpur</p><p>Tel: 03-2161 1234"
                "</p><p>Tel: 6777 1200</p>"
            ),
            "+60321611234 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>Johor Bahru</h3><p>Harbour Lift (M) Sdn Bhd</p>"
                "<p>No 5, Jalan Tebrau</p><p>80300 Johor Bahru</p><p>Johor</p><p>Tel</p><p>07-386 5521</p>"
            ),
            "+6073865521 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><div><h3>Malaysia</h3><p>5, Jalan 222, 46100 Petaling Jaya, Selangor"
                "</p><p>T 03 7955 1212 F 03 7955 1213</p></div>"
            ),
            "+60379551212 +6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Hong Kong</h3><p>12/F Wing On House, Central</p><p>Tel: 2522 1188</p>"),
            "+6567771200 +85225221188",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Sydney</h3><p>12 Kent St, Sydney NSW 2000</p><p>02 9222 4444</p>",
            "+61292224444 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Australia</h3><p>12 Kent St, Sydney NSW 2000</p><p>1300 654 321</p>",
            "+611300654321 +6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Houston</h3><p>1 Main St, Houston, TX 77002</p><p>(713) 222-3333</p>"),
            "+17132223333 +6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>London</h3><p>12 King Street, London EC2V 8AA</p><p>020 7946 0958</p>"),
            "+442079460958 +6567771200",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>India</h3><p>Andheri East, Mumbai 400069</p><p>98765 43210</p>",
            "+6567771200 +919876543210",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Batam</h3><p>Kawasan Industri Batamindo</p><p>Telp 0770 611 222</p>",
            "+62770611222 +6567771200",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Thailand</h3><p>88 Rama IV Road, Bangkok 10500</p><p>02 234 5678</p>"),
            "+6567771200 +6622345678",
        ),
        (
            ".com.my",
            (
                "<h3>HQ</h3><p>12 Jalan Ampang, 50450 Kuala Lumpur</p><p>03-2161 1234</p>"
                "<h3>Singapore branch</h3><p>12 Tuas Ave 1, Singapore 637777</p><p>6777 1200</p>"
            ),
            "+60321611234 +6567771200",
        ),
        (
            ".de",
            ("<p>Tel 030 901820</p><h3>Singapur</h3><p>12 Tuas Ave 1, Singapore 637777</p><p>Tel. 6777 1200</p>"),
            "+4930901820 +6567771200",
        ),
        (
            ".com.au",
            "<p>02 9222 4444</p><h3>Singapore</h3><p>12 Tuas Ave 1</p><p>6777 1200</p>",
            "+61292224444 +6567771200",
        ),
        (
            ".com.sg",
            (
                "<p>Tel: 6777 1200</p><h3>Vietnam</h3><p>12 Nguyen Hue, District 1, Ho Chi Minh City</p>"
                "<p>028 3823 4567</p>"
            ),
            "+6567771200 +842838234567",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>上海办事处</h3><p>上海市静安区南京西路1号</p><p>电话：021-5252 1234</p>",
            "+6567771200 +862152521234",
        ),
        (
            ".com.sg",
            ("<p>Tel: 6777 1200</p><h3>Japan</h3><p>1-1 Marunouchi, Chiyoda-ku, Tokyo</p><p>03-3222-4444</p>"),
            "+6567771200 +81332224444",
        ),
        (
            ".com.sg",
            "<p>Tel: 6777 1200</p><h3>Germany</h3><p>Hauptstraße 5, 10827 Berlin</p><p>030 901820</p>",
            "+4930901820 +6567771200",
        ),
    ],
)
def test_a_branch_abroad_is_of_the_country_above(domain: str, body: str, numbers: str) -> None:
    """By a heading or an address."""
    assert phones_on(body, domain) == set(numbers.split())


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".com.sg", "<a href='https://wa.me/6591234567'>x</a>", "+6591234567"),
        (".com.sg", "<a href='https://api.whatsapp.com/send/?phone=6591234567&text=hi'>x</a>", "+6591234567"),
        (".com.sg", "<a href='https://api.whatsapp.com/send?phone=%2B65%209123%204567'>x</a>", "+6591234567"),
        (".com.sg", "<a href='https://wa.me/65-9123-4567'>x</a>", "+6591234567"),
        (".com.sg", "<a href='https://web.whatsapp.com/send?text=a&phone=+65 9123 4567'>x</a>", "+6591234567"),
        (".com.sg", "<a href='https://wa.link/abc123'>WhatsApp 9123 4567</a>", "+6591234567"),
        (".com.sg", "<p>WhatsApp: wa.me/6591234567</p>", "+6591234567"),
        (
            ".com.sg",
            (
                "<a href='https://wa.me/?text=https%3A%2F%2Fharbourlift.com.sg%2F6591234567'>Share</a>"
                "<p>Tel: 6777 1200</p>"
            ),
            "+6567771200",
        ),
        (
            ".com.sg",
            "<a href='https://api.whatsapp.com/send?text=6591234567'>Share</a><p>Tel: 6777 1200</p>",
            "+6567771200",
        ),
        (".com.my", "<a href='https://wa.me/0123456789'>x</a>", "+60123456789"),
        (".com.sg", "<a href='whatsapp://send?phone=+6591234567'>x</a>", "+6591234567"),
        (".com.sg", "<a href='viber://chat?number=%2B6591234567'>x</a>", "+6591234567"),
    ],
)
def test_a_link_to_a_messenger_holds_a_number(domain: str, body: str, numbers: str) -> None:
    """One that shares a page does not."""
    assert phones_on(body, domain) == set(numbers.split())


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".co.jp", "<p>電話：０３－３２２２－４４４４</p>", "+81332224444"),
        (".co.jp", "<p>ＴＥＬ　０３（３２２２）４４４４　ＦＡＸ　０３（３２２２）４４４５</p>", "+81332224444"),
        (".com.sg", "<p>电话：＋６５ ６７７７ １２００</p>", "+6567771200"),
        (".com.sg", "<p>联系电话 6777 1200 传真号码 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>服务热线：6777 1200 ／ 图文传真：6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>手机/微信：9123 4567</p>", "+6591234567"),
        (".com.hk", "<p>客服專線 2522 1188</p>", "+85225221188"),
        (".co.jp", "<p>03（3222）4444</p>", "+81332224444"),
        (".co.jp", "<p>(03)3222-4444</p>", "+81332224444"),
        (".co.jp", "<p>03ー3222ー4444</p>", "+81332224444"),
        (".co.jp", "<p>０３‐３２２２‐４４４４</p>", "+81332224444"),
        (".co.jp", "<p>03の3222の4444</p>", ""),
        (".com.sg", "<p>QQ：67771299</p><p>Tel: 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>WeChat ID: 67771299</p><p>Tel: 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>粤ICP备12345678号-1 公网安备 44030502001234号</p><p>Tel: 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>邮编：637777</p><p>郵政編碼 637777</p><p>Tel: 6777 1200</p>", "+6567771200"),
    ],
)
def test_chinese_and_japanese_signs_are_read(domain: str, body: str, numbers: str) -> None:
    """Full-width digits and labels."""
    assert phones_on(body, domain) == set(numbers.split())


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".com.sg", "<p>&#54;&#55;&#55;&#55; &#49;&#50;&#48;&#48;</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6 7 7 7 1 2 0 0</p>", "+6567771200"),
        (".com.sg", "<p>+65 67 77 12 00</p>", "+6567771200"),
        (".com.sg", "<p>6777&nbsp;1200</p>", "+6567771200"),
        (".com.sg", "<p>6777&#8201;1200</p>", "+6567771200"),
        (".com.sg", "<p>6777&#8203;1200</p>", "+6567771200"),
        (".com.sg", "<p>6777&#8209;1200</p>", "+6567771200"),
        (".com.sg", "<p>Tel: 6777-12OO</p>", ""),
        (".com.sg", "<p>six seven seven seven one two zero zero</p>", ""),
        (".com.sg", "<p><span style='direction:rtl;unicode-bidi:bidi-override'>0021 7776</span></p>", ""),
        (".com.sg", "<p>Tel: [65] 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>Call ► 6777 1200 ◄</p>", "+6567771200"),
        (".com.sg", "<a href='tel:%2B65%2067771200'>x</a>", "+6567771200"),
        (".com.sg", "<a href='TEL:+65-6777-1200'>x</a>", "+6567771200"),
        (".com.sg", "<a href='tel: 6777 1200'>x</a>", "+6567771200"),
        (".com.sg", "<a href='tel:+656567771200'>6777 1200</a>", "+6567771200"),
        (".com.sg", "<a href='tel:006567771200'>x</a>", "+6567771200"),
        (".com.sg", "<a href='tel:+67771200'>6777 1200</a>", "+6567771200"),
        (".com.sg", "<a href='tel:+1234567890'>6777 1200</a>", "+6567771200"),
        (".com.sg", "<a href='tel:123-456-7890'>Call</a><p>Tel: 6777 1200</p>", "+6567771200"),
    ],
)
def test_a_disguised_number_is_read(domain: str, body: str, numbers: str) -> None:
    """It is read if its digits are there; that of a template is none."""
    assert phones_on(body, domain) == set(numbers.split())
