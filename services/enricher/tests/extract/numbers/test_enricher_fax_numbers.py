"""Fax numbers in any wording and markup."""

import pytest

from testkit.enrichment.extraction import phones_on


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
        (".de", "<p>Telefon: 030 901820</p><p>Telefax: 030 901821</p>", "+4930901820"),
        (".de", "<p>Fon 030 901820 · Fax 030 901821</p>", "+4930901820"),
        (".fr", "<p>Tél. : 01 42 68 53 00 – Télécopie : 01 42 68 53 01</p>", "+33142685300"),
        (".fr", "<p>Tél : 01 42 68 53 00 / Fax : 01 42 68 53 01</p>", "+33142685300"),
        (".nl", "<p>T: 020 624 1111 | F: 020 624 1112</p>", "+31206241111"),
        (".co.jp", "<p>TEL：03-3222-4444　FAX：03-3222-4445</p>", "+81332224444"),
        (".co.jp", "<p>電話番号 03-3222-4444</p><p>ＦＡＸ番号 03-3222-4445</p>", "+81332224444"),
        (
            ".co.jp",
            "<dl><dt>ファクス</dt><dd>03-3222-4445</dd><dt>でんわ</dt><dd>03-3222-4444</dd></dl>",
            "+81332224444",
        ),
        (".co.jp", "<p>ファクシミリ：03-3222-4445 ／ 代表：03-3222-4444</p>", "+81332224444"),
        (".co.jp", "<p>TEL/03-3222-4444 FAX/03-3222-4445</p>", "+81332224444"),
        (".co.jp", "<p>☎03-3222-4444 ℻03-3222-4445</p>", "+81332224444"),
        (".com.hk", "<p>電話：2522 1188　圖文傳真：2522 1189</p>", "+85225221188"),
        (".co.id", "<p>Telp. (021) 529-01234</p><p>Faks. (021) 529-01235</p>", "+622152901234"),
        (".co.id", "<p>Telepon: 021 5290 1234, Faksimili: 021 5290 1235</p>", "+622152901234"),
        (".com.my", "<p>Tel: 03-7955 1212 Faks: 03-7955 1213</p>", "+60379551212"),
        (".dk", "<p>Tlf. 33 12 34 56</p><p>Fax 33 12 34 57</p>", "+4533123456"),
        (".se", "<p>Tel 08-555 123 45 Fax 08-555 123 46</p>", "+46855512345"),
        (".com.sg", "<dl><dt>Tel</dt><dd>6777 1200</dd><dt>Fax</dt><dd>6222 1818</dd></dl>", "+6567771200"),
        (
            ".com.sg",
            (
                "<a href='tel:67771200' aria-label='Call'>6777 1200</a><p>"
                "<span class='fa-solid fa-fax' aria-hidden='true'></span><span>6222 1818</span></p>"
            ),
            "+6567771200",
        ),
        (
            ".com.sg",
            ("<p><i class='bi bi-telephone'></i> 6777 1200</p><p><i class='bi bi-printer'></i> 6222 1818</p>"),
            "+6567771200",
        ),
        (
            ".com.sg",
            (
                "<p><i class='material-icons'>phone</i> 6777 1200</p><p><i class='material-icons'>print"
                "</i> 6222 1818</p>"
            ),
            "+6567771200",
        ),
        (".com.sg", "<p><img alt='Phone'> 6777 1200</p><p><img src='ic_fax.svg' alt=''> 6222 1818</p>", "+6567771200"),
        (".com.sg", "<div class='tel'>6777 1200</div><div class='fax'>6222 1818</div>", "+6567771200"),
        (".com.sg", "<p>6777 1200</p><a href='fax:+6562221818'>+65 6222 1818</a>", "+6567771200"),
        (
            ".com.sg",
            "<span itemprop='telephone'>6777 1200</span><span itemprop='faxNumber'>6222 1818</span>",
            "+6567771200",
        ),
        (
            ".com.sg",
            (
                "<div class='vcard'><div class='tel'><span class='type'>Work</span> "
                "<span class='value'>6777 1200</span></div><div class='tel'><span class='type'>Fax</span> "
                "<span class='value'>6222 1818</span></div></div>"
            ),
            "+6567771200",
        ),
        (".com.sg", "<p>Tel/Fax: 6777 1200</p>", "+6567771200"),
        (".com.sg", "<p>6777 1200 (Tel) / 6222 1818 (Fax)</p>", "+6567771200"),
        (".com.sg", "<p>6777 1200 tel<br>6222 1818 fax</p>", "+6567771200"),
        (".com.sg", "<p>+65 6777 1200 (phone)</p><p>+65 6222 1818 (facsimile)</p>", "+6567771200"),
        (".com.sg", "<p>T. +65 6777 1200 F. +65 6222 1818 E. a@b.sg</p>", "+6567771200"),
        (
            ".com.sg",
            ("<div><span>t</span><span>+65 6777 1200</span></div><div><span>f</span><span>+65 6222 1818</span></div>"),
            "+6567771200",
        ),
        (
            ".com.sg",
            (
                "<table><tr><td>Office</td><td>Phone</td><td>Fax</td></tr><tr><td>Tuas</td><td>6777 1200"
                "</td><td>6222 1818</td></tr></table>"
            ),
            "+6567771200",
        ),
        (".com.sg", "<p>Phone – 6777 1200</p><p>Fax – 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Call 6777 1200, fax your order to 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200</p><p>eFax: 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200</p><p>Fax-to-email 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200</p><p>Fax (orders only): 6222 1818</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200</p><p>Fax: 6222 1818, 6222 1819</p>", "+6567771200"),
        (".com.sg", "<p>Tel 6777 1200</p><p>Fax: 6222 1818 / 19</p>", "+6567771200"),
        (".ch", "<p>Téléphone 022 909 12 34</p><p>Téléfax 022 909 12 35</p>", "+41229091234"),
        (".ch", "<p>Telefono 091 909 12 34</p><p>Telefax 091 909 12 35</p>", "+41919091234"),
        (".no", "<p>Telefon: 22 12 34 56 Telefaks: 22 12 34 57</p>", "+4722123456"),
        (".fi", "<p>Puh. 09 123 4567, faksi 09 123 4568</p>", "+35891234567"),
    ],
)
def test_a_fax_number_is_none(domain: str, body: str, numbers: str) -> None:
    """The telephone beside it stays."""
    assert phones_on(body, domain) == set(numbers.split())
