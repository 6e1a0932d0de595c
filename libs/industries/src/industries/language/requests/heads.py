"""The starts of requests for companies, as regular expressions over the skeleton of a sentence (see recognition.py)."""

import re
from collections.abc import Iterator
from enum import Enum, auto

from industries import vocabulary

_WORDS = vocabulary.shapes()


def _one_of(name: str) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, _WORDS[name]), key=len, reverse=True))}) "


_FETCH, _WISH, _OURS, _SELL = map(_one_of, ("fetch", "wish", "ours", "sell"))
_FIND = rf"(?:{_one_of('find')}|get (?:a )?hold of |track down |(?:have|take) a (?:\S+ )?look (?:at|into) )"
_PERIOD = r"(?:week|month|quarter|year|morning|afternoon|round|campaign|time|call|sprint|half) "
_WHEN = (
    r"(?:(?:for|in|on|from|during|by) )?"
    rf"(?:after (?:that|this) |today |tonight |tomorrow "
    rf"|(?:this|the (?:coming|next)|next|coming) {_PERIOD}|{_one_of('weekday')})"
)
#: Where a wish comes from: "as per my last mail, ", "after our call, ", "as agreed".
_AS = (
    r"(?:as|per|following|further to|regarding|re|based on|according to|after|fyi|btw) (?:[^, ]+ ){0,6}?, "
    r"|as (?:agreed|discussed|mentioned|planned|promised|usual|said) |fyi |btw |fwd "
    r"|quick (?:one|question|request|favour) "
)
_POLITE = (
    rf"(?:(?:wait|hold on|scratch that|one more|my bad|correction) , |{_one_of('greeting')}|, |{_WHEN}|{_AS}"
    rf"|good (?=morning|afternoon|evening|day)|{_one_of('praise')}, )*"
)
_TOOLS = "|".join(sorted(_WORDS["tool"]))
_TOOL = (
    r"(?:you|i|we|someone|anyone|it|this"
    rf"|(?:your|the|this) (?:{_TOOLS}|N)|T)"
)
_ASKING = (
    rf"(?:can|could|would|will|may|might|shall|should) (?:{_TOOL} )?(?:please |kindly |also |just |mind )*"
    r"(?:be (?:so )?kind (?:enough )?(?:as )?to )?"
)
_FIRST = (
    r"(?:(?:i|we|saya|kami) |(?=(?:am|are) (?:looking|after|keen|interested|hoping|trying|searching|seeking) ))"
    r"(?:(?:am|are|was|were|would|will|should|could|can|might|must|have|had|been|be|really|also|now|currently|just"
    r"|actually|still|rather) )*"
    r"(?:(?:like|love|want|need|wish|have|happy|keen|ready|prefer|try|trying|plan|planning|intend|going|hope|hoping|asked|told"
    r"|supposed|about|hired) to )?"
)
_ON = (
    r"(?:(?:to|please|kindly|also|just|be able to|help|me|us|you|with|for|of|out|up|together|at|on|into|after|a hand"
    r"|and|assist|another look|a look|my team|our team|like) )*"
)
_ABOUT = r"(?:about |more |also |please )*"
_DOING = (
    r"(?:sells?|makes?|do|does|doing|provides?|offers?|runs?|builds?|suppl(?:y|ies)|manufactures?|produces?"
    r"|distributes?|repairs?|fix(?:es)?|exports?|imports?|operates?|deals? (?:in|with)|trades?|speciali[sz]es? in"
    r"|works? in|are in|is in|are into|is into|recycles?|installs?|services|cleans?|rents?(?: out)?|teach(?:es)?"
    r"|grows?|packs?|prints?|ships?|stores?|selling|making|running|offering|providing|manufacturing|producing|importing"
    r"|exporting|repairing|building|distributing|supplying|renting(?: out)?|installing) "
)
_SOMEONE = (
    r"(?:any(?:one|body|thing)|some(?:one|body|thing)|every(?:one|body|thing)|people|those|ones?|folks"
    r"|companies|firms|places|shops|stores|outlets|factories|guys) "
)
_IN = (
    r"(?:in|from|of|to do with|related to|around|who"
    r"|that|which|doing|selling|making|running|supplying|importing|exporting|repairing|building|distributing|producing"
    r"|offering|providing|with|into) "
    r"(?:are |is |does |do |in )*"
)

