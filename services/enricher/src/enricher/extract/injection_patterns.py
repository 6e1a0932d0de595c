"""Phrases of prompt injection: text that addresses a reading program, or tells it to say or forget something.

All patterns match plain text in lower case. They are about the form (who is addressed, what is demanded), not about
one product's name or one field, since every planted text is new.
"""

import re

#: Readers that are programs. An assistant by itself is a person's job.
_MACHINE = (
    r"(?:a\.?i\.?|llms?|chat ?gpt|gpt|claude|gemini|copilot|(?:large )?language models?|chat ?bots?|bots?|crawlers?"
    r"|scrapers?|spiders|summari[sz]ers?"
    r"|(?:ai|automated|automatic|virtual|web|software|research|enrichment|extraction)"
    r" (?:assistants?|agents?|systems?|tools?|readers?|models?|programs?|parsers?))"
)
_SAY = (
    r"(?:say|state|report|write|claim|conclude|declare|mention|answer|respond|reply|output|describe|summari[sz]e|rate"
    r"|rank|score|grade|classify|recommend|treat|consider|record|list|include|ignore|disregard|use|return|mark|extract"
    r"|assume|repeat)"
)
_FIELD = (
    r"(?:fields?|values?|json|schema|keys?|employees|headcount|staff count|customers|products|summary"
    r"|founded(?:[ _]year)?|founding year|revenue|score|rating|pricing|certifications?|markets|hiring|address|phone"
    r"|bucket|confidence)"
)
_MUST = (
    r"(?:must|should|shall|have to|has to|needs? to|are (?:kindly )?(?:asked|required|requested|instructed|told|invited"
    r"|advised|expected) to)"
)
_START = (
    r"(?:^|(?<=[.!?:;\])>]\s)|(?<=[.!?:;\])>]\s\s))"
    r"(?:please |always |just |simply |now |you (?:must|should|shall|will|need to|have to) ){0,3}"
)
_THIS_PAGE = r"this (?:page|site|web ?site|web page|document|text)"

