"""Numbers of branches abroad, read by the country that stands above them."""

import pytest

from testkit.enrichment.extraction import phones_on


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