#: Whoever wishes something on the user's behalf; people in general wish nothing of this system.
_A_BOSS = (
    r"(?!(?:i|we|you|they|he|she|it|who|that|this|nobody|people|everyone|everybody|someone|customers|some|many) )\S+ "
)
_WISHES = (
    r"(?:(?:now|also|just|really|still|actually) )*(?:wants|needs|requires|requested|prefers|asks for|asked for"
    r"|will be (?:U|hitting|calling|targeting|approaching|visiting|tackling|pitching)"
    r"|says? (?:to )?(?:go for|find|get|target|call|approach)|asks us for|asks me for|asked us for|asked me for"
    r"|(?:is|are) (?:\S+ )?(?:asking for|after|keen on|looking for|looking at|hunting for|interested in)"
    r"|(?:would|will) (?:like|love|prefer|want)(?: (?:us|me))?(?: to)?(?: (?:go for|go after|see|have|try|call|do))?) "
)
#: "A short list of", "leads among"; also nothing.
_LISTED = (
    r"(?:(?:an?|the|some|any|more|new|full|short|quick|good|next|few|call|another|my) )*"
    r"(?:(?:list|listing|shortlist|prospects|clients|customers|suggestions|ideas|recommendations|meetings|introductions|intros|access|companies"
    r"|batch|round|set|selection|lists|names|contacts|details|leads|data|info|campaign|search|lot) "
    r"(?:of|for|on|in|at|with|among|amongst|about|from|to) )"
)
_LISTING = f"{_LISTED}?"
_WISHING = r"(?:wish|want|hope|like|looking|need|aim|plan|keen|intend|trying|wanting|hoping|planning|intending) "

