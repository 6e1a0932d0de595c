"""Kinds of pages, and the choice of a site's key pages: those that name the people and the ways to reach them.

A link's kind follows from the last part of its path, from its words, or from the parts above, each compared whole with
headings in English, Chinese, Malay and Tamil: contact lenses are no contact page.
"""

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from enricher.pages.documents import Link
from enricher.pages.urls import host_of, origin_of, path_of, site_of


class Kind(IntEnum):
    """The subject of a page, most useful first."""

    CONTACT = 0
    ABOUT = 1
    TEAM = 2
    CAREERS = 3
    PRODUCTS = 4
    CUSTOMERS = 5
    PRICING = 6
    NEWS = 7


#: Headings by kind, in lower case with one blank between words. The first kind with a match counts.
_HEADINGS: dict[Kind, str] = {
    Kind.CAREERS: (
        r"(?:our |current |latest |staff |job |all |see |view |explore )*(?:careers?|jobs?|vacanc(?:y|ies)"
        r"|openings|recruit"
        r"|recruitments?|recruiting|internships?|apprenticeships?|traineeships?|pupillages?)(?: (?:and"
        r" )?(?:internships?|jobs|vacancies"
        r"|recruitment|careers))?(?: (?:at|with|in|for|and|here) .{1,40}| page| us| programmes?| portal|"
        r" opportunities)?(?: \d{1,3})?"
        r"|(?:graduate|trainee|internship|training|apprentice(?:ship)?) (?:schemes?|programmes?|contracts?"
        r"|opportunities)"
        r"(?: (?:and )?vacancies)?|(?:current |exciting )?opportunities"
        r"|(?:contact|contact us|people|our people|team|our team|news|about|about us|culture|company|community"
        r"|life) (?:and )?"
        r"(?:jobs|careers|vacancies|openings)"
        r"|(?:career|job|jobs|employment|work|people|team|staff|crew|internship|volunteer and job) (?:and"
        r" )?(?:openings?"
        r"|opportunit(?:y|ies)|vacanc(?:y|ies)|listings?|search|applications?|positions?|jobs|careers|portal)"
        r"|(?:open|current|available|latest|all|see|view) (?:open |our )?(?:positions?|roles?|jobs?|vacanc(?:y"
        r"|ies)|openings?)"
        r"(?: \d{1,3})?"
        r"|(?:we are |we re |were |were now |now |we are now |we re now |yes )?(?:hiring|recruiting)(?: now| \d{1,3})?"
        r"|join (?:us|(?:our|the|my) (?!waitlist|wait|list|mailing|newsletter|club|conversation|discussion"
        r"|community|movement"
        r"|forum|webinar|course|class|programme|tour|party|fun|chat|challenge|group|meeting|event|facebook|channel|network"
        r"|loyalty|rewards|queue|beta|member)[\w ]{2,20})(?: today| now)?|join [a-z]{3,15}(?: team)?(?= careers)"
        r"|(?:come (?:and )?)?work(?:ing)? (?:with|for|at) .{1,40}|come (?:and )?work(?: .{2,30})?|employment"
        r"|working here"
        r"|(?:teach|train|drive|cook|volunteer|grow|build|fly|draw|ride|bake|brew|code|nurse|roast|sew|care"
        r"|thrive|intern|weld) with us"
        r"|be(?:come)? (?:an? |our )(?:[a-z]{3,12} )?(?:guide|tutor|teacher|trainer|instructor|advis[eo]r|coach"
        r"|driver|rider|nurse|carer"
        r"|caregiver|cleaner|barista|apprentice|intern|trainee|officer|guard|baker|chef|technician|mover|helper|therapist"
        r"|stylist|groomer|[a-z]*hero|crew member|team member|colleague|one of us|part of (?:the|our) (?:team"
        r"|crew|family))"
        r"|be (?:part of|one of) (?:us|(?:the|our) .{3,20})"
        r"|(?:[a-z]{3,14} ){0,2}(?:staff|crew|hearts?|hands?|people|instructors?|teachers?|tutors?|drivers?"
        r"|chefs?|cooks?"
        r"|baristas?|talents?|help|helpers?|heroes|superheroes|nurses?|engineers?|technicians?|stars|bakers?|humans|souls|minds"
        r"|apprentices?|trainees?|guards?|officers?|cleaners?|riders?|artisans?|makers?|stylists?|welders?|mechanics?|guides?"
        r"|carers?|dreamers|doers|you) wanted"
        r"|(?:your|a|find a|find your) (?:career|job) .{2,30}"
        r"|life at .{2,40}|our hiring .{2,20}|(?:how )?we hire|talent(?:s)? wanted|jobs board|hiring at .{2,30}"
        r"|work here|karriere.{0,20}|ausbildung.{0,20}|stellen(?:angebote|markt|anzeigen)?|offene stellen|jobs"
        r" und karriere"
        r"|empleo|emplois?|recrutement|lavora con noi|werken bij.{0,30}|vacatures?"
        r"|(?:kom )?jobba (?:hos|med) .{2,30}|lediga (?:jobb|tjänster)|ledige (?:stillinger|jobs?)"
        r"|(?:jobb|job|karriere|karriär)(?: (?:og|och|hos|i) .{2,30})?|bliv en del af .{2,20}|avoimet työpaikat"
        r"|rekrytointi|työpaikat|meille töihin|(?:nous )?rejoi(?:gnez|ndre)(?: nous)?|nous rejoindre|offres d emploi"
        r"|carrières?|travailler (?:chez|avec) .{2,30}"
        r"|(?:seasonal|summer|holiday|student|part time|full time|casual) (?:jobs?|work|vacancies|positions|roles)"
        r"|採用.{0,4}|リクルート|求人.{0,4}|kerja(?:ya)?|kerja kosong|jawatan kosong|kekosongan jawatan"
        r"|(?:peluang |sertai )(?:kerjaya|pekerjaan|kami)|karir|lowongan(?: kerja)?|tuyển dụng|ร่วมงานกับเรา"
        r"|招聘.{0,4}|.{0,2}加入我们|.{0,2}加入我們|人才招聘|招贤纳士|招賢納士|招募.{0,4}"
        r"|诚聘英才|誠聘英才|诚聘|职业机会|职位空缺|職位空缺|工作机会|人才招募|加入团队|加入團隊|zhaopin"
        r"|வேலை ?வாய்ப்பு(?:கள்)?|வேலைவாய்ப்புகள்"
    ),
    Kind.CONTACT: (
        r"contacts?(?: (?:us|me|info|infos|information|details?|form|page|sales|support|now|person|numbers?"
        r"|our .{1,20}|and .{1,30}))?"
        r"|contact us .{1,30}|contactus|(?:get|keep|stay) in touch(?: with us)?|in touch|(?:reach|find|locate|visit"
        r"|email|call|write to|talk to|speak to|reach out to) us"
        r"|where (?:we are|to find us)|how to (?:find|reach|get to) us|(?:our |office |company )?(?:locations?"
        r"|offices|branches)|location map"
        r"|(?:general |online |sales )?(?:enquir(?:y|ies|e)|inquir(?:y|ies|e))(?: (?:form|now|us))?"
        r"|say (?:hello|hi)|make an (?:enquiry|inquiry)|send (?:an )?(?:enquiry|inquiry)"
        r"|hubungi(?: kami)?|lokasi(?: kami)?|kontakt?|impressum|联系(?:我们|方式)?|联络(?:我们|方式)?|聯絡(?:我們"
        r"|方式)?|聯繫我們"
        r"|联系.{0,3}|在线留言"
        r"|தொடர்பு(?:க்கு| கொள்ள)?|எங்களை தொடர்பு ?கொள்ள(?:வும்)?|எங்களைத் தொடர்பு ?கொள்ள(?:வும்)?"
    ),
    Kind.TEAM: (
        r"(?:meet )?(?:our |the |your |my )?(?:(?:management|leadership|executive|senior|core|board|sales) )?"
        r"(?:teams?|people|staff|educators|management|leadership|directors|board of directors|key personnel|personnel"
        r"|founders?|experts|lawyers|attorneys|solicitors|doctors|dentists|physicians|specialists|therapists|vets|tutors"
        r"|teachers|trainers|coaches|instructors|stylists|consultants|faculty|advisors|advisers|practitioners|crew)"
        r"(?: (?:members?|page|us))?|(?:unser |das |ons |het )?team|(?:unsere |ihre )?ansprechpartner|mitarbeiter"
        r"|(?:notre |l )?équipe|equipe|equipo|medarbejdere|medarbetare|medewerkers|ansatte|personal"
        r"|who s who|kakitangan(?: kami)?|pasukan(?: kami)?|pengurusan|团队(?:介绍|成员)?"
        r"|(?:我们的"
        r"|管理|核心|专业)团队"
        r"|團隊|(?:我們的|管理)團隊|எங்கள் (?:குழு|அணி)|குழு"
    ),
    Kind.ABOUT: (
        r"about(?: (?:us|me|our .{1,20}|the .{1,20}))?|about .{1,30}|aboutus|(?:company|corporate|business|our"
        r"|organi[sz]ation)(?: (?:profile|info|information|overview|background|history|introduction|story))?"
        r"|(?:our |the |my )?(?:company|firm|story|history|profile|vision|mission|values|heritage|journey|background"
        r"|philosophy|milestones)"
        r"|vision (?:and |& )?mission|who (?:we are|are we)|what we are|introduction|tentang(?: kami| syarikat)?"
        r"|mengenai(?: kami)?|profil(?: syarikat| kami)?|latar belakang"
        r"|om(?: oss?)?|over ons|über uns|ueber uns|(?:à|a) propos(?: de nous)?|qui sommes nous|chi siamo|quienes somos"
        r"|sobre (?:nosotros|nós|nos)|wie (?:wij|we) zijn|会社概要|企業情報|会社案内"
        r"|关于(?:我们|公司)?|公司(?:简介|介绍|概况)|企业(?:简介|概况|文化)|關於(?:我們)?|公司簡介|企業簡介"
        r"|走进.{2,6}|எங்களைப்? பற்றி|நிறுவனம்"
    ),
    Kind.PRODUCTS: (
        r"(?:our |the |all )?(?:products?|services?|solutions?|catalogue?s?|catalogs?|capabilities|expertise"
        r"|offerings|brands?|product range)"
        r"(?: (?:and|&) (?:products?|services?|solutions?))?|what we (?:do|offer|make|sell)|product (?:list"
        r"|categor(?:y|ies)|catalogue|range|page)s?"
        r"|产品(?:中心|展示|介绍)?|服务(?:项目|范围)?|解决方案|業務範圍|產品(?:中心|介紹)?|服務(?:項目)?"
        r"|produk(?: kami)?|perkhidmatan(?: kami)?"
        r"|(?:எங்கள் )?(?:தயாரிப்புகள்|சேவைகள்)"
    ),
    Kind.CUSTOMERS: (
        r"(?:our |the |past |completed |selected )?(?:customers?|clients?|clientele|testimonials?|projects?"
        r"|portfolio|references?|case stud(?:y|ies)|success stories|track records?|work)"
        r"(?: (?:list|reference|testimonial|gallery|portfolio|and .{1,20})s?)?|客户(?:案例|见证)?|(?:工程|成功"
        r"|经典)?案例"
        r"|客戶(?:案例)?|pelanggan(?: kami)?|projek(?: kami)?"
        r"|வாடிக்கையாளர்கள்|(?:எங்கள் )?திட்டங்கள்"
    ),
    Kind.PRICING: (
        r"(?:our )?(?:pricing|prices?|price list|rates|fees)(?: (?:plans?|and .{1,20}))?|plans (?:and|&) pricing"
        r"|harga|senarai harga|价格(?:表)?|價格|விலை(?:கள்)?"
    ),
    Kind.NEWS: (
        r"(?:our |latest |company )?(?:news|newsroom|press|press releases?|media)(?: (?:cent(?:re|er)|room|releases?"
        r"|updates?|and .{1,20}))?|新闻(?:中心|动态)?|公司新闻"
        r"|新聞(?:中心)?|berita|செய்திகள்"
    ),
}
_PATTERNS = {kind: re.compile(headings) for kind, headings in _HEADINGS.items()}
#: Signs between words. Marks of Tamil vowels are none, though `\W` has them.
_BETWEEN = re.compile(r"[\x00-/:-@\[-`{-\x7f\s\u2000-\u206f\u3000-\u303f]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_END = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm)$", re.IGNORECASE)
_HAN = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z]{3}")
#: Hosts of job boards: of systems where every page is an employer's, and of markets where its path says so.
_JOB_HOSTS = re.compile(
    r"(?:^|\.)(?:greenhouse\.io|lever\.co|workable\.com|bamboohr\.com|teamtailor\.com|recruitee\.com|ashbyhq\.com|breezy\.hr"
    r"|smartrecruiters\.com|myworkdayjobs\.com|jobvite\.com|icims\.com|applytojob\.com|freshteam\.com|careers-page\.com"
    r"|zohorecruit\.(?:com|eu|in)|personio\.(?:de|com)|pinpointhq\.com|jobscore\.com|homerun\.co|softgarden\.io|factorialhr\.com"
    r"|talentlyft\.com|taleo\.net|successfactors\.(?:com|eu)|rippling-ats\.com|ats\.rippling\.com|dover\.com|kula\.ai|comeet\.com"
    r"|hirehive\.com|jobylon\.com|traffit\.com|livehire\.com|elmotalent\.com\.au|snaphire\.com|jobadder\.com|manatal\.com"
    r"|hiringplatform\.com|polymer\.co|welcomekit\.co|join\.com|workstream\.us|paylocity\.com|paycomonline\.net)$"
)
_JOB_PATHS = re.compile(
    r"(?:jobstreet\.com(?:\.sg|\.my|\.ph)?|jobsdb\.com|seek\.com(?:\.au)?|mycareersfuture\.gov\.sg|glints\.com|nodeflair\.com"
    r"|fastjobs\.sg|hiredly\.com|wantedly\.com|indeed\.com|welcometothejungle\.com|stepstone\.de|reed\.co\.uk|gradconnection\.com"
    r"|jobscentral\.com\.sg|grabjobs\.co|internsg\.com|maukerja\.my|ricebowl\.my|kalibrr\.com|wellfound\.com|efinancialcareers\.sg)"
    r"/(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:companies|company|cmp|employers?|jobs?|careers|search|unternehmen|opportunities)\b.{2}"
    r"|linkedin\.com/company/[^/?#]+/jobs",
    re.IGNORECASE,
)
_FEW_WORDS = 5  # "About our people" names a page, "How we think about tyres" an article
_MAX_PAGES = 50
_NO_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|svg|webp|ico|mp[34]|avi|mov|css|js|xml|json|txt)$"
)
#: Parts of paths without signs between their words.
_FUSED = {
    **dict.fromkeys(("joinus", "joinourteam", "workwithus", "workforus", "nowhiring"), Kind.CAREERS),
    **dict.fromkeys(("contactus", "findus", "locateus", "reachus", "getintouch", "contactinfo"), Kind.CONTACT),
    **dict.fromkeys(("aboutus", "whoweare", "ourstory", "companyprofile", "ourcompany"), Kind.ABOUT),
    **dict.fromkeys(("ourteam", "ourpeople", "meettheteam", "theteam", "managementteam"), Kind.TEAM),
    **dict.fromkeys(("ourproducts", "ourservices", "whatwedo"), Kind.PRODUCTS),
    **dict.fromkeys(("ourclients", "ourcustomers", "ourprojects"), Kind.CUSTOMERS),
}
#: Headings whose further words make them something else.
_NOT_THEM = re.compile(
    r"about (?:cookies|this (?:site|website|page)|blank)|contact (?:lens|lenses|cleaner|person name)|join us on .*"
    r"|work at height.*|work with (?:height|heights|glass|metal|wood)"
    r"|working at heights?|most wanted|work (?:with|for|at) (?:us )?as (?:an? )?(?:agent|partner|reseller|affiliate).*"
    r"|(?:careers?|job) (?:fairs?|advice|coaching|counsell?ing|guidance|services?|consult\w{4,6}|talks?"
    r"|sheets?)(?: .*)?"
    r"|jobs? (?:done|completed|sheets?|in hand)|recruitment (?:agency|services?|solutions?|process outsourcing"
    r"|consult\w{3,6})"
    r"|(?:careers?|jobs?) in (?:brief|progress)"
)