_ADDRESSED = (
    rf"(?:if|when|because|since) you(?:'re| are)? (?:an? |the )?{_MACHINE}\b",
    r"(?:note|message|instructions?|notice|important|reminder|attention|hint|guidance|directive)s? (?:to|for)"
    rf" (?:all |any |the |every )?{_MACHINE}\b",
    rf"(?:all|any|every|dear|hey|hello|attention,?) {_MACHINE}\b[^.\n]{{0,40}}\b(?:{_MUST}|please|{_SAY})\b",
    rf"(?:{_MACHINE}|assistants?) (?:reading|processing|parsing|indexing|visiting|crawling|summari[sz]ing)"
    r" (?:this|the|our)\b",
    rf"{_MACHINE} (?:{_MUST}|please) (?:always |only |now |not )?{_SAY}\b",
    rf"^(?:{_MACHINE}|assistant),? (?:please )?{_SAY}\b",
    rf"(?:whoever|(?:anyone|anybody) who|any(?:thing| (?:program|system|tool)) that)"
    rf" (?:parses?|reads?|processes|indexes|scrapes?|crawls?|summari[sz]es?) (?:this|our|these)\b[^.\n]{{0,20}}"
    rf" {_MUST}\b",
    rf"^(?:for|to) {_MACHINE}(?:(?:, (?:and )?| and | or ){_MACHINE}){{1,4}}\s?[:,–-]",
    r"for (?:ai|machines?|bots?|crawlers?|llms?|language models?|automated (?:systems|readers)) only\b",
)
_TOLD_TO_SAY = (
    r"(?:when|while|if|before|after|for) (?:you(?:'re| are)? )?(?:summari[sz]|describ|extract|process|analy[sz]|pars"
    r"|index|enrich|evaluat|scor|rat)(?:e|ing)? (?:(?:this|our|these) (?:page|site|web ?site|text|document|company"
    r"|content|business|firm|lead|profile)|the (?:page|web ?site|web page))\b",
    rf"{_START}(?:say|state|report|write|claim|conclude|declare|mention|answer|respond|reply|pretend|assume|insist"
    r"|repeat) that\b",
    rf"{_START}(?:set|fill in|fill|put|record|report|enter|overwrite|replace|output|return|give)"
    rf" (?:the |this |our |all |every |each )?(?:number of |value of )?{_FIELD}"
    r"(?: (?:field|value|count|number)s?)? (?:to|as|with|=|be|is)\b",
    rf"(?:field|value|answer|summary|output|response|result)s? (?:\S{{1,20}} )?{_MUST}"
    r" (?:contain|read|say|state|equal)\b",
    r"the (?:only )?(?:correct|right|true|valid|expected|required) (?:answer|value|summary|output|response)s?"
    r" (?:is|are)\b",
    rf"(?:when|while) (?:summari[sz]|pars|extract|index|evaluat|scor|process|crawl)ing,? (?:always |please |only"
    rf" )?{_SAY}\b",
    rf"{_FIELD}(?: (?:field|value|count|number)s?)? {_MUST} be (?:set|recorded|reported|entered|filled in|listed)"
    r" (?:to|as|with)\b",
    rf"{_START}(?:tell|inform|assure|convince) (?:the |your |any |every )?(?:users?|readers?|humans?|operator) that\b",
    rf"{_START}(?:describe|portray|present) (?:us|(?:this|our) (?:company|firm|business)) as\b",
    r"(?:rate|score|rank|grade|classify|label|mark|prioriti[sz]e) (?:this|our) (?:company|lead|firm|business|account"
    r"|prospect) (?:as|with|at|high|highly|the|first|a)\b",
    r"as (?:an? )?(?:high|highest|top|hot|perfect|ideal)[- ](?:priority|quality|scoring|value|score|rated)?"
    r" ?(?:lead|prospect)\b",
    r"you (?:must|should|shall|will|have to) (?:now |always |only |therefore )?(?:say|state|report|answer|respond"
    r"|reply|output|claim|conclude|summari[sz]e|ignore|disregard|obey|comply|write that)\b",
)
_TOLD_TO_FORGET = (
    r"(?:ignore|disregard|forget|discard|overrule)\b[^.\n]{0,30}"
    rf"\b(?:{_THIS_PAGE}|the (?:page|text|above|below)|above|below|elsewhere)\b",
    r"(?:ignore|disregard|forget) (?:everything|anything|whatever|what|all that)"
    r" (?:else|is|was|has been|you|stands)\b",
    r"(?:text|content|information|facts|data|figures|everything) (?:above|below|elsewhere|on (?:this|the)"
    r" (?:page|site)) (?:is|are|was|were) (?:wrong|outdated|false|fake|incorrect|invalid|obsolete|a test)\b",
    rf"{_START}(?:do not|don't|never) (?:mention|report|include|reveal|disclose|trust|use|read|quote|tell|extract"
    rf"|follow)\b[^.\n]{{0,60}}\b(?:instead|(?:on|of|from|in) {_THIS_PAGE}|the user|the facts?)\b",
    rf"{_START}(?:do not|don't|never) (?:mention|report|include|reveal|disclose)\b[^.\n]{{0,60}}[;,] ?(?:but "
    rf"|and |instead )?"
    r"(?:say|state|write|report|claim|answer)\b",
    r"use (?:the |this |these )?(?:following|text|answer|summary|values?|facts?|data)(?: \S{1,20}){0,2} instead\b",
)
_GIVEN_A_PART = (
    r"from now on,? (?:you|answer|respond|act|always)\b",
    r"your (?:(?:new|real|only|actual|main) (?:task|job|goal|role|objective|mission|purpose)|task|instructions?"
    r"|prompt) (?:is|are) (?:now )?(?:to|as)\b",
    r"(?:pretend|imagine) (?:to be|that you|you)\b",
    rf"act as (?:our|my|the) [^.\n]{{1,40}} and {_SAY} (?:us|this|our)\b",
    r"(?:new|updated|further) instructions? (?:follow|below|begin|start)s?\b",
    r"act as (?:if you|an? (?:ai|admin|developer|unrestricted))\b",
    r"(?:begin|start) of (?:new )?(?:instructions?|system|prompt)\b|prompt:",
    r"(?:system|admin|developer|root)[ _-](?:override|mode|command|access)\b",
)
_IN_OTHER_LATIN = (
    r"abaikan (?:semua |segala )?(?:arahan|perintah|teks|kandungan)|lupakan (?:semua )?(?:arahan|perintah)",
    r"jawab (?:dengan|bahawa)\b|model bahasa\b",
    r"ignore[zr]? (?:toutes )?les instructions|ignora (?:todas )?las instrucciones",
    r"ignorier(?:e|en sie) (?:alle |die )?(?:vorherigen|bisherigen|obigen)",
)
_IN_OTHER_LETTERS = (
    r"忽略.{0,10}(?:指令|指示|提示|内容|说明|要求|规则)",
    r"(?:无视|忘记|不要理会|不要遵守).{0,10}(?:指令|指示|规则|内容|提示)",
    r"(?:你现在是|假装|扮演).{0,12}(?:ai|人工智能|助手|模型)|作为.{0,6}(?:ai|人工智能|语言模型|助手)|系统提示",
    r"(?:请|必须|只能)(?:回答|输出|回复|返回|写明)|(?:ai|人工智能|大模型|机器人).{0,6}(?:请|应该|必须|应当)",
    r"(?:வழிமுறைகளை|அறிவுறுத்தல்களை) (?:புறக்கணி|மற)",
)
#: One \b precedes all alternatives that begin with a word: trying them at every letter takes three times as long.
_IN_WORDS = "|".join((*_ADDRESSED, *_TOLD_TO_SAY, *_TOLD_TO_FORGET, *_GIVEN_A_PART, *_IN_OTHER_LATIN))
_PLANTED = re.compile(rf"\b(?:{_IN_WORDS})", re.MULTILINE)
_PLANTED_IN_OTHER_LETTERS = re.compile("|".join(_IN_OTHER_LETTERS))
#: Shorter lines are menus and labels.
_SHORTEST = 16
#: Single letters with gaps, which a model reads as words.
_SPACED = re.compile(r"\b\w(?:[ .*_-]\w){7,200}\b")
#: Digits and signs that stand for letters inside a word.
_LEET = re.compile(r"[a-z][0134@$][a-z]|\b[01][a-z]{3}")
_LETTERS = str.maketrans("0134@$", "oieaas")


def is_injection_line(line: str) -> bool:
    """True for a plain line in lower case that addresses a reading program, in words or with odd spelling."""
    if not line.isascii() and _PLANTED_IN_OTHER_LETTERS.search(line):
        return True
    if _PLANTED.search(line):
        return True
    spaced = _SPACED.search(line)
    if spaced and _spells_instruction("".join(filter(str.isalnum, spaced[0]))):
        return True
    spelled = unspelled(line)
    return bool(spelled) and _PLANTED.search(spelled) is not None


def may_be_injection(line: str) -> bool:
    """True unless the line is too short, like those of menus and labels."""
    return not line.isascii() or (len(line) >= _SHORTEST and line.count(" ") > 1)


def unspelled(line: str) -> str:
    """Returns the line with letters for the digits that stand for them; an empty text if there are none."""
    return line.translate(_LETTERS) if _LEET.search(line) else ""


def _spells_instruction(joined: str) -> bool:
    """True for letters without blanks that spell the beginning of an instruction."""
    return any(word in joined for word in ("ignore", "disregard", "instructions", "system", "forget", "prompt"))