#: After these a thing or a mass is an industry too: "show me logistics".
STRONG = (
    rf"(?:{_FIRST}(?:be )?|(?:looking|hoping|planning|trying|wanting|want|going) to )?{_SELL}(?:\S+ )*?(?:to|into) ",
    rf"(?:{_ASKING}|{_FIRST})?(?:run|do|make|start) (?:an? |the |another |one )?(?:quick |new )?"
    r"(?:search|query|lookup) "
    r"(?:for|on|of|in) ",
    r"target(?:ed|ing)? (?:market|segment|industry|sector|customer|client|company|audience|vertical)s? (?:is |are |, )",
    rf"(?:my|our|the) (?:\S+ )?{_OURS}(?:\S+ ){{0,3}}?(?:is|are|,|would be|will be) ",
    r"(?:what|how) about ",
    r"next up ",
    r"(?:(?:let us|i will|we will|i would) )?(?:stick|go|stay) with ",
    rf"who (?:can|could|should|do|would) (?:i|we) {_FETCH}(?:in|at|from|among) ",
    r"(?:i|we) (?:meant?|am after|are after) ",
    rf"(?:{_FIRST})?(?:go|going|running|coming) after ",
    r"(?:show me |tell me |let me see |let us see )?what (?:else )?(?:do )?"
    r"(?:you have|you got|have you got|we have|is (?:out )?there|is available|is on offer|can you find) "
    r"(?:in|for|from) ",
    rf"{_ASKING}(?:do|try) ",
    rf"(?:{_ASKING}|{_FIRST}|let us |do )?{_ON}(?:{_WISH}{_ON})?{_FIND}{_ON}",
    rf"(?:{_ASKING}|{_FIRST})?(?:{_FIND}|{_FETCH}|{_WISH}){_ON}(?:{_SOMEONE}(?:who|that|which)|whoever) {_DOING}",
    rf"(?:\S+ ){{0,4}}(?:wants?|asked|told|needs?|asks?) (?:me|us) to {_ON}(?:{_FIND}|{_FETCH}){_ON}",
    rf"(?:\S+ )?(?:ask|want|tell|say) (?:me|us) {_ON}{_FIND}{_ON}",
    rf"(?:{_ASKING}|let us )?{_ON}(?:give|show|send|tell|intro|introduce) (?:me|us|my team|our team) {_ABOUT}",
    rf"(?:the )?{_SOMEONE}{_IN}",
    rf"{_SOMEONE}knows? (?:of |about |any )*",
    rf"who(?:ever)? (?:do |does |are |is |can |could |else )*{_DOING}",
    r"who (?:can|could) (?=N )",
    r"(?:switch|change|move|over|on|back) to ",
    r"(?:the )?same (?:thing |search |list |again )?(?:for|with|but)(?: (?:for|with))? ",
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
    r"(?:where|who) (?:are |has |have |runs |owns |can i find |do i find |to find )?(?:there )?",
    rf"(?:tell me |do you know |wondering |curious "
    rf"|(?:interested|curious|keen) to (?:know|see|learn) |let me (?:know|see) |check "
    rf"|{_FIRST}(?:wonder |see |know |find out )?)?"
    r"(?:which|what) (?:(?:kinds? of|sorts? of|types? of) )*",
    rf"(?:(?:i|we) )?would (?:really )?(?:like|love|prefer|appreciate|welcome|be grateful for"
    rf"|be good to have) {_ON}(?:{_FETCH}{_ON})?",
    rf"{_ASKING}(?:have|get|see|help|assist) {_ON}",
    r"(?:i|we) (?:\S+ly |also )?(?:help|serve|cater to|supply) ",
    rf"let (?:me|us) (?:have|see|get) {_ON}",
    rf"(?:i|we) (?!used )(?:\S+ ){{0,3}}?(?<!used )(?:to|should|could|can|will|might|must) {_ON}{_FETCH}{_ON}",
    rf"(?:{_ASKING}|let us |do )?{_ON}{_FETCH}{_ON}",
    rf"(?:{_FIRST})?{_WISH}{_ON}",
    rf"(?:{_FIRST})?{_WISH}{_ON}{_LISTED}",
)
#: After these only companies are meant, and the sentence ends with them: "the client is after hotels", but not "the
#: client wants hotels to pay more".
CLOSED = (
    rf"(?!(?:some|any|every)thing )(?:the |those )?{_SOMEONE}(?:(?:who|that|which) )?",
    r"(?:which|what) (?:are|is) ",
    r"(?:how many|(?:the )?number of) ",
    rf"(?:{_ASKING}|{_FIRST}|let us )?(?:do|prefer) ",
    r"(?:i|we) would rather (?:have|see|get|try|call) ",
    r"(?:can|could|would) (?:it|that|this) be ",
    r"(?:i|we) (?:also |now |just )*(?:go|going) (?:for|after|with|to) ",
    r"(?:change|swap|switch|replace|make)(?: (?:it|that|this|them|those|these))? (?:to|with|for|into) ",
    r"(?:repeat|redo|rerun|again|carry on|go on|keep going|proceed|same|ditto)"
    r"(?: (?:it|that|this))? (?:for|with|on|to) ",
    rf"(?:planning|running|doing|preparing|launching|starting|building) {_LISTING}",
    r"(?:trying|hoping|wanting|planning|starting) to (?:find|reach|get|sell to|meet|call|contact|approach|target) ",
    rf"(?:(?:the|my|our|head|a|this) )*{_A_BOSS}(?:\S+ )?{_WISHES}{_ON}(?:(?:{_FIND}|{_FETCH}){_ON})?{_LISTING}",
    rf"(?:(?:the|our|my|a|an) )?{_one_of('ordinal')}(?:\S+ ){{0,3}}?"
    r"(?:is|are|will be|should be|would be|can be|could be|,) ",
    r"(?:(?:on )?(?:the|my|our) )?(?:\S+ )?(?:list|agenda|plan|subject|missing|keyword|topics"
    r"|plate|radar|menu|topic|task|goal|to do|update|reminder)"
    r"(?: for)? (?:(?:today|now|this week|next week|this month|is|are) )*, (?:(?:meetings?|calls?) with )?",
    rf"{_LISTED}",
    rf"{_WISHING}to {_ON}(?:{_FIND}|{_FETCH}){_ON}{_LISTING}",
    r"(?:check|see|tell me|let me know|know|wonder|wondering) (?:if|whether) "
    r"(?:there (?:are|is)|we have|you have) (?:still )?",
    r"(?:keep an eye out|watch out|watch|look out|alert me|notify me|ping me) (?:for|to|of|about|on|when) ",
    r"(?:i|we) (?:would |will |shall )?(?:pick|choose|select|take|say|opt for|vote for) ",
    rf"(?:it )?(?:would|could|might|may) be (?:really |very )?{_one_of('praise')}(?:to|if) "
    rf"(?:(?:you|we|i) (?:could |can |would )?)?"
    rf"{_ON}(?:{_FIND}|{_FETCH}|have ){_ON}{_LISTING}",
    rf"(?:my|our|the) (?:\S+ ){{1,3}}(?:is|was) to {_ON}(?:{_FIND}|{_FETCH}){_ON}{_LISTING}",
    rf"(?:i|we) (?:\S+ ){{1,8}}?{_WISHING}to {_ON}(?:{_FIND}|{_FETCH}){_ON}{_LISTING}",
    r"(?:we|i) (?:am|are) (?:\S+ ){1,6}?(?:targeting|serving|selling to|approaching) ",
    r"(?:my|our) (?:sweet spot|bread and butter|niche|core|forte|strength|speciality|specialty|main \S+) (?:is|are) ",
    r"(?:(?:the|this|our|my|next|new|coming|upcoming) )+"
    r"(?:campaign|pitch|list|batch|round|brief|offer|newsletter|webinar|deck|search|call list) "
    r"(?:is|will be|should be) (?:about|for|on|with|of) ",
    r"(?:(?:let us|lets) )?(?:get going|moving on|move on|get started|kick off|start off) (?:with|to|on) ",
    r"(?:i|we) (?:\S+ly )?(?:cover|close deals with|sign) ",
    rf"(?:{_ASKING}|{_FIRST}|let us )?(?!{_one_of('order')}|\S{{3,}}ed )(?:\S+ )"
    r"(?:(?:up|out|down|over|me|us|through) )+"
    rf"(?!with |from |about |of ){_LISTING}",
    r"(?:i am |we are |i was |we were |been )?(?:just )?(?:thinking|dreaming|considering)(?: (?:of|about))? "
    r"(?:trying |targeting |calling )?",
    r"what if (?:i|we|you) (?:try|tried|do|did|take|took|target|targeted|go for|went for|go after|call|called) ",
    r"(?:(?:i|we) (?:am|are) )?(?:in|have) (?:urgent )?need of |in search of "
    r"|(?:(?:i|we) (?:am|are) )?on the (?:hunt|lookout|look out) for ",
    r"make (?:it|that|this|them) ",
    r"(?:get|put|keep) (?:me|us) in (?:touch|contact) with ",
    rf"(?:would )?(?:appreciate|grateful|hope|hoping|thankful)(?: it)? "
    r"(?:if )?(?:you (?:can|could|will|would) |your help )"
    rf"(?:to |in |with )*(?:also |please |kindly )*(?:{_FIND}|{_FETCH}|share |have ){_ON}{_LISTING}",
    r"(?:do|does|did) (?:you|it|this|your \S+|the (?:system|tool|agent|app|N)) (?:also |even )*"
    r"(?:have|do|cover|include|handle|know|support|list|find|search) "
    r"(?:(?:data|info|information|details|N) (?:on|about|for) )?",
    rf"(?:most of |many of |some of |the majority of )?(?:my|our) (?:\S+ )?{_OURS}(?:are|is) (?:\S+ly )?",
    rf"(?:i|we) (?:\S+ly |also )?{_SELL}(?:\S+ )*?for ",
    r"(?:T |(?:our|my) (?:\S+ )?(?:\S+ ))(?:is|are|was) "
    r"(?:(?:best|mainly|only|mostly|made|built|designed|meant|ideal|suited) )*"
    r"(?:for|to) ",
    r"(?:i|we) (?:have )?(?:decided|settled|agreed|voted) (?:on|for) ",
    r"(?:you |it |we )?(?:forgot|missed|left out|skipped)(?: about)? ",
    r"(?:i|we) (?:am |are |will be |will )?(?:now )?"
    r"(?:calling|call|doing|do|hitting|visiting|meeting|pitching)(?: on)? ",
    r"got ",
    r"(?:leads|contacts|names|prospects|companies) (?:wanted|needed|required) (?:, |for |in |at )?",
    r"(?:T |(?:our|my) (?:\S+ ){1,2})(?:suits|fits|helps|serves) ",
    r"(?:our|the|my|this) (?:\S+ ){0,2}(?:targets|is targeting|will target|focuses on|is focusing on|goes after) ",
    r"(?:run|point|set|use|try|unleash) (?:(?:the|your|this) )?(?:agent|tool|bot|system|it|search|app|N|T) "
    r"(?:on|at|for|against|over) ",
)
#: Talk, whatever a request may begin with.
TALK = re.compile(
    r"(?:any|some|got|have|need) (?:tips?|advice|thoughts?|feedback|experience|opinions?|news|updates?|luck|questions?)"
    r" (?:for|on|about|with|from|to) |find out |look out (?!for )"
    r"|what (?:is|was) (?!there |available |out there |on offer )"
    rf"|(?:{_one_of('greeting')})*(?:(?:good |best of )?luck|all the best|best wishes|fingers crossed|congrats"
    r"|congratulations|well done"
    r"|safe (?:flight|trip|travels|journey)|get well|see (?:you|ya)|knock knock|once upon a time"
    r"|imagine|i dreamt|thanks? (?:you )?for|thanks to) "
    rf"|(?:(?:such|really|very|an?) )*{_one_of('praise')}"
    r"(?:work|job|stuff|effort|going|progress|call|chat|meeting|talk|session|news|catch|find) "
    r"(?:\S+ )?(?:on|with|for|about|at|from|in) (?:the|that|this|those|these|your|our|all) "
    r"|(?:maybe|perhaps) (?:some|any)thing (?:in|with|around|for|like) "
    r"|(?:can you |could you |please )*tell (?:me|us) (?:more |a bit |something )*about "
    r"(?!companies|firms|businesses|any |all |P )"
    r"|(?:i|we) (?:mostly|mainly|usually|already|normally) sell to "
    r"|(?:i|we) sell to (?:\S+ ){1,3}(?:mostly|mainly|usually|already) "
    r"|(?:calls?|meeting|lunch|demo|chat) with |find (?:attached|enclosed|below) "
    r"|(?:which|what) (?:\S+ ){1,3}(?:do|are|did|were|have|can|should) you (?!have|know|got)"
)


class Strength(Enum):
    """The certainty with which a start of a message makes it a request: see STRONG, WEAK and CLOSED."""

    STRONG = auto()
    WEAK = auto()
    CLOSED = auto()


_HEADS = [
    (re.compile(_POLITE + each), strength)
    for strength, patterns in ((Strength.STRONG, STRONG), (Strength.WEAK, WEAK), (Strength.CLOSED, CLOSED))
    for each in patterns
]
_PREFACE = re.compile(_POLITE)


def heads(text: str) -> Iterator[tuple[str, Strength]]:
    """Yields the starts of requests that a text begins with."""
    for head, strength in _HEADS:
        if (found := head.match(text)) and found[0]:
            yield found[0], strength


def without_preface(text: str) -> str:
    """Drops a greeting, a time and "as per my last mail" from the start of a text."""
    return text[_PREFACE.match(text).end() :]  # type: ignore[union-attr]  # matches the empty text too