def kind_of(link: Link) -> Kind | None:
    """Guesses a page's kind from its link's target and words; `None` for other pages."""
    return _kind_of(link.url, link.words)


@lru_cache(4_000)  # the pages of a site share a menu
def _kind_of(url: str, said: str) -> Kind | None:
    parts = urlsplit(url)
    if _JOB_HOSTS.search(parts.hostname or "") or _JOB_PATHS.search(url):
        return Kind.CAREERS
    path = [unquote(part) for part in parts.path.split("/") if part][-6:]
    asked = [value for _, value in parse_qsl(parts.query, max_num_fields=20)] if parts.query else []
    for words in (*asked, *path[-1:], said, *reversed(path[:-1])):
        kind = _of_words(_END.sub("", words))
        if kind is not None:
            return kind
    return None


def _of_words(said: str) -> Kind | None:
    words = _BETWEEN.sub(" ", _HUMP.sub(" ", said.replace("'", " ").replace("’", " "))).strip().lower()
    if not words or len(words) > 60 or words.count(" ") >= _FEW_WORDS or _NOT_THEM.fullmatch(words):
        return None
    if words in _FUSED:
        return _FUSED[words]
    found = next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(words)), None)
    if found is None and not words.isascii() and _HAN.search(words) and _LATIN.search(words):  # "招聘 Recruitment"
        latin = _HAN.sub(" ", words).strip()
        return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(latin)), None)
    return found


