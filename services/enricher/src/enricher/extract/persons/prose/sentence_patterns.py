"""Patterns of a name with a title in a sentence: "our managing director, Ms A", "Attn: Ms A, Accounts"."""

import re

from enricher.extract.persons.prose.wording import (
    ADDRESSED,
    NAME,
    PERSON,
    REST_OF_TITLE,
    TITLE,
    WORD,
)

_OUR = r"(?:[Oo]ur|[Tt]he company[’']s|[Tt]he firm[’']s|[Ii]ts|[Kk]ami punya)"
#: "our managing director, Ms Priya Nair", "our office manager Ms Hasnah Yusof".
_TITLE_FIRST = re.compile(rf"\b{_OUR} (?!late )(?P<title>{TITLE}?),? (?:is )?(?P<name>{PERSON})(?![\w’'])")
#: The same with a comma, in capitals: "our Chief People Officer, Ana Cruz".
_TITLE_COMMA = re.compile(rf"\b{_OUR} (?!late )(?P<title>{TITLE}), (?P<name>{PERSON})(?![\w’'])")
#: "9636 2085 (Mr. Tan, Sales Manager)": in brackets, behind a number or with a form of address.
BOTH_IN_BRACKETS = re.compile(
    rf"(?:\d{{3,4}} \((?P<one>{PERSON})|\((?P<name>{ADDRESSED}{PERSON})), (?P<title>[A-Za-z]{REST_OF_TITLE})\)"
)
#: "supported by Ms Ana Cruz, Director of Operations, and by": no employer behind.
_ADDRESSED_FIRST = re.compile(
    rf"(?P<name>{ADDRESSED}{PERSON}), (?P<title>[A-Z]{REST_OF_TITLE})(?=[.;](?:\s|$)"
    r"|, (?:and|or|who|whose|will|(?:from|at|in) our)\b)"
)
#: "Ana Cruz joined as a graduate and is now Lead Engineer."
_NOW = re.compile(rf"(?P<name>{PERSON}) [^.\n]{{3,60}}? is now (?:our |the |an? )?(?P<title>{TITLE})(?=[.,;]|$)")
#: "Claire (Florist & Founder) picks": one name alone, with a title in brackets.
ONE_NAME = re.compile(rf"(?:^|(?<=[.;!?] ))(?P<name>{WORD}) \((?P<title>[A-Z]{REST_OF_TITLE})\)(?= [a-z])")
#: "Ana Cruz succeeded Ben Low as Managing Director".
_SUCCEEDED = re.compile(
    rf"(?P<name>{PERSON}) (?:succeeded|succeeds|replaced|replaces|follows|followed|took over from) {PERSON} as "
    rf"(?:our |the )?(?P<title>{TITLE})(?=[,.;:)]| (?:at|on|who|for|and|since|in|from)\b|$)"
)
#: "I'm Ana Cruz, the owner of", "My name is Ana Cruz and I am the founder".
_FIRST_PERSON = re.compile(
    rf"\b(?:I am|I[’']m|[Mm]y name is) (?P<name>{PERSON})(?:,| and)?(?: I am| I[’']m)? (?:the |an? )?"
    rf"(?P<title>{TITLE})"
    r"(?=[,.;:)!]| (?:of|at|here|and|in|who)\b|$)"
)
#: "Head Teacher: Mr. Tan." among other sentences.
_LABELLED = re.compile(rf"(?:^|(?<=[.;] ))(?P<title>[A-Z]{REST_OF_TITLE}): (?P<name>{PERSON})(?=[.;](?:\s|$))")
#: "says co-founder and managing director Ir. Tan".
SAYS_TITLED = re.compile(
    rf"\b(?:says|said|adds|added|explains) (?P<title>[a-z][a-z-]{{1,20}}(?: [a-z-]{{2,20}}){{0,5}}) "
    rf"(?P<name>{ADDRESSED}{PERSON})"
)
#: "Mr Tan, our operations manager", "Mei Tan is our buyer", "Mei Tan (roaster)".
NAME_FIRST = re.compile(
    rf"(?P<name>{PERSON})(?:,? (?:is |who is |as )?(?:{_OUR}|the) (?P<title>{TITLE})(?=[,.;:)!?]| (?:at|on|who"
    rf"|for|or|and|since|in|will|by|to|via)\b|$)"
    rf"| (?:has been|serves as|was appointed|was named|is|became|took over as|joined as) (?:{_OUR} |the |a |an"
    rf" )?(?P<other>{TITLE})"
    r"(?=[,.;:)!?]| (?:at|on|who|for|or|and|since|in|of the company)\b|$)"
    rf"| \((?P<bracket>{TITLE})(?:,[^)]{{0,40}})?\))"
)
#: "Attn: Mdm Goh Siew Lan, HR Manager", "speak to Mr Tan, Accounts".
ATTENTION = re.compile(
    rf"\b(?i:attn|attention(?: of)?|contact(?: person)?|ansprechpartner(?:in)?|person in charge|pic|call|speak"
    rf" (?:to|with)"
    rf"|talk to|write to|ask for|resum[eé]s? to|cv to|c/o)\s?[:.]?\s(?P<name>{PERSON})\s?,"
    rf" (?P<title>{TITLE})(?=[).,;]|\s[-–—]|$)"
)
#: "named Mei Tan its chief executive".
_NAMED = re.compile(
    rf"\b(?:named|appointed|promoted|welcomes?|welcomed) (?P<name>{PERSON}) (?:as |to )?(?:its |our |the )?(?:new )?"
    rf"(?P<title>{TITLE})(?=[,.;:)]| (?:at|on|who|for|and|since|in|from|effective|with)\b|$)"
)
#: "Call Mdm Goh (Admin)", with a department for a title: only for a person with a form of address.
WITH_DEPARTMENT = re.compile(
    rf"(?P<name>{ADDRESSED}{{1,2}}{WORD}(?: {WORD}){{0,3}}|{NAME}(?= \([a-z])) \((?P<title>[A-Za-z&/ ]{{2,30}})\)"
)
_OWN_SIGNS = ("our ", "Our ", "’s ", "'s ", "its ", "Its ", "ami punya ")
#: The patterns, each with the signs of which a line has one, if any: a text search saves most of the work.
PATTERNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (_TITLE_COMMA, _OWN_SIGNS),
    (_TITLE_FIRST, _OWN_SIGNS),
    (
        NAME_FIRST,
        ("our ", "the ", "’s ", "'s ", "its ", " is ", " has been ", " as ", " was ", " became ", " over ", "("),
    ),
    (_NAMED, ("named ", "appointed ", "promoted ", "welcome")),
    (ATTENTION, (", ",)),
    (WITH_DEPARTMENT, ("(",)),
    (BOTH_IN_BRACKETS, ("(",)),
    (_ADDRESSED_FIRST, (", ",)),
    (_NOW, (" is now ",)),
    (_LABELLED, (": ",)),
    (_SUCCEEDED, (" succe", " replace", " follow", " over from ")),
    (ONE_NAME, ("(",)),
    (_FIRST_PERSON, ("I am ", "I’m ", "I'm ", "y name is ")),
    (SAYS_TITLED, ("says ", "said ", "adds ", "added ", "explain")),
)
