"""Tells a person's name from a heading: by its shape, and by words that no name has."""

import re
from functools import lru_cache

from enricher.extract.persons.titles import is_field, is_job_title, is_known

#: Membership of a profession, before a name in India: "CA Pooja Agarwal".
_MEMBER = re.compile(r"^(?:CA|CS|CMA|Adv\.?)\s(?=[A-Z][a-z]+\s[A-Z])")
_HONORIFIC = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|mdm|madam|dr|prof|professor|er|ir|ar|rev|dato['’]?|datuk|datin|tan sri|encik|puan"
    r"|cik|haji|hr|fru|baroness|lord|lady|dame"
    r"|professor emeritus|emeritus"
    r"|tuan|tn|pn|en|hj|hjh|sir|capt|captain|col|nyonya|sri(?=\s[a-z]{2,20}\s[a-z])|assoc|associate|adj|adjunct|herr|frau|chef|coach|teacher|uncle|auntie|aunty"
    r"|cikgu|ustaz|khun|sister|sr|bro|pastor|fr|father|ssgt|sgt|dsp|asp|insp|supt|maj|major|cpt|dipl\.-ing|[a-zäöü]{4,15}meister(?:in)?"
    r"|bapak|ibu|mme|mlle|monsieur|madame|smt|shri|ustazah|physician|hajah|allahyarham(?:ah)?|almarhum"
    r"|dr\.[- ]ing|dipl\.[- ](?:kfm|kffr)|prof\.[- ]dr|先生|女士)\b[.'’]?\s{1,3}"
    r"|\((?:ret|retd|retired|fh|mrs|mr|ms)\.?\)\s{1,3}){1,5}",
    re.IGNORECASE,
)
#: Degrees and memberships behind a name: "Mei Tan, CPA, PhD".
_DEGREE = (
    r"\(?(?:[A-Z]{2,7}[a-z]{0,4}|Ph\.?D|M\.?Sc|B\.?Eng|B\.?Sc)\.?\)?"
    r"(?:\s\([A-Z][A-Za-z. ]{1,20}\)){0,2}"
)
#: The same in any letters, with two capitals or more: "Fiona McAllister, MSportsPhys".
_MIXED_BEHIND = re.compile(r"(?:,\s(?=[^,]{0,15}[A-Z][^,]{0,15}[A-Z])[A-Z][A-Za-z.]{1,14}(?: \([^)]{2,30}\))?){1,4}$")
#: A remark behind a name with a form of address: "Prof. Margaret Ho (Emeritus, law of trusts)".
_REMARK = re.compile(r"\s\([^)]{3,60}\)$")
_LETTERS_BEHIND = re.compile(rf"(?:,?\s{_DEGREE}){{1,4}}$")
#: Behind a name in capitals they need a comma: "LIM SOO HIANG, FCA (Singapore)".
_LETTERS_BEHIND_COMMA = re.compile(rf",\s{_DEGREE}(?:,?\s{_DEGREE}){{0,3}}$")
#: A degree alone on its line, with a school or a country behind.
_DEGREE_LINE = re.compile(
    r"(?:MBBS|BDS|MDS|MD|MRCP|MRCS|FRCS|FAMS|MMed|M\.Med|PhD|Ph\.D|MBA|EMBA|CPA|CA|ACCA|LLB|LLM|B\.?Sc|M\.?Sc|B\.?Eng|M\.?Eng"
    r"|BA|MA|BBA|P\.?Eng|C\.?Eng)\b[^.!?]{0,80}"
    # of veterinarians, pharmacists, nurses, dentists, surveyors; with a country or school behind
    r"|(?:BVMS|BVM&S|BVSc|BVetMed|DVM|MRCVS|MB ?Ch ?B|BDSc|DDS|DMD|B\.?Pharm|PharmD|B\.?Physio|M?RICS|BArch|M\.?Arch"
    r"|B\.?Com)"
    r"(?:[,(&/ ][^.!?]{0,80})?"
    r"|Cert(?:ificate)?\.? (?:I{1,3}|IV)\b[^.!?]{0,60}|(?:Bachelor|Master|Diploma|Certificate)s? (?:of|in) [^.!?]{0,60}"
)
#: "MB BCh BAO (Ireland)", "BVSc": a degree, and no title in unknown words.
_WITH_DEGREE = re.compile(r"\b(?=\w*[a-z])[A-Z]{1,3}[a-z]{0,3}[A-Z][A-Za-z]{0,4}\b|\b(?:MBBS|LLB|MRCP|FRCS|MBA|PhD)\b")
#: Initials behind a surname: "Mr. Lim SH"; no degree.
_INITIALS_BEHIND = re.compile(r"[A-Z][a-z]{1,15} (?!MD|MA|BA|CA|JP|QC|KC|SC|PE|PhD)[A-Z]{2,3}")
_NICKNAME = re.compile(r"\s[(\"“'‘][A-Z][\w-]{1,15}[)\"”'’](?=\s|$)")
_TOKEN = re.compile(
    r"[A-Z\u00c0-\u017e][a-z\u00df-\u017e\u1ea0-\u1ef9]{1,20}(?:[-'’][A-Za-z\u00c0-\u017e][a-z\u00df-\u017e]{0,20}){0,2}"
    r"|(?:O|D|Mc|Mac|De|Di)['’]?[A-Z][a-z]{1,20}|[A-Z]\.?|(?:Mohd|Muhd|Md|Abd|Jr|Sr|St|Ma|Wm)\.|[A-Z\u00c0-\u017e]{2,15}(?:-[A-Z]{2,15})?|[A-Z]['’][A-Z]{2,15}"
)
#: "S. Subramaniam"; the surname has some letters.
_INITIAL = re.compile(r"^(?:[A-Z]\. [A-Z][A-Za-z]{3,}|[A-Z][a-z]{3,} [A-Z]\.?)$")
_CONNECTOR_WORDS = "bin binte binti bte bt s/o d/o a/l a/p ap anak ibn de da van von der den al el la le di del dos"
_CONNECTORS = frozenset(_CONNECTOR_WORDS.split())
_NO_NAME_WORDS = """
    about academy account accounts action add address admin advisory after all also american analytics and annual
    any apply april architecture area asia asian at august authority award awards back bank best big blog board
    booking book branch brand brands british brochure building business button buy by call camp car care career
    careers case cases catalogue centre center central certificates chain channel chat check china chinese choose
    city clean clear clients close club code coffee college commercial committee communications community company
    complete computing concrete conditions connect construction consulting contact contacts content control cookie
    cookies copyright core corporate council country course courses cover creative customer customers daily data date
    day december deep default delivery department design details development digital direct directors disclaimer
    discover distribution division doctors documents dollar download east easy education electric electrical
    electronics email emergency employee employees energy engineering english enquiries enquiry enterprise
    environment equipment estate events every excellence expert experts explore express external facebook
    facilities factory family faq fast fax featured february finance financial find fire first fleet floor follow
    food for form foundation founded founders free freight friday from full future gallery general get global go
    good google gold government great green group growth guide hall head headquarters health heavy help here
    heritage high history home hotel hotline hours house how human important in india indonesia industrial
    industries industry info information innovation insights instagram insurance integrated integrity
    international internet introduction investor investors it january japan job jobs join journey july june key
    kids kitchen korea land latest law leadership learn learning legal level life light limited line linkedin
    links live local location locations logistics login london machine machinery made mail main maintenance major
    malaysia management manpower manufacturing map march marine market marketing markets material materials may
    media medical meet member members menu message metal milestones mission mobile model modern monday more most
    motor my name national network new news newsletter next night no north november now october of offer offers
    office offices oil old on one online open opening operations opportunities order orders organisation
    organization other our out outlet overview own pacific page park partner partners parts past payment people
    performance personnel phone photo photos plan planning plant plastic play please policy popular portfolio
    power precision premium press previous price prices pricing privacy private pro process procurement product
    production products professional profile profiles program programme programmes project projects property
    protection public purchase purpose quality quick quotation rail range rates read ready real recent recruitment
    red regional register registered related relations rental repair report reports request research residential
    resources responsibility restaurant retail reviews rights road role room royal safe safety sales saturday
    school search secretariat section sector security see select send senior september service services shop show
    sign singapore site sitemap smart social software solution solutions some south special staff standard start
    station steel store stories story strategic strategy street structure student students subscribe success
    sunday supply support sustainability system systems talk team teams technical technology tel telephone tender
    terms test testimonials thailand thank that the their then these this thursday time today together tools top
    total tower town trade trading training transport travel treatment trust tuesday twitter under unit united
    university up upcoming update updates us use useful user value values vehicle vehicles vendor video view
    vision visit vietnam volunteer warehouse watch water way we web website wednesday welcome well west what
    whatsapp when where white who why with women word work working works workshop world year years you young your
    youtube zone pte ltd llp inc sdn bhd avenue drive lane crescent close place boulevard heights gardens terrace
    slide slides shows walk plaza mall mrt lrt exit bus chinatown stop airport terminal
    ventures venture capital holdings holding fund foods labs associates consultants clinic clinics
    dental laboratory bistro cafe lodge residence residences resort academy
    st pt cv tanjong jurong tuas changi bedok tampines punggol sengkang serangoon geylang katong novena raffles clementi
    tiong bahru kallang paya lebar kaki telok blangah bukit jalan lorong kampong pasir toa payoh woodlands yishun
    bilik pameran pejabat kilang alamat cawangan
    untuk dihubungi kami syarikat profil hubungi maklumat ihre unsere ansprechpartner
    independent non-executive executive registration reg
    daughter husband wife cousin mother father nephew niece siblings
    as but or if until during despite including meanwhile bay beach valley harbour village parade island bridge
    rooms pumps pipes valves windows roofs walls cables lights lamps tiles bricks bikes cars vans trucks boats ships
    cakes cookies teas wines beers gifts toys pets plants trees fabrics textiles panels units kits packs
    sembawang hougang orchard johor batam jakarta penang selangor mart bakery studio studios gallery museum
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
#: Ends of words that headings have and names have not; names end in -ing only when they are short.
_HEADING_END = re.compile(r"(?:tion|sion|ment|ness|ology|ical|able|ance|ence|ware|ities|ability|[a-z]{4}ing|ers|ors)$")
#: Names that end like headings.
_NAMES = frozenset(
    [
        "clarence",
        "florence",
        "terence",
        "terrence",
        "lawrence",
        "laurence",
        "prudence",
        "constance",
        "patience",
        "vance",
        "lance",
        "terrance",
        "clemence",
        "clement",
        "rogers",
        "sanders",
        "anders",
        "meyers",
        "myers",
        "peters",
        "connors",
        "summers",
        "withers",
        "carruthers",
        "flowers",
        "waters",
        "bowers",
        "somers",
        "chambers",
        "harkness",
        "guinness",
        "constable",
        "spence",
        "torrance",
        "lambers",
        "ellers",
    ]
)
_CHINESE_NAME = re.compile(
    r"[王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈"
    r"曾彭吕呂苏蘇卢盧蒋蔡贾丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟"
    r"龙龍万萬段雷钱錢汤湯尹黎易常武乔賀贺赖賴龚龔文]"
    r"[\u4e00-\u9fff]{1,2}"
)
#: Words in -ing of headings: "Harding" and "Keating" are names.
_GERUND_WORDS = """
    training marketing engineering consulting accounting building cleaning catering coating cooling heating lighting
    printing processing packaging plumbing wiring welding painting flooring roofing fencing framing gardening
    landscaping mentoring coaching tutoring styling grooming boarding wedding clothing bedding parking shipping trading
    banking funding investing planning reporting testing tracking hosting advertising branding networking recycling
    sourcing staffing hiring learning teaching writing reading swimming sailing diving climbing cycling hiking fishing
    farming brewing roasting baking cooking dining drinking tasting living moving servicing pricing booking billing
    ordering mailing calling meeting listing opening closing following upcoming outgoing leading growing amazing
    manufacturing machining casting moulding cutting drilling dredging towing hauling warehousing forwarding storing
    leasing renting financing lending saving spending conveyancing drafting mediating nursing caring healing counselling
    editing filming recording streaming gaming coding hacking monitoring surveying mapping scanning sampling screening
    servicing maintaining repairing installing commissioning purchasing procuring bidding tendering costing
    pending existing missing working training visiting housing
