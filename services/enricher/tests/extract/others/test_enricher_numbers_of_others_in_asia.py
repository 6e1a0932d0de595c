"""Numbers of others in the words of Asia and New Zealand, which are left out."""

import pytest

from testkit.enrichment.extraction import phones_on

FOOT = "<p>© 2024 Harbour Lift Pte Ltd</p>"


@pytest.mark.parametrize(
    ("domain", "body", "numbers"),
    [
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
