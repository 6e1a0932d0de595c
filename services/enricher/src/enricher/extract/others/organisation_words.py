"""Words that tell the name of an organisation from other capitalised words before a number."""

#: Capitalised words that name nobody: dates, ways to reach somebody, languages, kinds of service, legal forms.
_NOBODY_WORDS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec am pm whatsapp sms tel telephone phone fax email e-mail call text ring or and please for to at
    in on if is the a an new year public holiday holidays eve deepavali christmas chinese lunar hari raya english
    mandarin malay tamil japanese wi-fi pdf cv hr it qr toll freephone freecall hotline helpline infoline careline
    kostenlos kostenlose servicenummer gebührenfrei notruf notdienst numéro vert gratuit toll-free tollfree
    free-phone local overseas international domestic mainland nationwide customer customers care service services
    client call-centre callcentre contact-centre bebas pulsa layanan pelanggan talian percuma khidmat gratis
    gratisnummer gratisrufnummer kundenservice kundendienst hotline-nummer service-hotline numero azur appel bel
    klantenservice kundtjänst freefone interstate technical after-hours weekdays within outside emergency
    emergencies callout call-out free quote quotes line lines warranty whistleblower reservation reservations
    feedback hour hours touch expert experts parts spare order orders bestellung störungsdienst beratung press
    investor relations claims booking bookings desk shop online store stores question questions need help wide rates did
    gst uen pte ltd sdn bhd llp inc co
"""
NOBODY = frozenset(_NOBODY_WORDS.split())

#: Nouns in names of organisations that a company gives its customers the numbers of: banks and insurers, utilities,
#: carriers, public bodies and associations, help lines, wholesalers. A word gets in for a whole kind of organisation,
#: in any language, if no branch ("Tuas yard"), department or line of goods of a company is called so.
_ORGANISATION_WORDS = """
    insurance assurance mutual bank banks credit lending mortgage pharma pharmaceuticals laboratory laboratories
    water gas power telecom express cargo courier couriers movers distribution distributors trading ministry
    embassy regulator consulate bureau authority council board commission society federation association chamber
    union police customs court tribunal ombudsman helpline hotline lifeline hospital rescue registry co-operative
    cooperative forwarders airlines crematorium agencies insurer partner supplier mutuelle assurances banque
    kammer verband foundation transport
"""
ORGANISATIONS = frozenset(_ORGANISATION_WORDS.split())

#: Capitals that are no body's initials: states, jobs, signs beside numbers.
_NO_BODY_WORDS = """
    SMS DID NSW QLD VIC ACT TAS USA UAE FAQ RSVP CEO COO CFO VIP FAX TEL GMT SGT AND FOR NOT HRS HOURS TLX
    PSG ISO
"""
NO_BODY = frozenset(_NO_BODY_WORDS.split())
