"""Names of public bodies: authorities, chambers, help lines."""

import re

_BODIES = (
    r"(?:Council|Commission|Bureau|Registry|Office|Board) (?:for|of) [A-Z]\w{3,}|[A-Z]\w{3,} Regulator|Law Society"
    r"|Accreditation Council|Ombudsman|Chamber of|Handelskammer|IHK|Kammer|Handwerkskammer|Ministry"
    r"|Authority|Commission|Police"
    r"|Embassy|Consulate|High Commission|Medicare|Medisave|Citizens Advice|Samaritans|Red Cross|Fire (?:Brigade"
    r"|Service)"
    r"|Civil Defence|Poisons? (?:Information )?Cent(?:re|er)|National Parks|Sabah Parks|Town Council|City Council"
    r"|Land Transport|Central Provident|Childline|Lifeline|Crimestoppers|Gas Safe|Tribunal|Magistrate|Registry"
    r"|Crematorium|Columbarium|Immigration|Infoline|Test Centre|Traffic Police|Employment Standards|Data"
    r" Protection Commission|the Board|Majlis|Kementerian|Jabatan|Polis|Bomba|Suruhanjaya"
)
_ACRONYMS = (
    r"CPF|ECDA|MOM|IRAS|NEA|HDB|LTA|SPF|PLRD|ACRA|MOH|PUB|BCA|SCDF|AVS|NParks|SFA|JTC|URA|EMA|IMDA|MUIS|JAKIM"
    r"|MDEC|SSM"
    r"|KWSP|EPF|LHDN|PDRM|TAFEP|TADM|HSA|MSF|MOE|NLB|ICA|SLA|HMRC|ICO|FCA|DVLA|NHS|OSHA"
    r"|BBB|ATO|ASIC"
    r"|ACCC|BaFin|PDPC|MOT|MPA|CAAS|WSH|WSG|FIDReC|TCMPB"
)
#: Acronyms that are words or names of firms, too: they tell only where no firm's name goes on behind ("SAC Capital").
_ALSO_FIRMS = (
    r"(?:CASE|MAS|SMC|SDC|SNB|SOS|DAN|SAC)\b"
    r"(?! (?!Board|Council|Hot ?line|Help ?line|Office|Cent(?:re|er)|Call|Contact|Customer|Tel)[A-Z])"
)
#: Words of a firm's standing with a public body: "BCA graded".
_STANDING = r"licen|regis|certif|approv|accred|grade|member|trusted|endors|award"
_NO_STANDING = rf"(?:(?!{_STANDING}|\bno\b|uen)[^.!?\n])"
#: Words behind a body's acronym that lead to its number, or say what it is called for.
_REACHING = (
    r"at|on|via|by|or|and|to|direct(?:ly)?|for|with|through|if|when|who|which|is|has|can|may|will|should|its|their"
    r"|before|in|from|of|hot ?line|help\w{0,5}|info\w{0,4}|office|lines?|tel|telephone|phone|calls?|contact|customer"
    r"|website|branch|quality|counter|cent(?:re|er)|general|enquir\w{1,4}|toll|service|number|feedback|switchboard"
    r"|main|ring|dial|desk|emergency|essential|complaints?|counselling|advisory|advice|reporting|support|public"
)
#: "NEA dengue feedback line"
_DESK = r"[^.\n\d]{0,40}\b(?:hot|help)?-?(?:lines?|desk|call cent(?:re|er)|contact cent(?:re|er)|counter)\b"
#: A firm's field, by the body that it deals with: "MOM work pass", "HDB, condo and landed", "BCA L6".
_FIELD = (
    r"\b(?:HDB|MOE|MOM|CPF|ACRA|IRAS|BCA|SCDF|LTA|NEA|PUB|EMA|SFA)\b"
    rf"(?:,? (?!(?:{_REACHING})\b)(?!{_DESK})[a-z]{{2,}}| (?:and|or|&) (?:condo|landed|private)| [A-Z]{{1,2}}\d)"
)
#: Words with which a firm names a body without its number being the body's.
OF_FIRM = re.compile(
    r"licen[sc]ed|registered|certified|approved|accredited|graded?\b|member|trusted|endorsed|award"
    rf"|{_FIELD}"
)
#: A public body before a number, unless it is named for a firm's standing with it.
PUBLIC = re.compile(
    rf"\b(?:{_BODIES})\b(?!-){_NO_STANDING}{{0,120}}?"
    rf"(?:\b[Tt]el(?:efon)?\b[.:]{{0,2}} ?)?(?<![\w#-])(?:(?=\+?\(?\d(?:[ ().-]{{0,2}}\d){{5}})"
    rf"|(?=1?\d{{3}}\b(?! [A-Z])))"
    rf"|\b(?:(?!{_FIELD})(?:{_ACRONYMS})\b|{_ALSO_FIRMS})(?!-){_NO_STANDING}{{0,60}}?"
    rf"(?:\([\w.-]+@[\w.-]+,? |\b[Tt]el\.? ?)?(?<![\w#-])(?=\+?\(?\d(?:[ ().-]{{0,2}}\d){{6}})"
    rf"|\b(?:(?:{_ACRONYMS})\b|{_ALSO_FIRMS})(?!-).{{0,20}}\b(?:help ?line|hot ?line|help ?desk)\b"
)
#: Authorities to complain to; a sentence that names one goes on about it.
AUTHORITY = re.compile(
    r"\b(?:(?:landes|bundes)beauftragte|datenschutz(?:aufsichts)?behörde|(?:Berlin|Hamburg|Bayer|Hess"
    r"|Sächs)\w{0,6} (?:Beauftragte|Datenschutz)"
    r"|Giftnotruf|Giftinformation\w*|Bereitschaftsdienst|Schlichtungsstelle|antipoison|Huisartsenpost"
    r"|Commissioner of [A-Z]"
    r"|国民生活センター|Relay Service|National Consumer|EDÖB|Öffentlichkeitsbeauftragte|CNIL\b|Datatilsynet"
    r"|Integritetsskyddsmyndigheten|Autoriteit Persoonsgegevens"
    r"|AEPD\b"
    r"|\w{3,20}(?:styrelsen|tilsynet|direktoratet|inspektionen|virasto)\b|(?:\w{0,5}säkerhets|skatte|natur|trafik"
    r"|arbetsmiljö|livsmedels|konsument)\w{0,5}verket\b|(?:Ordnungs|Gesundheits"
    r"|Finanz|Gewerbe|Umwelt)amt\b"
    r"|(?:Information|Privacy|Data Protection|Fair Trading|Consumer)(?: and Data Protection)? (?:Commissioner"
    r"|Ombudsman)"
    r"|Personal Data Protection Commission|Consumer (?:Helpline|Affairs)|Citizens Advice|個人資料私隱|个人资料"
    r"|個人情報保護委員会|consumentenbond|geschillencommissie)",
    re.IGNORECASE,
)
