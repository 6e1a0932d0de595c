"""Headings, and sentences, that begin a part of a page about others than its company."""

import re

#: Before "distributors" and "partners" that are other firms.
_SCOPES = (
    r"overseas|local|authori[sz]ed|official|appointed|international|regional|global|worldwide|country|exclusive"
    r"|master|certified"
    r"|independent|distribution|sales|service|retail|channel|installation|export|foreign|asian|european"
)
#: Headings and sentences that begin a part about others, with the number of lines below that it may have.
HEADS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (lines, re.compile(pattern, re.IGNORECASE))
    for lines, pattern in (
        (
            6,
            r"(?:useful|helpful|related|external|government|other useful) (?:links?|numbers?|contacts?"
            r"|authorities|agencies"
            r"|web ?sites?|hotlines?|resources)\W{0,2}|(?:government |regulatory )?(?:authorities|regulators?)\W{0,2}",
        ),
        (
            2,
            r"(?:our |the )?(?:technology|training|boat|travel|strategic|business|channel|implementation"
            r"|logistics|media"
            r"|research|venue|charity|delivery|insurance|programme|academic|knowledge|education) partners?\W{0,2}",
        ),
        (
            3,
            r"(?:our |the |major |main )?(?:tenants?|bank(?:er)?s?|landlords?|affiliates?|sponsors?|neighbours?"
            r"|customers?"
            r"|clients?|(?:affiliated?|associated?|related|sister|group) compan(?:y|ies)|external|pelanggan(?:"
            r" kami)?|kunden"
            r"|(?:メーカー|関係機関|協力会社)[^\d]{0,12}"
            r"|取引銀行|主要取引先|主な取引先|関連会社|合作伙伴|客户)"
            r"(?: (?!care|service|support|hotline|enquir|relation|success|centre|center|line|desk|log|portal"
            r"|contact)\w{3,12})?"
            r"\W{0,2}|(?:event |the )?venue\s?[:：](?!.{0,60}\b(?:our|us)\b).{3,100}",
        ),
        (
            1,
            r"[A-Z][^\d@:(]{2,30} \((?:licen[sc]ed|franchised?|independent)"
            r" (?:partner|operator|dealer|agent|franchisee)s?\)"
            r"|(?:our )?(?:accreditation|membership)s?(?: (?:and|&) (?:accreditation|membership)s?)?\W{0,2}",
        ),
        (
            12,
            rf"(?:(?:our|the|&|and|{_SCOPES}) ){{0,4}}(?:agents?|dealers?|distributors?|resellers?|stockists?"
            r"|importers?|distribution network"
            r"|dealer network)"
            r"(?:\s?[–—:(-]\s?[^\W\d][^\d@:]{2,30})?\W{0,2}",
        ),
        (
            12,
            rf"(?:our |the )?(?:(?:{_SCOPES}) )(?:(?:{_SCOPES}|&|and) ){{0,2}}partners(?: (?:in|abroad"
            rf"|worldwide)\b.{{0,30}})?\W{{0,2}}"
            r"|(?:find|choose|locate) (?:an?|your|our)(?: local| nearest)? (?:installer|dealer|stockist|distributor"
            r"|reseller"
            r"|retailer|agent|partner)s?\b.{0,20}",
        ),
        (
            12,
            r"(?:unsere )?(?:fach)?händler(?:verzeichnis)?\W{0,2}|(?:unsere )?(?:vertriebs|service"
            r"|handels)partner\W{0,2}"
            r"|(?:nos )?(?:distributeurs|revendeurs|partenaires)\W{0,2}|(?:onze )?(?:dealers|verkooppunten"
            r"|distributeurs)\W{0,2}"
            r"|(?:våra |vores |våre )?(?:återförsäljare|forhandlere)\W{0,2}|jälleenmyyjät\W{0,2}"
            r"|(?:国内|海外)?(?:販売)?(?:代理店|特約店|販売店)(?:一覧)?|(?:授权)?(?:经销商|代理商)|經銷商",
        ),
        (
            5,
            r"(?:our )?(?:recommended|preferred) [a-z]{4,16}s\W{0,2}|references|referees|referenzen|références"
            r"|referenties|(?:zuständige )?(?:datenschutz-?)?aufsichtsbehörden?\W{0,2}|(?:berufs"
            r"|betriebs)?haftpflicht"
            r"(?:versicherung)?\W{0,2}|hébergement\W{0,2}|hébergeur\W{0,2}|médiation\W{0,2}"
            r"|(?:supervisory|data protection) authority\W{0,2}|verbraucherstreit.{0,20}",
        ),
        (
            8,
            r"(?:[\w'’&-]{1,20} ){0,3}(?:stockists?|dealers|distributors|resellers|retailers|installers"
            r"|franchisees|licensees|tenants|exhibitors|hauliers|carriers|suppliers|insurers|regulators|funders"
            r"|vendors|caterers"
            r"|florists|landlords?)"
            r"(?: (?:and|&|in|near|of|abroad|overseas|worldwide|we)\b.{0,40})?\W{0,2}"
            r"|where (?:else )?to (?:buy|find|get|taste|drink|eat|stay|see)(?: (?!us\b).{2,40})?"
            r"|(?:emergency|crisis|helpful|other|local|important) (?:useful )?(?:numbers|services|lines|support"
            r"|help ?lines?)\W{0,2}"
            r"|[^\d]{0,30}\b(?:help ?|care )lines\b[^\d]{0,40}|[^\d]{0,20}\bhot ?lines of [^\d]{3,40}"
            r"|funding bodies|file a claim.{0,20}"
            r"|before you dig|farm partners"
            r"|(?:(?:C ?& ?F|clearing|forwarding|sales|sub|overseas) )agents?(?: abroad)?\W{0,2}"
            r"|(?:.{0,30}\W)?(?:call|contact|ring|tell|notify|phone) (?:the|your) (?:own )?(?:brand|insurer"
            r"|manufacturer|maker|bank)\b.{0,40}|if you (?:need|are in|feel) .{3,40}",
        ),
        (
            0,
            r".{0,160}\b(?:our (?:suppliers?|principals?|bankers?|auditors?|lawyers?|solicitors?|landlord"
            r"|insurers?|brokers?)"
            r"|(?:paper|timber|coffee|fabric) merchants?|agents? in \w{2,20}(?=:)|your (?:insurer|bank"
            r"|doctor|landlord"
            r"|career office|embassy|employer)s?)\b.{0,300}",
        ),
        (
            3,
            r".{0,60}\b(?:in association with|associate[ds]? (?:offices?|firms?|compan(?:y|ies))|network"
            r" (?:offices?|firms?)"
            r"|correspondent (?:offices?|firms?)|independent (?:law |member )?firms?|affiliated? (?:offices?|firms?"
            r"|compan(?:y|ies)))\b.{0,60}",
        ),
        (
            5,
            r"(?:our )?(?:who|friends|vendors|suppliers|partners|people|brands|photographers) (?:that |whom? )?we"
            r" (?:love|like"
            r"|work|recommend|trust)\b.{0,40}|(?:our )?(?:recommended|preferred|trusted) (?:vendors|suppliers"
            r"|partners)\W{0,2}",
        ),
        (
            1,
            r".{0,120}\b(?:beware|scams?|scammers?|impost[eo]rs?|impersonat\w{1,5}|phishing|fraudsters?|fake"
            r" (?:web ?sites?|e-?mails?"
            r"|calls?|messages?|numbers?|accounts?)|nothing to do with us|not (?:affiliated|associated"
            r"|connected) with us)\b.{0,300}",
        ),
        (
            0,
            r".{0,120}\b(?:sole |exclusive |authori[sz]ed |official )?(?:agents?|distributors?|dealers?"
            r"|resellers?|licensees?"
            r"|representatives?) (?:in .{2,30} )?(?:for|of) (?!our |the company).{2,80}",
        ),
    )
)
#: Those headings that may also speak to whom they name: "Suppliers", then "Interested to supply? Tel 6123 4567".
ADDRESSING = re.compile(
    r"\b(?:customers|clients|suppliers|vendors|tenants|exhibitors|partners|agents|dealers|distributors|resellers"
    r"|stockists|retailers|importers|installers|franchisees|licensees)\W{0,2}",
    re.IGNORECASE,
)
#: A line with the short numbers of a country's rescuers: what else stands there is theirs, too.
RESCUE = re.compile(
    r"\b(?:emergency number|bel|dial|samu|pompiers|police|ambulance|fire(?: brigade)?|rescue|polizei|notruf"
    r"|europe\w*)\b[^.\n]{0,30}(?<![\d-])(?:112|911|999|995|000"
    r"|11[0189]|111)(?![\d-])",
    re.IGNORECASE,
)
#: Names of places to turn to in an emergency.
CARE = re.compile(
    r"\bA ?& ?E\b|[\w'’] ER\b|\b(?:[A-Z][\w'’-]{1,20} ){1,3}(?:Emergency|Hospital|Police|Poison Centre|Fire Station)\b"
    r"|\b(?:ACRA|IRAS|MOM|MOH|MAS|LTA|HDB|NEA|CPF|SCDF|CaseTrust|CASE) (?:help ?desk|hot ?line|enquir\w{1,4})\b"
)
#: A quick test for any of them: most pages have none.
ANY = re.compile(
    r"\bby\b|\boleh\b|\bpar\b|\bdoor\b|\b(?:von|durch)\b|设计|設計|制作|製作|技[术術]支|网站建设|accredit|membership|useful|helpful"
    r"|related|external|government"
    r"|authorit|regulator|associat|network|correspondent"
    r"|independent|affiliate|\bwe (?:love|like|work|recommend|trust)|recommended|preferred|trusted|beware|scam"
    r"|impost|impersonat"
    r"|phishing|fraudster|\bfake\b|nothing to do|not connected|agent|distributor|dealer|reseller|licensee"
    r"|representative|stockist|supplier|principal|banker|auditor|lawyer|solicitor|landlord|insurer|broker|merchant"
    r"|\byour (?:bank|doctor|career|embassy|employer)|emergency|hospital|police|a ?& ?e| er\b|poison|fire station|help"
    r" ?desk|hot ?line|affiliat|sister compan|取引|関連|合作|客户",
)
#: The same for a short line, which may be a heading.
ANY_HEADING = re.compile(
    r"partner|tenant|bank|sponsor|neighbour|customer|client|compan|external|pelanggan|kunden|retailer|installer"
    r"|franchis|venue"
    r"|licensee|exhibitor|haulier|carrier|regulator|funder|vendor|caterer|florist|where to |numbers|services"
    r"|crisis|help ?line|care line|funding|claim|before you|agent|your (?:brand|insurer)|the (?:brand|maker)"
    r"|メーカー|関係|協力"
    r"|if you |find |choose |importer|hot ?lines |locate |r[eé]f[eé]ren|referee|händler|vertriebs|partner|distribut"
    r"|revend|partenaire|verkoop|återförs|forhandl|jälleen|recommended|代理|特約|販売店|经销|經銷|aufsicht|haftpflicht"
    r"|hébergé?|hosting"
    r"|médiation|network|authority"
    r"|verbraucher|media|press"
)
PRESS = re.compile(
    r"pressekontakt\W{0,2}|presse(?:anfragen|stelle)?\W{0,2}|contacts? presse\W{0,2}|perscontact\W{0,2}|"
    r"(?:for )?(?:the )?(?:media|press)(?: (?:&|and) \w{5,9})?(?: (?:contacts?|enquir\w{1,3}|inquir\w{1,3}|office"
    r"|relations)){0,2}\W{0,2}",
    re.IGNORECASE,
)
AGENCY = re.compile(
    r"\b(?:PR|RP|Communications|Public Relations|Agency|Consult(?:ing|ancy|ants)|Strategies"
    r"|Relations)\b(?<!Investor Relations)(?<!Corporate Communications)(?<!Marketing Communications)"
)
