"""Patterns of the questions that intents.py recognises, as regular expressions. Pure.

Each pattern is matched against a whole question in one line, without greetings and "please". Alternatives are tried in
order: those that say more come first.
"""

import re


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in alternatives), re.IGNORECASE)


# Words around a question.
BEFORE = _pattern(
    r"(?:(?:hi|hello|hey|ok|okay|so|and|well|thanks|thank you|pls|please|now"
    r"|good (?:morning|afternoon|evening))[,.!]? )*"
    r"(?:(?:(?:can|could|would|will) (?:you|u) )?(?:please |pls |kindly |just )*"
    r"(?:tell|let|remind) (?:me|us)(?: know)? "
    r"|(?:can|could|would|will) (?:you|u) (?:please |pls |kindly )?"
    r"|(?:i'd|i would) (?:like|love) to (?:know|see) |(?:i|we) (?:want|need) to (?:know|see) |do you know |any idea )?"
    r"(?:(?:please|pls|kindly) )?"
)
AFTER = re.compile(
    r"(?:,? (?:please|pls|thanks|thank you|thx|now|right now|so far|at the moment|currently|again|by the way))+$",
    re.IGNORECASE,
)

# The progress of jobs.
_MY = r"(?:my|our|the|that|this|those|these)"
_KIND = r"(?:(?:back ?ground|nightly|upsert(?:ing)?|last|latest|recent|current|running|queued|big) )*"
_JOB = rf"{_KIND}(?:jobs?|upserts?|batch(?:es)?|background work)"
_THE_JOB = rf"(?:(?:all )?{_MY} )?{_JOB}"
_OPEN = r"(?:running|queued|open|waiting|left)"
_DONE = (
    r"(?:done|finished|ready|complete|completed|over|through|running|queued|stuck|failed|started|ok|okay|progressing"
    r"|waiting)"
)
_DOING = r"(?:doing|going|coming along|coming on|getting on|getting along|progressing|looking|go|do)"
_STATUS = r"(?:status|progress|state)"
JOB_STATUS = _pattern(
    rf"how(?:'s| is| are| was| were| did| does)? {_THE_JOB}(?: (?:is |are )?{_DOING})?",
    rf"how (?:far|much|many)(?: along)?(?: is| are| has| have)? (?:of )?{_THE_JOB}"
    rf"(?: (?:is|are|has|got|gotten|come|progressed|along|{_DONE}))*",
    rf"(?:what(?:'s| is| are) |check |show(?: me)? |give me )?(?:the )?(?:current )?{_STATUS} (?:of|on|for|with)"
    rf" {_THE_JOB}",
    rf"(?:what(?:'s| is) |check |show(?: me)? )?(?:{_MY} )?{_JOB}(?:'s)? {_STATUS}",
    rf"(?:is|are|was|were|has|have) {_THE_JOB} (?:still |already |been |all )*{_DONE}(?: yet| already)?",
    rf"(?:whether|if) {_THE_JOB} (?:is|are|was|were|has|have) (?:still |already |been |all )*{_DONE}(?: yet| already)?",
    rf"(?:is|are) {_THE_JOB} (?:still )?(?:going|in progress|being worked on|doing (?:ok|okay|fine|well))",
    rf"when (?:will|is|are|does|do) {_THE_JOB} (?:going to |be )*(?:{_DONE}|finish|end|run|start|complete)",
    rf"(?:show|list|check|see|view)(?: me)? (?:all )?(?:of )?(?:{_MY} )?{_JOB}",
    rf"what(?:'s| is| has)? (?:happening|going on|up|happened|become of|became of)(?: with| to| of)? {_THE_JOB}",
    rf"any (?:news|updates?|progress|word) (?:on|of|about|from|with) {_THE_JOB}",
    rf"(?:what|which|how many) jobs (?:do (?:i|we) have|are there|are {_OPEN})(?: {_OPEN})?",
    rf"(?:do|have) (?:i|we) (?:have |got )?(?:any )?(?:{_OPEN} )?jobs(?: {_OPEN})?",
    rf"are there (?:any )?(?:{_OPEN} )?jobs(?: {_OPEN})?",
    rf"did {_THE_JOB} (?:finish|complete|fail|run|work|start|end|go through)(?: yet| already| ok| okay)?",
    rf"(?:my|our) {_JOB}",
)

