"""Finds the people whom Chinese and Japanese sentences and tables name with their titles, also in traditional letters.

In running text a form of address ends a name: "由董事经理刘慧敏女士主理". In tables, a title stands before it.
"""

import re
from collections.abc import Iterator
from itertools import islice

from enricher.extract.persons.names import person_name
from enricher.extract.persons.prose.wording import PERSON

_MOST = 30
_HAN = "\u4e00-\u9fff"
_HAN_SIGN = re.compile(f"[{_HAN}]")
_TITLE = (
    r"(?:(?:首席|高级|高級|副|总|總|助理|执行|執行|董事|销售|銷售|营业|營業|业务|業務|财务|財務|技术|技術|生产|生產|行政"
    r"|人事|市场|市場|项目|維修|维修|厂|廠|区域|區域){0,3}"
    r"(?:总监|總監|经理|經理|主任|院长|院長|董事长|董事長|店长|店長|主厨|主廚|总厨|總廚|总裁|總裁|会长|會長|主席|秘书|秘書|主管"
    r"|厂长|廠長|校长|校長|创办人|創辦人|创始人|創始人|东主|東主|董事"
    r"|(?:工程|焙茶|评茶|評茶|会计|會計|律|医|醫|药|藥|教|设计|設計|技|建筑|建築)[师師]))"
)
_ADDRESS = r"(?:先生|女士|小姐|太太|师傅|師傅|博士|医生|醫生|医师|醫師)"
#: "董事经理刘慧敏女士", "首席焙茶師 黃炳坤 師傅": the name may stand in an element of its own.
_ADDRESSED = re.compile(rf"(?P<title>{_TITLE})\s?(?P<name>[{_HAN}]{{2,4}}?)\s?{_ADDRESS}")
#: "由陸德昌先生創辦"
_FOUNDED = re.compile(
    rf"由(?P<name>[{_HAN}]{{2,4}}?){_ADDRESS}[^。\n]{{0,20}}?(?:创办|創辦|创立|創立|创建|創建|成立|开业|開業)"
)
#: "营业总监 郑秀芬", "维修主管 K. Murugan", and with a colon.
_IN_TABLE = re.compile(
    rf"(?P<title>[{_HAN}]{{0,4}}(?:总监|總監|经理|經理|主任|院长|院長|董事长?|店长|店長|主厨|总裁|總裁|会长|主席|秘书|主管|厂长))"
    rf"[：: ]{{1,2}}(?P<name>[{_HAN}]{{2,4}}(?![{_HAN}])|{PERSON})"
)
_VERB = re.compile("^[请請]?(?:联络|联系|聯絡|聯繫|洽|找|由)")
_JAPANESE = re.compile(
    r"(?P<title>(?:取締役[ \u3000])?(?:(?:広報|営業|採用|人事)担当|女将|料理長|支配人|副社長|代表取締役(?:社長|会長)?"
    r"|(?:専務|常務)?取締役(?:[\u4e00-\u9fff]{0,4}長)?|監査役|社長|会長"
    r"|工場長|支店長|所長|院長|園長|店長|[\u4e00-\u9fff]{0,4}(?:本部長|部長)|課長|係長|主任|経理|専務|常務))"
    r"[\s：:]{1,2}(?P<name>[\u4e00-\u9fff々]{1,3}"
    r"[ \u3000][\u3041-\u30ff\u4e00-\u9fff々]{1,4})(?![\u3041-\u30ff\u4e00-\u9fff]| ?[様氏])"
)
#: A founder of then is no contact today.
_LONG_AGO = re.compile(r"(?:18|19[0-5])\d|一[八九][〇零一二三四五]")
_AROUND = 20
#: Customers, former ones, guests, and people of another company.
_OUTSIDE = re.compile(
    r"(?:客户|客戶|顧客|前|已故|嘉宾|嘉賓|(?<![本我敝该該])(?:公司|集团|集團|企业|企業|银行|銀行|协会|協會|商会|商會|大学|大學|医院|醫院))\Z"
)
#: Words of headings and forms that stand where a name could.
_HEADING = re.compile(
    "挨拶|就任|募集|要項|紹介|略歴|経歴|氏名|役員|一覧|会社|電話|住所|創業|設立|資本|従業|事業|取引|所在|営業|時間|本社"
)


def east_asian_people(text: str) -> Iterator[tuple[str, str]]:
    """Finds the names with their titles as they are written; Japanese ones with a blank between their parts."""
    if text.isascii() or not _HAN_SIGN.search(text):
        return
    for found in islice(_FOUNDED.finditer(text), _MOST):
        if not _LONG_AGO.search(text, max(0, found.start() - _AROUND), found.end()) and (
            name := person_name(found["name"])
        ):
            yield name, "创办人" if "创" in found[0] else "創辦人"
    for pattern in (_ADDRESSED, _IN_TABLE):
        for found in islice(pattern.finditer(text), _MOST):
            if (name := person_name(found["name"])) and not _OUTSIDE.search(text[: found.start()]):
                yield name, _VERB.sub("", found["title"])
    for found in islice(_JAPANESE.finditer(text), _MOST):
        if not _HEADING.search(found["name"]):
            yield " ".join(found["name"].split()), found["title"]
