"""How people speak of industries where the classification speaks otherwise: what says nothing, what means the same.

All words are in the form that `industries.fold` gives them: lower case, singular, `&` as `and`.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Around the industry, in a chat or in a title: says nothing about which one it is.
FILLER = _words(
    """
    a all also am an and any are around as at based be best biggest both by can could do doing does each etc every few
    for from get give go good got great has have having here how i if in interested into is it its just kind large
    largest like list local looking main many maybe me mine more most my need now of on one only or other our out
    over please popular should show small so some such than that the their them there these they this those to top
    two type under up us various very want was we what where which who will with within would you your
    hi hello hey dear good morning afternoon evening thank thanks cheer ok okay yes sir
    find search fetch help look target targeting sell selling pull generate identify
    singapore sg singaporean island country region asia
    active activity business client company contact corporation customer enterprise entity establishment firm goods
    group industry lead limited ltd mnc operator organisation organization outfit player product prospect
    provider pte related sector service sme startup supplier trade vendor workshop
    """
)

#: The nouns that turn `it` into information technology: "it companies".
COMPANY_WORDS = _words("business company department firm industry provider sector service shop")

#: Narrow an industry down, and name none by themselves.
WEAK = _words(
    """
    agency centre contractor department development equipment general industrial international management material
    national new part public repair sale solution special specialised system
    """
)

#: What marks a number as a code: "SSIC 2511", "division 62 and 63".
CODE_WORDS = _words("ssic code division class subclass section number no")

#: Takes something away from what was said before; not understood yet, so better nothing than the opposite.
EXCLUSIONS = _words("except excluding exclude excl without not no but minus")

#: Another form or spelling of a word of the titles.
SYNONYMS = {
    "manufacturing": "manufacture",
    "manufacturer": "manufacture",
    "retailer": "retail",
    "retailing": "retail",
    "wholesaler": "wholesale",
    "wholesaling": "wholesale",
    "distributor": "wholesale",
    "shop": "retail",
    "store": "retail",
    "farming": "farm",
    "agricultural": "agriculture",
    "consultant": "consultancy",
    "consulting": "consultancy",
    "advisory": "consultancy",
    "logistic": "logistics",
    "robotic": "robot",
    "center": "centre",
    "tire": "tyre",
    "jewelry": "jewellery",
    "aluminum": "aluminium",
    "fertilizer": "fertiliser",
    "mold": "mould",
    "theater": "theatre",
}

#: What the trade says, and the codes of SSIC 2020 that are meant.
TRADES = {
    "3pl": ("521", "5224", "5229"),
    "accountant": ("692",),
    "accounting": ("692",),
    "aerospace": ("3030", "5223"),
    "ai": ("6201", "7210"),
    "architect": ("7111",),
    "automotive": ("29", "473", "4656"),
    "aviation": ("51", "5223"),
    "bank": ("641",),
    "banking": ("641",),
    "biotech": ("7210", "2102"),
    "childcare": ("8510", "8891"),
    "e commerce": ("632",),
    "ecommerce": ("632",),
    "edtech": ("85", "6201"),
    "f and b": ("56",),
    "farm": ("01",),
    "finance": ("64", "66"),
    "fintech": ("6201", "6499", "6619"),
    "fnb": ("56",),
    "freight forwarding": ("52292",),
    "freight forwarder": ("52292",),
    "health care": ("86",),
    "healthcare": ("86",),
    "hospitality": ("55", "56"),
    "hr": ("78",),
    "ict": ("61", "62"),
    "information technology": ("62",),
    "insurer": ("65",),
    "insurtech": ("65", "6201"),
    "landscaping": ("813",),
    "law": ("691",),
    "lawyer": ("691",),
    "life science": ("21", "7210"),
    "logistics": ("521", "5224", "5229"),
    "m and a": ("66192",),
    "m and e": ("432",),
    "maritime": ("50", "301", "5222"),
    "mechanical and electrical": ("432",),
    "marketing": ("73",),
    "media": ("58", "59", "60"),
    "medtech": ("2660", "3250", "7210"),
    "money changer": ("66126",),
    "o and g": ("0900", "1920"),
    "oil and gas": ("0900", "1920"),
    "pcb": ("2612",),
    "pharma": ("21",),
    "precision engineering": ("2591", "2599", "2822"),
    "property": ("68",),
    "proptech": ("6201", "68"),
    "r and d": ("72",),
    "saas": ("582", "6201"),
    "shipbuilding": ("301",),
    "shipping": ("50", "5222"),
    "software": ("582", "6201"),
    "tech": ("62", "63"),
    "technology": ("62", "63"),
    "telco": ("61",),
    "telecom": ("61",),
    "tourism": ("79",),
    "trading": ("46",),
    "training": ("854",),
    "transport": ("49", "50", "51"),
    "transportation": ("49", "50", "51"),
    "waste management": ("38",),
}