# The leads to call.
_CALL = (
    r"(?:call|ring|ring up|phone|dial|contact|approach|reach out to|get in touch with|talk to|speak to|speak with"
    r"|visit|e-?mail|write to|chase|follow up with|pitch(?: to)?|prioriti[sz]e)"
)
_WHEN = (
    r"(?: (?:first thing|first|next|today|tomorrow|asap|this morning|this afternoon|this week|and why|at once"
    r"|from my list|on my list|in the morning))*"
)
_SHOULD = r"(?:should|shall|do|can|could|must|would|ought|am|to|will)"
_CALL_SHEET = (
    r"(?:(?:daily|call|calling|lead|nightly|latest|last|current) )*"
    r"(?:short ?list|(?:call(?:ing)? ?)(?:list|sheet)|calls)"
)
_TODAYS = r"(?:my|our|the|today's|tonight's|last night's|this morning's)"
_TODAY = r"(?: (?:for )?(?:today|this morning))?"
CALL_LIST = _pattern(
    rf"whom? {_SHOULD}(?: (?:i|we|you|to|suggest|think|advise|recommend|be|should))* (?:{_CALL}|calling|contacting)"
    rf"{_WHEN}",
    rf"whom? (?:i|we) (?:should|shall|can|could|must|ought to) {_CALL}{_WHEN}",
    rf"which (?:of (?:my |our |the )?)?(?:leads?|companies|prospects?|company|ones?) {_SHOULD}"
    rf"(?: (?:i|we|you|suggest|recommend))* {_CALL}{_WHEN}",
    rf"(?:my |the )?leads? (?:(?:i|we) should |to ){_CALL}{_WHEN}",
    rf"(?:who|what|which leads?)(?:'s| is| are| do i have)? on {_TODAYS} {_CALL_SHEET}{_TODAY}",
    rf"(?:show|see|open|get|give|list|read|display|what(?:'s| is| are)|fetch|pull up)(?: me| us)?"
    rf" {_TODAYS} {_CALL_SHEET}{_TODAY}",
    rf"(?:my|our|today's|this morning's|tonight's) {_CALL_SHEET}{_TODAY}",
    r"(?:any|who are the|which are the|what are the) (?:calls|leads) (?:for|to call|to ring)(?: today| this morning)?",
    r"who(?:'s| is) (?:first|next|up next|top)(?: (?:on|of) (?:my|our|the) (?:list|short ?list|call list))?"
    r"(?: (?:to call|today|for a call))+",
    r"who(?:'s| is) (?:worth (?:calling|a call|ringing|contacting)|the best (?:lead |one )?to call)(?: today| first)?",
    r"where (?:should|shall|do) i start(?: (?:calling|my calls|today|with my calls))+",
)

