"""Forms of postal addresses by country: the end of an address, with its postal code and town."""

import re
from typing import Final

STATES: Final = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    "|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_STATE_NAMES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    "|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri"
    "|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|North (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon"
    "|Pennsylvania|Rhode Island|South (?:Carolina|Dakota)|Tennessee|Texas|Utah|Vermont|Virginia|Washington"
    "|West Virginia|Wisconsin|Wyoming"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_NAME = rf"(?:{_CAPITAL}[\w'’.-]{{1,24}}|[A-Z]{{2,25}})"
#: "Bergün/Bravuogn", "St. Gallen", "Frankfurt am Main", "Halle (Westfalen)", "L'Isle-d'Abeau", "Paris Cedex 09".
_NO_TOWN = (
    r"(?!(?:Tel|Telefon|Telefax|Telephone|Phone|Fax|Mobil|Mobile|Mail|E-?[Mm]ail|Web|Open|Opening|Hours|Mo|Mon|CVR|KvK|BTW"
    r"|Org|GST|ABN|Öffnungszeiten|Växel|Tlf|Puh)\b)"
)
_TOWN = (
    rf"(?:L['’]|'s-|’s-)?{_NO_TOWN}{_NAME}(?:[- /](?:am|an der|a\.d\.|im|in der|ob der|bei|sur|en|sous|le|la|les|du"
    rf"|de la|de|aan den|den|[dl]['’](?=[A-Z])|{_NO_TOWN}{_NAME})){{0,5}}(?: \({_CAPITAL}[\w .-]{{1,20}}\))?"
    r"(?:(?<=[Cc][Ee][Dd][Ee][Xx]) \d{1,2}(?!\d))?"
)
_REST = rf"(?:,? {_NO_TOWN}[A-Z][\w'’.-]{{1,20}}){{0,4}}"


def _before_town(code: str, prefix: str, country: str, district: str = "") -> re.Pattern[str]:
    """Builds the form of a country whose code stands before the town."""
    return re.compile(rf"(?<![\w.,+/-])(?:(?:{prefix})[- ])?{code} {_TOWN}{district}(?:, (?:{country})(?!\w))?")


def _behind_town(code: str, country: str, *, between: str = r"[ ,]{1,2}(?:[-–] ?)?") -> re.Pattern[str]:
    """Builds the form of a country whose code stands after the town, where a region and the country may follow."""
    region = rf"(?:, {_NAME}(?: {_NAME}){{0,2}})?"
    return re.compile(rf"(?<=\w){between}{code}(?![\d-])(?:{region},? (?:{country})(?!\w)|{region}(?=\.?(?:\n|$)))?")


