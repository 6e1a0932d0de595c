"""Headings above people: of the company's team, of others, and headings that end either part."""

import re

from enricher.extract.line_memo import once_per_line

LONGEST_HEADING = 80
_OURS = re.compile(r"\b(?:our|we|us)\b", re.IGNORECASE)
_BELOW_OTHERS = 7  # lines
#: Headings below which people of the company stand, on other pages.
TEAM = re.compile(
    r"(?:meet )?(?:our |the )?(?:board(?: members)?|trustees|management committee)|meet (?:some of )?us"
    r"|(?:meet )?(?:our |the )?(?:(?:management|leadership|executive|senior|core|sales|founding) )?(?:team|people"
    r"|management|leadership|directors"
    r"|board of directors|founders?|key personnel|contact persons?|key contacts?)(?: members?)?:?|(?:管理|核心"
    r"|我们的)?团队",
    re.IGNORECASE,
)
#: Words of which such a heading has one: most pages have none.
_TEAM_WORDS = (
    *("team", "board", "trustees", "meet ", "people", "management", "leadership", "director", "founder", "personnel"),
    *("contact person", "key contact", "lawyers", "partners", "doctors", "dentists", "tutors", "trainers", "teachers"),
    *("faces", "leaders", "团队", "lembaga", "pegawai", "人"),
)
#: The same in a sentence's shape: "The people your child will meet".
ABOUT_TEAM = re.compile(
    r"(?:(?:meet|about|say hello to) )?(?:the|our|your|my) (?:[\w’'&-]{1,20} ){0,3}(?:team|people|founders?"
    r"|directors|leaders"
    r"|partners|lawyers|doctors|dentists|tutors|trainers|coaches|consultants|instructors|teachers|faces)(?:"
    r" [\w’'&-]{1,20}){0,6}"
    r"|lembaga pengarah|pegawai untuk dihubungi|(?:負責人|负责人|联系人|聯絡人).{0,30}",
    re.IGNORECASE,
)
#: Headings below which people of others stand, on any page.
OF_OTHERS = re.compile(
    r"(?:our |the |what |some |happy )*(?:testimonials?|reviews?|love notes|portfolio(?: \w{4,12})?|investees?"
    r"|investors?"
    r"|backed by|clients?(?: say.*)?|customers?(?: say.*)?|patients?(?: .*)?|students?(?: .*)?|parents?(?:"
    r" say.*)?|alumni"
    r"|top scorers.*|what (?:they|people|clients|customers|patients|parents|our .{1,20}|an? .{1,20}) sa(?:y"
    r"|id).*|case studies"
    r"|success stories|recent (?:cases|projects|works?)|in the (?:news|press|media)|trusted by|kind words"
    r"|alumni.{0,30}|retired (?:staff|partners?|members|directors?|colleagues)|former (?!.*@).{2,30}"
    r"|in memoriam|previous .{2,30}|前成員|前成员|ehemalige.{0,30}"
    r"|(?:the |our )?(?:hounds|pets|dogs|cats|mascots?|furry friends|past|past members|guests?(?: of .*)?)"
    r"|(?:loved|praised|reviewed|recommended) by .{2,40}"
    r"|(?:more )?(?:feedback|praise|voices|words|love|quotes|stories|reviews) (?:from|by|of) .{2,40}"
    r"|(?:from|hear from|straight from) (?:our |some of our |happy |the )*(?:clients?|customers?|patients?|guests?"
    r"|parents?|tenants|students)\b.{0,30}"
    r"|(?:don[’']?t|do not) (?:just )?take (?:our|my|it from) .{2,30}|in (?:their|your) (?:own )?words|word of mouth"
    r"|(?:customer|client|patient|guest|parent|google|user)(?:[’']s|s[’']?)? (?:feedback|voices|stories|reviews?|words"
    r"|quotes|love|testimonials?|experiences?)"
    r"|(?:happy|satisfied|delighted) (?:clients?|customers?|patients?|guests?|parents?|users?)"
    r"|people (?:love|like|trust) us|why (?:they|people|clients|customers|patients|parents) .{2,40}"
    r"|das sagen .{2,40}|kundenstimmen|stimmen .{2,30}|referenzen"
    r"|(?:our |overseas |authori[sz]ed )?(?:importers|dealers|distributors|agents|resellers|representatives abroad)"
    r"|remembering.{0,40}|in (?:loving )?memory.{0,40}|hall of fame|roll of hono(?:u)?r|our past .{2,30}"
    r"|collaborators|awards|press|latest news|pelanggan(?: kami)?"
    r"|projek.{0,20})\W{0,2}",
    re.IGNORECASE,
)
#: Titles that a heading gives to the names below it.
TITLES_BELOW = {
    "partners": "Partner",
    "our partners": "Partner",
    "directors": "Director",
    "board of directors": "Director",
    "founders": "Founder",
    "co-founders": "Co-founder",
}
#: Headings that end such a part.
OTHER = re.compile(
    r"(?:our |what |some |happy )*(?:testimonials?|reviews?|clients?(?: say.*)?|customers?(?: say.*)?|partners|news"
    r"|blog|products|services|projects"
    r"|contact(?: us)?|careers?|what (?:they|people|clients|customers) say.*|follow us|quick links)",
    re.IGNORECASE,
)
#: Headings on a page about the team that follow a part about others.
STAFF = re.compile(
    r"(?:our )?(?:partners?|associates?|consultants?|directors?|founders?|advisors?|advisers?|doctors?|nurses?"
    r"|lawyers?|staff"
    r"|professionals?|managers?|executives?)(?: (?:&|and) \w{4,14})?",
    re.IGNORECASE,
)


def may_name_team(text: str) -> bool:
    """Tests a text quickly for a heading above people of the company."""
    lower = text.lower()
    return any(word in lower for word in _TEAM_WORDS)


@once_per_line
def is_heading(line: str) -> bool:
    """True for a heading that begins or ends a part about people."""
    return any(it.fullmatch(line) for it in (TEAM, ABOUT_TEAM, OF_OTHERS, OTHER))


def without_parts_about_others(text: str) -> str:
    """Returns a text without the lines below headings about customers and former people."""
    left, kept = 0, []
    for line in text.split("\n"):
        if begins_others(line):
            left = _BELOW_OTHERS
        elif left and is_heading(line):
            left = 0
        left = max(left - 1, 0)
        kept += [line] if not left or _OURS.search(line) else []
    return "\n".join(kept)


@once_per_line
def begins_others(line: str) -> bool:
    """True for a heading above people of others."""
    return len(line) <= LONGEST_HEADING and OF_OTHERS.fullmatch(line) is not None
