"""The trades of the generated register: SSIC 2020 codes, their frequency, and their words.

One line per code: `code weight | words in company names | the trade | what is sold`. Weights are relative and follow
the register's mix, where a few catch-all codes are most of it.
"""

from dataclasses import dataclass

_TABLE = """
01120 5 | AGROTECH/FARMS | hydroponic vegetable farming | leafy greens, herbs, microgreens
03201 4 | AQUACULTURE/SEA FARM | food fish farming | barramundi, red snapper, fingerlings
08900 3 | MINERALS/QUARRY | mineral quarrying | silica sand, aggregates, site surveys
09002 6 | OFFSHORE/OILFIELD SERVICES | oil and gas field services | well testing, wireline services, downhole tools
10200 10 | SEAFOOD INDUSTRIES/FOODS | seafood processing | frozen prawns, fish balls, surimi
10712 14 | BAKERY/CONFECTIONERY/FOODS | bread and cake manufacturing | sandwich bread, buns, celebration cakes
10740 8 | NOODLES/FOOD INDUSTRIES | noodle manufacturing | fresh noodles, rice vermicelli, dumpling skins
10750 12 | FOOD MANUFACTURING/KITCHEN | ready meal manufacturing | frozen dinners, sauces, meal kits
10799 16 | FOOD INDUSTRIES/FOODS | food manufacturing | pastes, premixes, snacks
11041 6 | BEVERAGES/DRINKS | soft drink manufacturing | bottled water, isotonic drinks, teas
12009 2 | TOBACCO/LEAF | tobacco product manufacturing | cigars, loose leaf tobacco, filters
13921 4 | TEXTILES/FURNISHINGS | curtain and bed linen manufacturing | curtains, bed sheets, cushion covers
14101 8 | APPAREL/GARMENTS/UNIFORMS | garment manufacturing | uniforms, workwear, jackets
15122 3 | LEATHER/BAGS | leather goods manufacturing | handbags, wallets, card holders
16293 5 | TIMBER/CRATES/WOODWORKS | wooden crate and pallet manufacturing | export crates, pallets, packing cases
17022 6 | PACKAGING/CARTONS/PAPER | paper packaging manufacturing | corrugated cartons, paper boxes, inserts
18113 18 | PRINTING/PRINT/PRESS | commercial printing | brochures, labels, annual reports
19202 4 | LUBRICANTS/OILS | lubricating oil manufacturing | engine oils, hydraulic oils, greases
20231 7 | CLEANTECH CHEMICALS/CHEMICALS | detergent manufacturing | detergents, degreasers, hand soap
20299 12 | CHEMICALS/SPECIALTY CHEMICALS | specialty chemical manufacturing | resins, coatings additives, solvents
21012 7 | PHARMA/PHARMACEUTICALS/LABORATORIES | pharmaceutical manufacturing | tablets, capsules, sterile injectables
22216 10 | PLASTICS/PRECISION PLASTICS/MOULDING | plastic injection moulding | moulded housings, gears, medical parts
22193 5 | RUBBER/RUBBER INDUSTRIES | industrial rubber manufacturing | seals, gaskets, hoses
23951 5 | CONCRETE/READYMIX | ready-mix concrete | ready-mix concrete, mortar, screed
24310 4 | FOUNDRY/CASTINGS/STEEL | iron and steel casting | valve bodies, pump casings, counterweights
25114 13 | STEEL/STRUCTURAL STEEL/METAL WORKS | structural steel fabrication | beams, trusses, platforms
25922 7 | METAL FINISHING/SURFACE TECHNOLOGIES | metal polishing and finishing | polishing, deburring, passivation
25997 24 | PRECISION ENGINEERING/PRECISION/MACHINING | precision metal components | CNC turned parts, housings, jigs
25999 14 | METAL INDUSTRIES/FABRICATION/ENGINEERING | metal fabrication | brackets, enclosures, sheet metal parts
26113 12 | SEMICONDUCTOR/MICROELECTRONICS | semiconductor assembly and testing | wafer probing, chip packaging, burn-in
26123 12 | ELECTRONICS/CIRCUITS | printed circuit board assembly | surface mount assembly, box build, prototyping
26304 8 | SECURITY TECHNOLOGIES/SYSTEMS | electronic security equipment | card readers, cameras, turnstiles
26511 8 | INSTRUMENTS/METROLOGY | scientific instrument manufacturing | sensors, gauges, spectrometers
27104 9 | SWITCHGEAR/ELECTRIC/POWER SYSTEMS | switchboard manufacturing | switchboards, control panels, busbars
27400 6 | LIGHTING/LED | lamp and lighting manufacturing | LED luminaires, street lights, drivers
28121 8 | PUMPS/FLUID SYSTEMS | pump manufacturing and repair | hydraulic pumps, dosing pumps, spare parts
28181 7 | ROBOTICS/AUTOMATION | industrial robot manufacturing | robot cells, grippers, conveyors
28223 14 | TOOLING/MOULD/DIES | mould and die making | injection moulds, stamping dies, fixtures
28242 8 | OILFIELD EQUIPMENT/OFFSHORE ENGINEERING | oilfield machinery manufacturing | wellheads, skids, manifolds
28273 12 | SEMICON EQUIPMENT/EQUIPMENT | semiconductor equipment manufacturing | handlers, die bonders, spare parts
28300 22 | INDUSTRIAL INSTALLATION/MECHANICAL ENGINEERING | industrial machinery installation | \
rigging, alignment, commissioning
29300 4 | AUTO PARTS/AUTOMOTIVE | vehicle parts manufacturing | brake parts, brackets, wiring looms
30110 24 | SHIPYARD/MARINE ENGINEERING/SHIPBUILDING | ship building and repair | hull repair, conversions, steel renewal
30302 11 | AEROSPACE/AERO SERVICES/AVIATION | aircraft repair and servicing | \
component repair, cabin refits, line maintenance
31001 18 | FURNITURE/CARPENTRY/JOINERY | wood furniture manufacturing | cabinets, office desks, upholstered seats
32111 5 | JEWELLERS/GOLDSMITH | jewellery making | rings, pendants, repairs
32502 9 | MEDTECH/MEDICAL DEVICES/SURGICAL | medical disposables manufacturing | catheters, syringes, surgical drapes
32901 6 | SIGNS/SIGNAGE | sign and display manufacturing | light boxes, wayfinding signs, displays
35102 8 | SOLAR/ENERGY/RENEWABLES | solar power generation | rooftop solar, power purchase plans, monitoring
36000 3 | WATER/WATER TECHNOLOGIES | water purification and supply | membrane plants, recycling, monitoring
37000 3 | SEWERAGE/ENVIRONMENTAL | sewer services | desludging, pipe inspection, jetting
38100 9 | WASTE MANAGEMENT/ENVIRONMENTAL | waste collection | bin collection, food waste, bulky items
38301 8 | RECYCLING/METAL RECYCLING | scrap metal recycling | copper scrap, e-waste, demolition metal
41001 260 | CONSTRUCTION/BUILDERS/CONTRACTORS/CONSTRUCTION & ENGINEERING | general building contracting | \
new builds, upgrading works, design and build
41009 110 | BUILDING CONSTRUCTION/BUILDERS | building construction | additions, alterations, reinstatement
42101 62 | CIVIL ENGINEERING/INFRASTRUCTURE | civil engineering contracting | piling, drainage, earthworks
43210 36 | ELECTRICAL/ELECTRICAL ENGINEERING | electrical works | wiring, testing, power distribution
43220 28 | AIRCON/PLUMBING/M&E | air-conditioning and plumbing works | aircon servicing, ducting, pipe works
43292 22 | FIRE PROTECTION/ALARM SYSTEMS | fire and alarm installation | sprinklers, alarms, inspections
43301 88 | RENOVATION/RENOVATION CONTRACTORS | home and office renovation | kitchens, bathrooms, shop fittings
43909 26 | SPECIALIST CONTRACTORS/WATERPROOFING | specialist building works | waterproofing, facade repair, scaffolds
46100 46 | AGENCIES/SOURCING/TRADING AGENCY | commission trading | buying agents, sourcing, sample checks
46301 22 | FRUITS/FRESH PRODUCE/VEGETABLES | fruit and vegetable wholesale | imported fruit, vegetables, salads
46302 20 | SEAFOOD TRADING/MEATS | meat and seafood wholesale | chilled fish, poultry, frozen beef
46303 20 | PROVISIONS/FOODS TRADING | grocery wholesale | rice, cooking oil, canned food
46307 16 | WINES/SPIRITS/BEVERAGE DISTRIBUTORS | liquor and beverage wholesale | wines, craft beer, juices
46411 20 | TEXTILES TRADING/FABRICS | textile wholesale | cotton, batik, upholstery fabric
46424 16 | BEAUTY SUPPLIES/COSMETICS | cosmetics wholesale | skincare, salon supplies, fragrance
46435 16 | APPLIANCES/ELECTRICAL TRADING | household appliance wholesale | refrigerators, fans, rice cookers
46461 14 | MEDICAL SUPPLIES/PHARMA DISTRIBUTION | pharmaceutical wholesale | medicines, vaccines, cold chain
46472 12 | PACKAGING SUPPLIES/PACKAGING | packaging material wholesale | stretch film, tapes, cartons
46511 26 | COMPUTERS/IT SUPPLIES | computer hardware wholesale | servers, laptops, storage
46522 52 | COMPONENTS/ELECTRONICS/DEVICES | electronic component wholesale | connectors, chips, passives
46541 28 | MACHINERY/INDUSTRIAL EQUIPMENT/INDUSTRIAL SUPPLIES | industrial machinery wholesale | \
cranes, compressors, spares
46551 22 | MARINE SUPPLIES/MARINE EQUIPMENT | marine equipment wholesale | radar, deck gear, safety equipment
46563 22 | AUTO SPARES/PARTS | vehicle parts wholesale | filters, brake pads, tyres
46592 28 | SCIENTIFIC/INSTRUMENTATION/MEDICAL EQUIPMENT | scientific equipment wholesale | \
microscopes, analysers, scales
46610 20 | PETROLEUM/FUELS/ENERGY TRADING | fuel wholesale | diesel, marine fuel, bitumen
46620 24 | METALS/STEEL TRADING/METAL SUPPLIES | metal wholesale | steel pipes, plates, aluminium bars
46632 18 | HARDWARE/TOOLS | hardware wholesale | fasteners, locks, power tools
46639 32 | BUILDING MATERIALS/BUILDING SUPPLIES | building material wholesale | cement, tiles, pipes
46649 18 | CHEMICAL TRADING/CHEMICALS | chemical wholesale | solvents, resins, cleaning agents
46661 8 | SHIP SUPPLIES/CHANDLERS | ship chandling | provisions, deck stores, cabin stores
46662 10 | BUNKERING/BUNKERS | ship bunkering | fuel oil, gas oil, bunker barges
46900 1380 | TRADING/GENERAL TRADING/ENTERPRISE/INTERNATIONAL TRADING/IMPEX/RESOURCES/GLOBAL TRADING/DISTRIBUTION | \
general wholesale trade | household goods, industrial supplies, general merchandise
47102 38 | MINIMART/MART | convenience retail | snacks, drinks, daily needs
47109 44 | RETAIL/STORES/EMPORIUM | general retail | gifts, homeware, stationery
47219 24 | GOURMET/DELICATESSEN/FOOD STORE | specialty food retail | dried goods, snacks, tea
47311 28 | AUTOMOBILES/MOTORS/CARS | car retail | new cars, used cars, trade-ins
47411 16 | MOBILE/GADGETS | phone retail | handphones, cases, repairs
47412 32 | COMPUTER STORE/DIGITAL | computer retail | notebooks, printers, software
47531 16 | FURNITURE GALLERY/HOME LIVING | furniture retail | sofas, beds, dining sets
47711 82 | FASHION/APPAREL/CLOTHING | clothing retail | dresses, shirts, accessories
47721 26 | COSMETICS/SKINCARE/BEAUTY | cosmetics retail | skincare, make-up, hair care
47742 14 | GIFTS/COLLECTIBLES | gift retail | collectibles, souvenirs, hampers
49212 20 | BUS SERVICES/TRANSPORT | chartered bus services | school buses, staff transport, tours
49231 28 | TRANSPORT/HAULAGE/LOGISTICS | road freight | container haulage, lorry delivery, cold trucks
49232 12 | MOVERS/RELOCATION | moving services | house moving, office moving, storage
50021 76 | SHIPPING/MARITIME/TANKERS | ship chartering and freight | dry bulk, product tankers, voyage charter
51005 5 | AIR CHARTER/AVIATION | aircraft chartering | business jets, cargo charter, medevac
52101 18 | WAREHOUSING/STORAGE/SUPPLY CHAIN | warehousing | racked storage, pick and pack, bonded stock
52222 28 | SHIPPING AGENCIES/SHIPPING SERVICES | shipping agency | port clearance, crew change, husbandry
52226 16 | SHIP MANAGEMENT/MARINE | ship management | crewing, technical management, audits
52292 60 | FREIGHT/LOGISTICS/FORWARDING/CARGO | freight forwarding | air freight, sea freight, customs clearance
53200 24 | COURIER/EXPRESS/DELIVERY | courier services | same-day delivery, parcels, lockers
55101 10 | HOTELS/HOSPITALITY | hotel keeping | rooms, meetings, banquets
56111 210 | RESTAURANTS/DINING/CUISINE/KITCHEN | restaurant keeping | set lunches, private rooms, tasting menus
56112 40 | CAFE/COFFEE/ROASTERS | cafe keeping | espresso, brunch, pastries
56122 92 | EATING HOUSE/FOOD COURT | coffee shop keeping | food stalls, kopi, zi char
56140 40 | FOOD STALL/HAWKER | food stall keeping | noodles, rice dishes, drinks
56200 20 | CATERING/EVENTS CATERING | food catering | buffets, bento, tea receptions
58202 38 | SOFTWARE/APPS | software publishing | mobile apps, desktop tools, subscriptions
59112 30 | FILMS/PRODUCTIONS/MEDIA | corporate video production | commercials, corporate video, editing
61091 18 | TELECOM/COMMUNICATIONS | telecommunications reselling | voice plans, SIM cards, roaming
62011 475 | SOFTWARE/TECHNOLOGIES/TECH/DIGITAL/SYSTEMS/LABS/SOLUTIONS | software development | \
web applications, mobile apps, system integration
62012 30 | GAMES/INTERACTIVE/STUDIOS | computer game development | mobile games, game art, ports
62021 265 | IT CONSULTING/INFOTECH/TECHNOLOGY SERVICES/SOLUTIONS | IT consultancy | \
cloud migration, ERP advice, IT audits
62022 20 | CYBERSECURITY/CYBER | cybersecurity consultancy | penetration tests, incident response, audits
62090 94 | IT SERVICES/INFOCOMM/NETWORKS | IT services | helpdesk, backup, network support
63119 26 | ANALYTICS/DATA/INTELLIGENCE | data analytics | dashboards, forecasting, data cleaning
63201 60 | MARKETPLACE/ONLINE/ECOMMERCE | online marketplace operation | marketplace listings, fulfilment, payments
64201 20 | FINANCIAL HOLDINGS/CAPITAL HOLDINGS | financial holding | subsidiaries, treasury, governance
64202 1160 | HOLDINGS/INVESTMENTS/INVESTMENT HOLDINGS/CAPITAL/VENTURES/GROUP/ASSETS | investment holding | \
long-term investments, subsidiaries, shareholder services
64300 42 | FUND/TRUST/VCC | collective investment | unit trusts, sub-funds, reporting
65124 6 | INSURANCE/ASSURANCE | general insurance | motor cover, fire cover, travel cover
66221 18 | INSURANCE AGENCY/ADVISORY | insurance agency | group plans, personal cover, claims help
66301 26 | ASSET MANAGEMENT/FUND MANAGEMENT | portfolio management | equity funds, mandates, reports
66305 18 | VENTURE PARTNERS/VENTURE CAPITAL | venture capital | seed rounds, growth rounds, mentoring
66306 84 | FAMILY OFFICE/WEALTH | family office services | investment oversight, reporting, philanthropy
68101 58 | PROPERTIES/LAND/DEVELOPMENT/REALTY | property development | residences, shop units, mixed use
68103 32 | PROPERTY INVESTMENTS/ESTATES | property letting | offices, workshops, storage units
68201 20 | REALTORS/REAL ESTATE | real estate agency | sales, rentals, valuations
69101 14 | LEGAL/LAW | legal services | contracts, disputes, conveyancing
69201 18 | ASSURANCE SERVICES/AUDIT | accounting and auditing | statutory audit, tax, internal audit
69202 22 | BOOKKEEPING/CORPORATE SERVICES/ACCOUNTS | book-keeping | ledgers, payroll, GST filing
70201 805 | CONSULTANCY/CONSULTING/MANAGEMENT/ADVISORY/BUSINESS CONSULTANCY/PARTNERS | management consultancy | \
strategy, process improvement, market entry
70204 16 | HR CONSULTING/TALENT ADVISORY | human resource consultancy | pay reviews, handbooks, coaching
70205 48 | BRANDING/PR/MARKETING CONSULTANTS | brand consultancy | campaigns, media relations, identity
70209 128 | BUSINESS SERVICES/CONSULTANTS/STRATEGY | business consultancy | grants advice, franchising, training
71111 12 | ARCHITECTS/DESIGN STUDIO | architecture | homes, offices, conservation
71121 34 | CONSULTING ENGINEERS/ENGINEERING CONSULTANTS | building engineering consultancy | \
structures, services, site supervision
71129 38 | ENGINEERING/ENGINEERING SERVICES/DESIGN ENGINEERING | engineering design | drawings, simulation, prototypes
71200 14 | TESTING/INSPECTION/CERTIFICATION | technical testing | load tests, calibration, certification
72106 28 | BIOMEDICAL/LIFE SCIENCES/THERAPEUTICS | medical research | assays, trials support, diagnostics
73100 86 | ADVERTISING/MEDIA/CREATIVE | advertising | outdoor media, search ads, content
74191 94 | INTERIORS/INTERIOR DESIGN/SPACE DESIGN | interior design | homes, showrooms, space planning
74192 30 | DESIGN/GRAPHICS/ART | graphic design | logos, layouts, illustration
74200 20 | PHOTOGRAPHY/IMAGES | photography | weddings, product shots, events
74909 22 | TECHNICAL SERVICES/PROFESSIONAL SERVICES | technical services | surveys, reports, expert advice
75000 4 | VETERINARY/ANIMAL CLINIC | veterinary care | vaccination, surgery, dental care
77101 22 | CAR RENTAL/LEASING | car rental | daily rental, leasing, replacement cars
78104 38 | RECRUITMENT/MANPOWER/STAFFING | employment agency | executive search, contract staff, payroll
79102 16 | TRAVEL/TOURS/HOLIDAYS | travel agency | group tours, visas, incentives
80100 14 | SECURITY SERVICES/PROTECTION | private security | guards, patrols, event security
81211 30 | CLEANING/FACILITY SERVICES/MAINTENANCE | commercial cleaning | office cleaning, disinfection, carpets
81300 8 | LANDSCAPE/GARDENS | landscaping | planting, turf, tree care
82303 54 | EVENTS/CONCERTS/EXPERIENCES | event organising | launches, concerts, roadshows
82999 24 | SUPPORT SERVICES/BUSINESS SUPPORT | business support | loyalty programmes, mailrooms, scanning
85409 98 | TRAINING/ACADEMY/LEARNING | training courses | workshops, certificates, e-learning
85509 70 | EDUCATION/TUITION/EDU | education support | tuition, assessment books, enrichment
86201 22 | MEDICAL/CLINIC/FAMILY CLINIC | medical clinic | consultations, health screening, vaccinations
86204 14 | DENTAL/DENTAL SURGERY | dental care | scaling, braces, implants
86909 28 | HEALTHCARE/PHYSIOTHERAPY/WELLNESS | health services | physiotherapy, nutrition, home visits
88101 6 | ELDERCARE/SENIOR CARE | services for the elderly | day care, meals, befriending
90009 8 | ARTS/THEATRE | arts production | stage shows, workshops, tours
93111 32 | FITNESS/GYM | fitness centre keeping | classes, personal training, memberships
94120 5 | ASSOCIATION/INSTITUTE | professional membership | seminars, journals, accreditation
95110 16 | COMPUTER REPAIRS/SERVICE CENTRE | computer repair | screen repair, data recovery, servicing
95301 38 | MOTOR WORKSHOP/AUTO SERVICES/AUTOWORKS | vehicle repair | servicing, panel beating, spray painting
96022 48 | SPA/BEAUTY SALON/AESTHETICS | beauty salon keeping | facials, slimming, hair care
96024 42 | REFLEXOLOGY/MASSAGE | massage and reflexology | foot massage, body massage, packages
96099 30 | PERSONAL SERVICES/LIFESTYLE | personal services | concierge, errands, styling
"""


@dataclass(frozen=True, slots=True)
class Industry:
    """One SSIC code with its words."""

    code: str
    weight: int
    name_words: tuple[str, ...]
    trade: str
    offers: tuple[str, ...]

    @property
    def makes(self) -> bool:
        """Whether the code is manufacturing (divisions 10 to 32)."""
        return 10 <= int(self.code[:2]) <= 32


def _read(line: str) -> Industry:
    head, words, trade, offers = (part.strip() for part in line.split("|"))
    code, weight = head.split()
    return Industry(code, int(weight), tuple(words.split("/")), trade, tuple(offers.split(", ")))


INDUSTRIES: tuple[Industry, ...] = tuple(_read(line) for line in _TABLE.strip().splitlines())
BY_CODE: dict[str, Industry] = {industry.code: industry for industry in INDUSTRIES}