#: The end of an address by country. A match may begin with the sign before the code.
ENDS: Final[dict[str, re.Pattern[str]]] = {
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b(?:, (?:UK|United Kingdom|England|Scotland|Wales))?"),
    "US": re.compile(
        rf"\b(?:{STATES}|{_STATE_NAMES}),? \d{{5}}(?:-\d{{4}})?(?!\d)(?:,? (?:USA|United States|U\.S\.A\.))?"
    ),
    "CA": re.compile(
        r"\b(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|Ontario|Quebec|Québec|Alberta|Manitoba"
        r"|British Columbia|Nova Scotia|New Brunswick|Saskatchewan),? {1,2}[A-Z]\d[A-Z] ?\d[A-Z]\d\b(?:, Canada)?"
    ),
    "AU": re.compile(
        r"\b(?:NSW|VIC|Vic\.?|QLD|Qld\.?|TAS|Tas\.?|ACT|SA|WA|NT|New South Wales|Victoria|Queensland|Tasmania"
        r"|South Australia|Western Australia),? \d{4}(?!\d)(?:, Australia)?"
    ),
    "NZ": _behind_town(r"\d{4}", "New Zealand|NZ|Aotearoa", between=r"[ ,]{1,2}"),
    "MY": re.compile(rf"(?<![\d-])\d{{5}},? [A-Z][\w'’-]{{2,20}}{_REST}"),
    "ID": _behind_town(r"\d{5}", "Indonesia"),
    "TH": _behind_town(r"\d{5}", "Thailand"),
    "IN": _behind_town(r"\d{3} ?\d{3}", "India", between=r"[ ,]{0,2}(?:[-–] ?|(?i:pin(?: code)?)[ :.-]{1,3})?(?<=\W)"),
    "PH": _behind_town(r"\d{4}", "Philippines", between=r"[ ,]{1,2}"),
    "KR": _behind_town(r"\d{5}", "(?:South |Republic of )?Korea"),
    "VN": re.compile(r"\b(?:Ho Chi Minh City|HCMC|Hanoi|Ha Noi|Da Nang)(?: \d{5,6})?,? (?:Vietnam|Viet Nam)\b"),
    "AE": re.compile(r"\b(?:Dubai|Abu Dhabi|Sharjah),? (?:UAE|U\.A\.E\.|United Arab Emirates)(?!\w)"),
    "IE": re.compile(
        r"\b(?:[A-Z]\d[\dW] ?[A-Z\d]{4}|Dublin \d{1,2}(?!\d)(?:, [A-Z]\d[\dW] ?[A-Z\d]{4})?)(?:, Ireland)?(?!\w)"
    ),
    "DE": _before_town(r"\d{5}", "DE|D", "Germany|Deutschland|Allemagne"),
    "AT": _before_town(r"\d{4}", "AT|A", "Austria|Österreich"),
    "CH": _before_town(r"\d{4}", "CH", "Switzerland|Schweiz|Suisse|Svizzera"),
    "FR": _before_town(r"\d{2} ?\d{3}", "FR|F", "France"),
    "BE": _before_town(r"\d{4}", "BE|B", "Belgium|België|Belgique"),
    "NL": _before_town(r"\d{4} ?[A-Z]{2}", "NL", "Netherlands|The Netherlands|Nederland"),
    "LU": _before_town(r"\d{4}", "LU|L", "Luxembourg"),
    "IT": _before_town(r"\d{5}", "IT|I", "Italy|Italia"),
    "ES": _before_town(r"\d{5}", "ES|E", "Spain|España"),
    "PT": _before_town(r"\d{4}-\d{3}", "PT|P", "Portugal"),
    "DK": _before_town(r"\d{4}", "DK", "Denmark|Danmark", r"(?: (?:[KVNSØC]|NV|SV)(?![\w.:]| ?\+))?"),
    "SE": _before_town(r"\d{3} ?\d{2}", "SE|S", "Sweden|Sverige"),
    "NO": _before_town(r"\d{4}", "NO|N", "Norway|Norge"),
    "FI": _before_town(r"\d{5}", "FI|FIN", "Finland|Suomi"),
    "PL": _before_town(r"\d{2}-\d{3}", "PL", "Poland|Polska"),
    "CZ": _before_town(r"\d{3} ?\d{2}", "CZ", "Czech Republic|Czechia|Česká republika"),
    "JP": re.compile(r"\d{3}-\d{4}(?!\d)(?:, Japan)?"),
    "HK": re.compile(r"\b(?:Hong Kong|Kowloon|New Territories|N\.T\.)(?:, (?:Hong Kong|H\.K\.|HK))?(?!\w)"),
}
#: Addresses that stand by themselves, from the largest part to the smallest.
WHOLE: Final[dict[str, re.Pattern[str]]] = {
    "JP": re.compile(r"〒\s?\d{3}-\d{4}\s{0,2}[\u3000-\u9fff][^\n]{5,60}"),
    "HK": re.compile(
        r"(?:香港|九龍|九龙|新界)[\u4e00-\u9fff\w \-]{2,30}?\d{1,4}(?:[-–]\d{1,4})? ?(?:号|號)[^\n,，。;；:：|]{0,40}"
    ),
    "CN": re.compile(
        r"[\u4e00-\u9fff]{2,8}(?:省|市|区|區|县|縣)[\u4e00-\u9fff\w \-()（）]{2,40}?\d{1,5} ?(?:号|號)"
        r"[^\n,，。;；:：|]{0,40}"
    ),
    "TW": re.compile(
        r"(?:\d{3,6} ?)?[\u4e00-\u9fff]{2,3}(?:市|縣|县)[\u4e00-\u9fff\w \-()（）]{2,40}?\d{1,5} ?(?:号|號)"
        r"[^\n,，。;；:：|]{0,40}"
    ),
}
#: Countries where the number stands before the street.
NUMBER_FIRST: Final = frozenset({"GB", "US", "CA", "AU", "NZ", "IE", "IN", "PH", "HK", "MY", "VN", "TH", "FR", "AE"})
#: Countries whose codes may be years or sums: the house has to be named.
SHORT_CODES: Final = frozenset({"NZ", "PH", "AT", "CH", "BE", "LU", "DK", "NO"})