def key_pages(home: str, links: Iterable[Link]) -> dict[str, Kind]:
    """Chooses the site's own key pages, best first: one of each kind, then the second ones. Deterministic.

    Within a kind, pages with short paths come first. URLs that differ in www, scheme or a final slash are one page.
    """
    site = site_of(host_of(home))
    kinds = _kinds(links)
    chosen: dict[Kind, list[str]] = {}
    seen = {_page_of(home)}
    for url in sorted(kinds, key=lambda url: (origin_of(url) != origin_of(home), url.count("/"), len(url), url)):
        if site_of(host_of(url)) == site and _page_of(url) not in seen:
            seen.add(_page_of(url))
            chosen.setdefault(kinds[url], []).append(url)
    ranked = sorted((nth, kind, url) for kind, urls in chosen.items() for nth, url in enumerate(urls))
    return {url: kind for _, kind, url in ranked[:_MAX_PAGES]}


def _kinds(links: Iterable[Link]) -> dict[str, Kind]:
    """Returns the kind of each linked page; if several links lead to one page, the best kind wins."""
    kinds: dict[str, Kind] = {}
    for link in links:
        path = path_of(link.url).lower()
        if (path == "/" and "?" not in link.url) or _NO_PAGE.search(path):
            continue
        kind = kind_of(link)
        if kind is not None:
            kinds[link.url] = min(kind, kinds.get(link.url, kind))
    return kinds


def _page_of(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