"""
_PLURAL_WORDS = """
    movers printers carriers dealers traders brothers sisters sellers retailers hauliers lenders containers computers
    heaters partners customers suppliers members orders offers letters papers flyers banners stickers posters filters
    boilers chillers coolers trailers tractors sensors motors doors floors visitors investors sponsors donors tenders
    matters numbers centers outdoors indoors rollers lovers others fenders burgers dumplings headquarters quarters
"""
_PLURALS = frozenset(_PLURAL_WORDS.split())
_GERUNDS = frozenset(_GERUND_WORDS.split())
_LONGEST = 60
_KOREAN = re.compile(r"[A-Z][a-z]{1,5}-[a-zA-Z][a-z]{1,5}")
_MARKS = re.compile("[®™©]")
#: "符国雄医师" is Dr Fu Guoxiong.
_CHINESE_TITLE = re.compile(r"(?:医师|醫師|先生|女士|小姐|博士|教授|老师|老師)$")


def _is_heading(word: str) -> bool:
    if word.endswith(("'s", "’s")):
        return True  # "New Year's Eve"
    if word in _NAMES or not _HEADING_END.search(word):
        return False
    if word.endswith(("ers", "ors")):
        return is_known(word[:-1]) or word in _PLURALS  # "managers"; "Eilers" is a name
    return not word.endswith("ing") or word in _GERUNDS


@lru_cache(4_000)
def person_name(line: str) -> str | None:
    """Returns the name in a line with nothing else, without honorifics and degrees; `None` for any other line."""
    line = line.strip(" ,-–—|:*•")
    if not line.isascii():
        line = _MARKS.sub("", line).strip(" ,-–—|:*•")
        if (chinese := _CHINESE_TITLE.sub("", line)) and _CHINESE_NAME.fullmatch(chinese):
            return chinese
    if not 3 <= len(line) <= _LONGEST:
        return None
    line = _MEMBER.sub("", line)
    plain = _HONORIFIC.sub("", line)
    is_addressed = plain != line
    plain = _REMARK.sub("", plain) if is_addressed else plain
    plain = _MIXED_BEHIND.sub("", _LETTERS_BEHIND_COMMA.sub("", plain))
    if not (plain.isupper() or (is_addressed and _INITIALS_BEHIND.fullmatch(plain))):
        plain = _LETTERS_BEHIND.sub("", plain)
    bare = _NICKNAME.sub("", plain)
    tokens = bare.split()
    if not (1 if is_addressed else 2) <= len(tokens) <= 5 or is_job_title(plain if is_addressed else line):
        return None
    full = 0
    for token in tokens:
        word = token.strip(",").lower()
        if word.rstrip(".") in _CONNECTORS or (word == "made" and tokens[0] in ("Ni", "I", "Made")):  # a name of Bali
            continue
        is_korean = word == "park" and any(_KOREAN.fullmatch(it) for it in tokens)
        if not _TOKEN.fullmatch(token.strip(",")) or (word in _NO_NAME and not is_korean) or _is_heading(word):
            return None
        full += len(word.strip(".")) > 1
    if not is_addressed and is_field(bare):
        return None
    is_full = full >= (1 if is_addressed else 2) or (full == 1 and (len(tokens) > 2 or _INITIAL.search(bare)))
    return (bare if bare != plain and "(" not in plain else plain).strip(" ,") if is_full else None


def is_common(word: str) -> bool:
    """True for a word of headings, menus and places that occurs in no name."""
    return word in _NO_NAME or _is_heading(word)


_ANY_NAME = re.compile(r"[^\W\d_]{1,25}(?:['’.-][^\W\d_]{1,25}){0,3}\.?")
_MOST_NAMES = 5


def is_like_name(line: str) -> str | None:
    """Returns the words of a line that may be a name of any shape, if other evidence says so, else `None`."""
    plain = _HONORIFIC.sub("", line.strip(" ,-–—|:*•"))
    words = plain.split()
    if not 1 <= len(words) <= _MOST_NAMES or not 2 <= len(plain) <= _LONGEST or is_job_title(line):
        return None
    for word in words:
        lower = word.lower()
        if lower.rstrip(".") in _CONNECTORS:
            continue
        if not _ANY_NAME.fullmatch(word) or word[:1].islower() or lower in _NO_NAME or _is_heading(lower):
            return None
    return plain


def is_degree(line: str) -> bool:
    """True for a line with only a degree: "BVSc, Melbourne". It stands between a name and its title."""
    return ":" not in line and _DEGREE_LINE.fullmatch(line) is not None


def names_degree(line: str) -> bool:
    """True for words that contain a degree: "MB BCh BAO (Ireland)"."""
    return _WITH_DEGREE.search(line) is not None
