"""Tells addresses from ordinary figures: "Over 40 employees, 2000 customers" has the form of an address.

An address that is none is worse than none: words that are not known to be a street need the form that is usual in the
country, or the country's name behind the town.
"""

import re
from typing import Final

from enricher.extract.addresses.forms import NUMBER_FIRST, SHORT_CODES

#: What is counted, in the languages of the countries.
_COUNTED = (
    r"employees|staff|people|persons|members?|customers?|clients?|users?|visitors?|guests|projects?|products?|partners?"
    r"|orders|sales|pieces|pcs|items|units|tons|tonnes|years?|hours|days|minutes|millions?|billions?|thousands?|percent"
    r"|countries|cities|stores|shops|dealers|distributors|offices|sites|machines|downloads|reviews|students"
    r"|euros?|dollars?|eur|usd|chf|dkk|sek|nok|kg|km|mm|kw|kwh|stück|stk|kunden|mitarbeiter\w{0,5}|beschäftigte"
    r"|projekte?n?|produkte?n?|artikel|teile|besucher|nutzer|mitglieder|jahren?|stunden|tagen?|tonnen|millionen"
    r"|mio|prozent|länder|filialen|umdrehungen|zeichen|exemplare|plätze|kunder|ansatte|anställda|medarbejdere"
    r"|medarbetare|projekter|projekt|produkter|brugere|brukere|användare|medlemmer|medlemmar|kroner|kronor|kr|timer|dage"
    r"|dager|dagar|år|asiakasta|henkilöä|työntekijää|tuotetta|euroa|vuotta|collaborateurs|salariés|employés|produits"
    r"|projets|pièces|articles|adhérents|utilisateurs|visiteurs|membres|partenaires|ans|heures|jours|tonnes|pays"
    r"|medewerkers|klanten|projecten|producten|stuks|gebruikers|bezoekers|leden|jaar|uur|dagen|miljoen|landen|clienti"
    r"|dipendenti|prodotti|progetti|anni|pezzi|clientes|empleados|productos|proyectos|años|piezas|socios|produtos"
    r"|projetos|anos|colaboradores|klientów|pracowników|zákazníků|zaměstnanců"
    r"|teilnehmer|lizenzen|leser|fans|follower|followers|abonnenten|subscribers|commandes|bestellungen|aufträge"
)
_IS_COUNTED: Final = re.compile(rf"(?:{_COUNTED})(?![\w'’-])", re.IGNORECASE)
#: "Over 40 employees", "250 happy clients", "Customers 500".
_COUNT: Final = re.compile(
    rf"\d[ +%]{{0,2}}(?:[^\W\d]{{2,20}} )?(?:{_COUNTED})(?![\w'’-])|(?<!\w)(?:{_COUNTED})\W{{1,3}}\d", re.IGNORECASE
)
#: Words before a number that is no house's.
_NO_STREET = (
    r"(?i:raum|zimmer|saal|seite|kapitel|modell?|type?|version|serie|nummer|number|no|nr|\w{1,20}nr|\w{1,20}nummer|art|ref|stand|halle"
    r"|hall|etage|room|level|tisch|team|top|seit|since|depuis|sinds|siden|sedan|dal|desde|over|mehr|meer|mere|plus|über|ab"
    rf"|bis|tel|telefon|fax|cvr|umsatz|turnover|windows|office|heft|ausgabe|band|teil|kurs|liga|phase|stufe|klasse"
    r"|gruppe|kategorie|\w{3,7}(?:tag|day)|januar|februar|märz|april|mai|juni|juli|august|(?:septem|okto|novem|dezem)ber"
    rf"|{_COUNTED})"
)
_CAPITALISED = r"[A-ZÀ-ÖØ-ÞŁŚŻČŘŠŽ][\w'’.-]{0,40}"
_LINK = (
    r"(?:am|an|auf|im|in|zum|zur|der|den|dem|die|des|und|von|van|de|het|'t|la|le|les|du|di|del|della|da|do|dos"
    r"|gate|gata|vei|veg|väg|plass|plads)"
)
#: "Vestergade 12", "Lange Reihe 4a", "Am Alten Markt 5-7": a part of an address by itself.
_NUMBER_LAST: Final = re.compile(
    rf"(?:^|[:;(–—/-]\s?)(?!{_NO_STREET}\b){_CAPITALISED}(?: (?:{_CAPITALISED}|{_LINK})){{0,4}}"
    r" \d{1,4}(?: ?[A-Za-z])?(?:[-–/+ ]{1,3}\d{1,4} ?[A-Za-z]?)?"
    r"(?: (?:bis|hs|[IVX]{1,3}|(?:bus|bte|lok\.|m\.|App\.) ?\w{1,4}))?$"
)
#: "27 Cheapside", "Unit 4, 1420 NW Oak", for countries whose codes are unmistakable.
_NUMBER_FIRST: Final = re.compile(
    r"(?:^|[:;(–—] ?)(?i:(?:no|lot|unit|suite|plot|shop|flat|room|level|block|blk|studio|floor)\b\.? ?)?#?"
    rf"\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,5}}[A-Za-z]?)?(?:$| (?:{_CAPITALISED} ?){{1,6}}$)"
)
_CLEAR_CODES: Final = frozenset({"GB", "US", "CA", "AU", "IE"})
#: Countries whose form of an end has no figures, or figures alone: the street has to be named, with the country, too.
_NO_CODES: Final = frozenset({"HK", "AE", "VN"})
_KIND: Final = re.compile(
    r"[A-Z0-9][\w'’.-]{0,30} (?:Street|STREET|St|ST|Road|ROAD|Rd|RD|Avenue|AVENUE|Ave|AVE|Lane|LANE|Ln|Drive|DRIVE|Dr"
    r"|Close|Crescent|Way|WAY|Walk|Place|PLACE|Pl|Terrace|Hill|Quay|Wharf|Boulevard|Blvd|BLVD|Square|Park|Row|Court|Ct"
    r"|Gardens|Highway|Hwy|Parade|Green|Grove|Mews|Yard|Gate|Circle|Parkway|Pkwy|Pike|Broadway|Esplanade|Circuit|House|Building"
    r"|BUILDING|Bldg|Tower|Towers|Centre|CENTRE|Center|CENTER|Plaza|Mansion|Arcade|Estate|Mill|Works|Chambers|Nagar"
    r"|Marg|Salai|Layout|Colony|Chowk|Bazaar|Industrial|Business Bay|Freezone|Free Zone)\b"
    r"|\b(?:Jalan|JALAN|Jln|JLN|Jl|Lorong|Lintang|Lebuh|Lebuhraya|Persiaran|Kampung|Kg|Taman|Kawasan|Menara|Wisma|Komplek"
    r"|Gedung|Ruko|Soi|Moo|Barangay|Brgy|Sector|Phase|MIDC|GIDC|SIPCOT|P\.?O|District|Ward)\b\.? [\w\"'’]"
    r"|\b(?:Plot|PLOT|Lot|LOT|PTD)\b(?: No)?\.? ?(?:[A-Z]{1,3}-)?\d"
    r"|[a-z](?:-daero|-ro|-gil|daero)\b"
    r"|(?i:(?:stra(?:ße|sse)|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|gracht|plein|kade|dijk|singel|vägen|gatan"
    r"|gränd|torget|veien|vegen|vej|gade|allé|plads|torv|gata|katu|kuja))\.? \d"
    r"|\b(?i:rue|avenue|av\.|quai|chemin|route|allées?|impasse|boulevard|bd|passage|faubourg|zone|ZA|ZI|ZAC|parc"
    r"|lieu[ -]?dit|cité|esplanade|promenade|rond-point|sentier|montée|domaine|hameau|résidence|square)"
    r" (?:de |du |des |d['’]|la |le |les |l['’]|[A-Z])"
    r"|\b(?:place|Place) (?:de la |du |des |[A-Z])|\b[Cc]ours [A-Z]|\b(?i:grande?['’ ]rue)\b"
    r"|\b(?i:c/) ?[A-Z]|\b[Gg]ran [Vv]ía\b"
    r"|\b(?i:viale?|piazzale|piazza|corso|vicolo|strada|calle|av\.|avda\.?|avenida|paseo|plaza|carretera|polígono|camino"
    r"|ronda|rambla|carrer|rua|travessa|largo|praça|estrada|ul\.|al\.|pl\.|os\.) ?(?:d[aeio]\w{0,3} |[A-ZÀ-ÞŁŚŻČŘŠŽ])"
    r"|[都道府県市区町村]|\b(?:City|Prefecture|Tokyo|Osaka|Kyoto)\b(?=,)|[a-z]-(?:ku|shi|cho|machi|gun|ken)\b"
)
_COUNTRY: Final = re.compile(
    r", (?:UK|United Kingdom|England|Scotland|Wales|USA|United States|U\.S\.A\.|Canada|Australia|New Zealand|NZ"
    r"|Aotearoa|Indonesia|Thailand|India|Philippines|Malaysia|(?:South |Republic of )?Korea|Ireland|Germany|Deutschland"
    r"|Allemagne|Austria|Österreich|Switzerland|Schweiz|Suisse|Svizzera|France|Belgium|België|Belgique|(?:The )?"
    r"Netherlands|Nederland|Luxembourg|Italy|Italia|Spain|España|Portugal|Denmark|Danmark|Sweden|Sverige|Norway|Norge|Finland"
    r"|Suomi|Poland|Polska|Czech Republic|Czechia|Česká republika|Japan)$"
)
#: A year where a code of four digits stands; 2000 is also the code of towns.
_YEAR: Final = re.compile(r"\b(?:19|20)(?!00)\d\d\b")
_ROUND: Final = re.compile(r"\b\d\d ?000\b")
#: Words that go on to the name of a place in a sentence.
_GOES_ON: Final = re.compile(
    r"(?<!\w)(?:in|of|from|to|at|near|across|throughout|and|or|for|with|ab|von|bis|für|mit|über|nur|und|van|voor|tot|fra|til"
    r"|med|från|till|och|og|pour|avec|à|et|&)\s*$"
)
_LONGEST_WORD = 15
_TOWN: Final = re.compile(r"[\d ,.-]*(?:[A-Z]{1,3}-)?[\d -]{3,8}(?:[A-Z]{2})? (?P<town>.*)")


def is_figure(before: str, end: re.Match[str]) -> bool:
    """True if the supposed end of an address is a count or part of a sentence: "2000 customers", "in Hong Kong"."""
    town = _TOWN.match(end[0])
    return (town is not None and _IS_COUNTED.match(town["town"]) is not None) or _GOES_ON.search(
        before[-15:]
    ) is not None


def is_address(head: str, end: re.Match[str], country: str) -> bool:
    """True if the words before the end of an address have a street, by a word for one or by the country's form."""
    parts = [part.strip(" .–-") for part in head.split(", ")]
    if any(_COUNT.search(part) and not _KIND.search(part) for part in parts):
        return False
    if any(map(_KIND.search, parts)):
        return True
    if country in _NO_CODES:
        return False
    if _COUNTRY.search(end[0]):
        return True
    if re.match(r" [^\W\dA-Z_]", end.string[end.end() : end.end() + 2]):
        return False
    if country in NUMBER_FIRST:
        return country in _CLEAR_CODES and any(map(_NUMBER_FIRST.search, parts))
    figure = _YEAR if country in SHORT_CODES else _ROUND
    return not figure.search(end[0]) and any(map(_NUMBER_LAST.search, parts))