# The best leads. "Give me the best leads in construction" asks for new companies; "give me my best leads" does not.
_LEADS = r"(?:leads?|prospects?)"
_BEST = (
    r"(?:top[- ](?:scor(?:ed|ing)|ranked|rated)|best[- ](?:scor(?:ed|ing)|rated)|high(?:est)?[- ]scor(?:ed|ing)"
    r"|highest[- ](?:ranked|ranking|rated)|most promising|top|best|hottest|hot|strongest|warmest|highest)"
)
_SHOW = (
    r"(?:show|list|display|see|view|what are|what're|who are|who're|which are|what(?:'s| is)|who(?:'s| is)|rank|open"
    r"|pull up|read)(?: me| us)?"
)
_GIVE = r"(?:give|get|send|fetch|bring)(?: me| us)?"
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(NUMBERS)})"
_IN = r"(?: (?:in|from|for|within|among) "
TOP_LEADS = _pattern(
    rf"(?:(?:{_SHOW}|{_GIVE}) )?(?:all )?(?:(?:the )?(?:(?P<n1>{_NUMBER}) )?(?:{_BEST} )?(?:(?P<n2>{_NUMBER}) )?of )?"
    rf"(?:my|our) (?:(?P<n3>{_NUMBER}) )?(?:{_BEST} (?:(?P<n4>{_NUMBER}) )?(?:(?P<of1>[\w&' -]{{2,60}}?) )?)?{_LEADS}"
    rf"{_IN}(?P<in1>.+))?",
    rf"(?:{_SHOW} )?(?:the )?{_BEST} (?:(?P<n5>{_NUMBER}) )?(?:scored )?(?:{_LEADS}|scores){_IN}(?P<in2>.+))?",
    rf"which (?:of (?:my|our|the) )?{_LEADS}(?: (?:in|from) (?P<in3>.+?))?"
    rf" (?:are|is|scored?|scores|ranked?|ranks|have|has|got) (?:the )?(?:{_BEST}|well|first)"
    rf"(?: scores?| ones?| leads?)?",
)
EVERYTHING = _pattern(r"(?:all |every )?(?:industr(?:y|ies)|sectors?|the list|my list|now|me|us|today)")

# The reasons of a score.
_SCORED = r"(?:scor(?:e|es|ed|ing)|rank(?:s|ed|ing)?|rat(?:e|es|ed|ing)|grad(?:e|es|ed))"
_SCORE = r"(?:score|rank|ranking|rating|grade)"
_HOW_WELL = (
    r"(?: (?:so|that|this|as|such|very|only|just|really|at|in|a|an|the|on|among|higher|highly|high|lower|low|well"
    r"|better|badly|poorly|good|bad|great|medium|first|second|third|top|bottom|last|much|little|list|my|our|it|leads?"
    r"|\d[\d.,]*%?))*"
)
_GRADE = r"(?:good|great|bad|poor|weak|strong|hot|warm|cold|best|top|high|medium|low|promising|excellent|worst)"
_COMPANY = r"(\S.{0,150}?)"
_BE = r"(?:is|was|are|were)"
EXPLAIN = _pattern(
    rf"why (?:did|does|has|have) {_COMPANY} (?:have|had|get|got|gets|receive|received|earn|earned)"
    rf"(?: such)?(?: an?| the| its| that| this| only| so)*(?: [\w.-]+){{0,2}} {_SCORE}",
    rf"why {_BE} the {_SCORE} (?:of|for) {_COMPANY}{_HOW_WELL}",
    rf"why {_BE} {_COMPANY}'s? {_SCORE}{_HOW_WELL}",
    rf"why (?:did|does|do|has|have|is|was|were|are|would) {_COMPANY} (?:been )?{_SCORED}{_HOW_WELL}",
    rf"why {_BE} {_COMPANY}(?: such| so| only| just)?(?: an?| the| my| our)?(?: {_GRADE})? (?:lead|prospect|match|fit)",
    rf"why {_BE} {_COMPANY} (?:so )?(?:high|medium|low|on (?:my|our|the) (?:list|short ?list))",
    rf"why {_COMPANY} (?:was |is |got |has been |has )?{_SCORED}{_HOW_WELL}",
    rf"(?:explain|break down|justify|show|analy[sz]e)(?: to me| me)? (?:the |how )?{_SCORE} (?:of|for) {_COMPANY}",
    rf"(?:explain|break down|justify|show|analy[sz]e)(?: to me| me)? {_COMPANY}'s? {_SCORE}",
    rf"explain(?: to me)? (?:why|how) {_COMPANY} (?:was |is |got |has been |has )?{_SCORED}{_HOW_WELL}",
    rf"(?:explain|justify)(?: to me)? (?:the )?lead {_COMPANY}",
    rf"what (?:makes|made) {_COMPANY}(?: such| so)?(?: an?| the| my| our)* {_GRADE}(?: (?:lead|prospect|match|fit))?",
    rf"what (?:makes|made) {_COMPANY} {_SCORED}{_HOW_WELL}",
    rf"how (?:did|does) {_COMPANY} get (?:its|that|this|the|such an?|an?)(?: [\w.-]+)? {_SCORE}",
    rf"how (?:was|is) {_COMPANY}'s? {_SCORE} (?:made|made up|computed|calculated|worked out|composed|built|derived)",
    rf"how (?:did|does|was|is|has|come) {_COMPANY} (?:been )?{_SCORED}{_HOW_WELL}",
    rf"what(?:'s| is) behind the {_SCORE} of {_COMPANY}",
    rf"what(?:'s| is) behind {_COMPANY}'s? {_SCORE}",
    rf"(?:what(?:'s| is| are) |give me |show me )?(?:the )?reasons? (?:for|behind|of) the {_SCORE} of {_COMPANY}",
    rf"(?:what(?:'s| is| are) |give me |show me )?(?:the )?reasons? (?:for|behind|of) {_COMPANY}'s? {_SCORE}",
    rf"(?:what(?:'s| is) )?(?:the )?score (?:of|for) {_COMPANY}",
    rf"what(?:'s| is) {_COMPANY}'s? {_SCORE}",
    rf"what {_SCORE} (?:does|did|has) {_COMPANY} (?:have|get|got)",
)
#: Words in a company's place that name none.
NO_COMPANY = frozenset(
    [
        "it",
        "this",
        "that",
        "they",
        "them",
        "you",
        "i",
        "we",
        "he",
        "she",
        "the",
        "a",
        "my",
        "our",
        "everything",
        "leads",
    ]
)

