"""The starts of requests for companies, as regular expressions over the skeleton of a sentence (see requests.py)."""

import re

from industries import vocabulary

_WORDS = vocabulary.shapes()


def _one_of(name: str) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, _WORDS[name]), key=len, reverse=True))}) "


_FIND, _FETCH, _WISH, _OURS, _SELL = map(_one_of, ("find", "fetch", "wish", "ours", "sell"))
_POLITE = rf"(?:{_one_of('greeting')}|, |good (?=morning|afternoon|evening|day)|{_one_of('praise')}, )*"
_ASKING = (
    r"(?:can|could|would|will|may|shall|should) (?:(?:you|i|we|someone|anyone|your system|the system) )?"
    r"(?:please |kindly |also |just )*"
)
_FIRST = (
    r"(?:i|we) (?:(?:am|are|was|were|would|will|should|could|can|might|must|have|had|really|also|now|currently|just"
    r"|actually|still) )*"
    r"(?:(?:like|love|want|need|wish|have|happy|keen|ready|prefer|try|trying|plan|planning|going|hope|hoping|asked|told"
    r"|supposed|about|hired) to )?"
)
_ON = (
    r"(?:(?:to|please|kindly|also|just|be able to|help|me|us|you|with|for|of|out|up|at|on|into|after|a hand|and"
    r"|another look|a look|my team|our team|like) )*"
)
_ABOUT = r"(?:about |more |also |please )*"
_DOING = (
    r"(?:sells?|makes?|do|does|doing|provides?|offers?|runs?|builds?|suppl(?:y|ies)|manufactures?|produces?"
    r"|distributes?|repairs?|fix(?:es)?|exports?|imports?|operates?|deals? (?:in|with)|trades?|speciali[sz]es? in"
    r"|works? in|are in|is in|are into|is into) "
)
_SOMEONE = (
    r"(?:any(?:one|body|thing)|some(?:one|body|thing)|every(?:one|body|thing)|people|those|ones?|folks"
    r"|companies|firms) "
)
_IN = (
    r"(?:in|from|of|who|that|which|doing|selling|making|running|offering|providing|with|into) "
    r"(?:are |is |does |do |in )*"
)

#: After these a thing or a mass is an industry too: "show me logistics".
STRONG = (
    rf"{_SELL}(?:\S+ )*?(?:to|into) ",
    rf"{_FIRST}(?:be )?{_SELL}(?:\S+ )*?(?:to|into) ",
    rf"(?:looking|hoping|planning|trying|wanting|want|going) to {_SELL}(?:\S+ )*?(?:to|into) ",
    rf"(?:{_ASKING}|{_FIRST})?(?:run|do|make|start) (?:an? |another |one )?(?:quick |new )?(?:search|query|lookup) "
    r"(?:for|on|of|in) ",
    r"target(?:ed|ing)? (?:market|segment|industry|sector|customer|client|company|audience|vertical)s? (?:is |are |, )",
    rf"(?:my|our|the) (?:\S+ )?{_OURS}(?:\S+ ){{0,3}}?(?:is|are|,|would be|will be) ",
    r"(?:what|how) about ",
    r"next up ",
    r"(?:i|we) (?:meant?|am after|are after) ",
    rf"(?:{_FIRST})?(?:go|going|running|coming) after ",
    r"(?:show me |tell me |let me see |let us see )?what (?:else )?(?:do )?"
    r"(?:you have|you got|have you got|we have|is there|is available|can you find) (?:in|for|from|on) ",
    rf"{_ASKING}(?:do|try) ",
    rf"(?:{_ASKING}|{_FIRST}|let us )?{_ON}(?:{_WISH}{_ON})?{_FIND}{_ON}",
    rf"(?:{_ASKING}|{_FIRST})?(?:{_FIND}|{_FETCH}|{_WISH}){_ON}{_SOMEONE}(?:who|that|which) {_DOING}",
    rf"(?:\S+ ){{0,4}}(?:wants?|asked|told|needs?|asks) (?:me|us) to {_ON}(?:{_FIND}|{_FETCH}){_ON}",
    rf"(?:{_ASKING}|let us )?{_ON}(?:give|show|send|tell|intro|introduce) (?:me|us|my team|our team) {_ABOUT}",
    rf"{_SOMEONE}{_IN}",
    rf"{_SOMEONE}knows? (?:of |about |any )*",
    rf"who (?:do |does |are |is |can |could |else )*{_DOING}",
    r"(?:switch|change|move|over|on|back) to ",
    r"same (?:thing )?(?:for|with) ",
    r"more like (?:this|these|that) ,? ?",
    r"(?:that|it|this|they|those) (?:would|should|will|must) be ",
)
#: After these only companies are meant: "get me hotels", but not "get me a coffee".
WEAK = (
    r"(?:are|is) there ",
    r"(?:my|our) (?:\S+ ){1,2}needs? ",
    rf"(?:is it possible|any chance|any way) to {_ON}(?:{_FIND}|{_FETCH}){_ON}",
    rf"(?:how|where) (?:can|do|could|would|should|to) (?:(?:i|we|you|one) )?(?:{_FIND}|{_FETCH}){_ON}",
    rf"{_ASKING}(?:trouble|bother|ask) you for {_ON}",
    r"(?:have )?(?:you )?got ",
    r"(?:do|have|has) (?:you|we)(?: guys)? (?:have|got|know|cover|carry|list) ",
    r"(?:where|who|how many|number of) (?:are |can i find |do i find |to find )?(?:there )?",
    rf"(?:tell me |do you know |wondering |curious |let me (?:know|see) |check "
    rf"|{_FIRST}(?:wonder |see |know |find out )?)?"
    r"(?:which|what) (?:(?:kinds? of|sorts? of|types? of|are|is) )*",
    rf"(?:(?:i|we) )?would (?:really )?(?:like|love|prefer|appreciate|welcome|be grateful for"
    rf"|be good to have) {_ON}(?:{_FETCH}{_ON})?",
    rf"{_ASKING}(?:have|get|see|help|assist) {_ON}",
    rf"let (?:me|us) (?:have|see|get) {_ON}",
    rf"(?:i|we) (?:\S+ ){{0,3}}?(?:to|should|could|can|will|might|must) {_ON}{_FETCH}{_ON}",
    rf"(?:{_ASKING}|let us )?{_ON}{_FETCH}{_ON}",
    rf"(?:{_FIRST})?{_WISH}{_ON}",
)
#: Talk, whatever a request may begin with.
TALK = re.compile(
    r"find out |look out |what (?:is|was) "
    r"|(?:which|what) (?:\S+ ){1,3}(?:do|are|did|were|have|can|should) you (?!have|know|got)"
)
_HEADS = tuple((re.compile(_POLITE + each), each in STRONG) for each in (*STRONG, *WEAK))


def heads(text: str) -> list[tuple[str, bool]]:
    """Returns the starts of requests that a text begins with, and whether each is STRONG."""
    return [(found[0], is_strong) for head, is_strong in _HEADS if (found := head.match(text)) and found[0]]