# A change of the ICP. "Our ICP is accounting firms" asks for companies.
_ICP = (
    r"(?:icp|ideal customer profile|ideal customers?|ideal client profile|customer profile|target profile"
    r"|target customer profile)"
)
_CHANGE = r"(?:change|set|update|switch|modify|edit|replace|redefine|adjust|make|move|reset)"
CHANGE_ICP = _pattern(
    rf"(?:yes[,.!]? )?(?:(?:i|we)(?:'d| would|'ll| will)? (?:want|like|need|have) (?:you )?to |let's |lets )?"
    rf"(?:{_CHANGE}(?: (?:my|our|the))?(?: (?:current|whole))? {_ICP}"
    rf"|(?:my|our|the) {_ICP} (?:should|must|shall|has to|needs to)(?: now)? (?:be|become|target)"
    rf"|(?:my|our|the) new {_ICP}(?: is| are|(?=:))|new {_ICP}(?: is|(?=:)))"
    rf"(?:(?: ?[:=]| (?:to|as|into|with|by|instead|be))+(?= |$))?"
    rf"(?: (?P<words>.+?))?(?: \(confirmation (?P<code>[0-9a-f]{{8}})\))?",
    rf"use (?P<words2>.+) as (?:my|our|the) (?:new )?{_ICP}",
)

# Answers to a question that asks for a yes.
YES = _pattern(
    r"(?:yes|y|yep|yeah|yup|sure|ok|okay|confirm|confirmed|approve|approved|do it|go ahead|please do|correct|right)"
    r"(?:[ ,]+(?:please|do it|do that|go ahead|change it|confirm|sure|thanks|that's right|i confirm|i approve))*"
)
NO = _pattern(
    r"(?:no|n|nope|nah|cancel|stop|don't|do not|reject|rejected|never mind|nevermind|leave it|keep it|abort)"
    r"(?:[ ,]+(?:please|thanks|thank you|don't|do not|change it|cancel|leave it|keep it|as it is|do it|that))*"
)
