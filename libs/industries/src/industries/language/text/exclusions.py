"""Marks exclusions in a text ("except food", "not retail", "non-food manufacturing") for words.py."""

import re

from industries.language.text.words import AGAIN, BACK, NOT, NOT_NEXT

_NONPROFIT = re.compile(r"\bnot[ -]for[ -]profit\b")
_NEITHER = re.compile(
    r"\bnot (?:only|just|sure|really|necessarily|yet|bad|too)\b(?! (?:interested|keen|looking)\b)"
    r"|\bwhy not\b|\bor not\b|\bno thanks?\b"
    r"|\bno (?:preference|problem|worries|idea|matter|longer)\b"
    r"|\b(?:no|not) (?:more|less|fewer|larger|bigger|smaller|older|younger|later|earlier) than\b"
    r"|^\s*no\b(?=\s*[,.!])|\bnot\b(?=\s*(?:[.!?]|$))|\bno\.? ?(?=\d)"
)
#: What is not found is wanted: "I can't find any hotels".
_MISSED = re.compile(
    r"\b(?:i|we) (?:can'?t|cannot|can not|could ?n'?t|could not|don'?t|do not|didn'?t|did not) (?:find|see|spot)\b"
)
#: What companies do not have yet is what they need: "with no payroll system yet".
_LACKING = re.compile(
    r"\b(?:with(?:out| no)|(?:(?:that|who|which) )?(?:have|has) no|(?:(?:that|who|which) )?(?:do not|don'?t|does not"
    r"|doesn'?t) have)(?: an?| any)?\b(?=[^,.;!?]* (?:yet|so far|at all|of their own|in place)\b)"
)
_DO_NOT = (
    r"(?:(?:i|we|you) )?(?:don'?t|do not|does ?n'?t|does not|didn'?t|did not|cannot|can'?t|won'?t|never)"
    r" (?:(?:want|need|include|show|add|like|care (?:about|for)|do|take|count|target|consider|mean)(?:ing)?\b)?"
    r"(?: any)?"
)
_NOT = re.compile(
    rf"\b{_DO_NOT}"
    r"|\b(?:not|never) (?:(?:really|so|very|too|that|all that) )?(?:interested in"
    r"|looking (?:for|at)|including|in|the|any|keen on)\b"
    r"|\b(?:with the exception of|except(?:ing)?(?: for)?|exclud(?:e|es|ed|ing)|excl\b\.?|exclusive of|other than"
    r"|apart from|aside from|besides|(?:leave|leaving|keep|filter|take) out"
    r"|rather than|instead of|minus|save for|barring|not counting|(?<=\w )ex"
    r"|without(?: any)?|w/o|skip(?:ping)?(?! bin)|avoid(?:ing)?|ignor(?:e|ing)"
    r"|omit(?:ting)?|drop(?:ping)?|remov(?:e|ing)|nothing in|none of|but not|but no|and not|not|no|nor|neither)\b"
)
_NOT_NEXT = re.compile(r"\bnon(?:\s*-\s*|\s+)(?!profit|government|alcoholic|ferrous|destructive|woven|bank\b)(?=\w)")
#: What follows the comma is wanted: "instead of cafes, bars".
_INSTEAD = re.compile(r"^\s*(?:(?:ok|so|now|maybe|actually),? )?(?:instead of|rather than) (?P<what>[^,.;]+),")
#: What stands before is excluded, if the clause ends there: "bakers, cafes not wanted"; not "not included in my list".
_BEHIND = re.compile(
    r"(?P<start>^|[,;:(./]|\band\b|\bbut\b)\s*"
    r"(?P<what>(?:(?!\b(?:with|where|when|that|which|who|whose)\b)[^,;:.()/]){2,40}?) (?:are |is )?"
    r"(?:not (?:wanted|needed|required|included|necessary|relevant)|no need|excluded"
    r"|can be (?:skipped|left out|excluded))\b"
    r"(?=\s*(?:$|[,;:.!?()/]|(?:and|but|so|for now|please|pls|thanks|ok|lah)\b))"
)
_AGAIN = re.compile(
    r"\b(?:but|only|just|however|yes|also|though|find|show|give|including|want|need|add|then|still|specifically"
    r"|please|pls|thanks|thank you)\b"
)
_BACK = re.compile(
    r"\b(?:(?:but|yet|though|however),? (?:(?:do|also|still|please) )*(?:including|keeping|allowing|with)"
    r"|(?:(?:but|yet|though|however),? )?(?:(?:do|also|still|please) )*(?:include|keep|allow))\b"
)
#: What stands before is taken back: "law firms, no wait, accountants".
_TAKEN_BACK = re.compile(
    r".*\b(?:no,? wait|wait,? no|scratch that|strike that|correction|oops|(?:sorry,? |no,? )i (?:mean|meant)|i meant"
    r"|make that|on second thoughts?|actually no)\b[\s,:.!-]*(?:make (?:that|it) )?",
    re.DOTALL,
)
_INDUSTRIES = (
    r"(?:industr(?:y|ies)|sectors?|compan(?:y|ies)|business(?:es)?|firms?|kinds?|types?|the|other|of|else|in|singapore)"
)
_ALL = rf"\b(?:everything|everyone|anything|anyone|all|any|every)(?: {_INDUSTRIES}){{0,6}}"
_ALL_BUT = re.compile(rf"({_ALL},?) but\b(?! (?:not|no|only|just)\b)")
_ALL_NOT = re.compile(rf"{_ALL}[ ,]*{NOT}")


def mark(text: str) -> str:
    """Replaces the words that exclude or include again with marks. `text` is in lower case."""
    text = _MISSED.sub(" need ", text)
    text = _LACKING.sub(" lacking ", text)
    text = _INSTEAD.sub(rf" {NOT} \g<what> {AGAIN} ", text)
    text = _BEHIND.sub(rf"\g<start> {NOT} \g<what> ", text)
    text = _NEITHER.sub(" ", _NONPROFIT.sub("nonprofit", text))
    text = _NOT_NEXT.sub(f" {NOT_NEXT} ", text)
    text = _NOT.sub(f" {NOT} ", _ALL_BUT.sub(rf"\1 {NOT} ", text))
    return _AGAIN.sub(rf" {AGAIN} \g<0> ", _BACK.sub(f" {BACK} ", text)) if NOT in text else text


def without_taken_back(text: str) -> str:
    """Returns the text after the user's last correction, or all of it if there is none or nothing follows."""
    found = _TAKEN_BACK.match(text)
    return text[found.end() :] if found and text[found.end() :].strip() else text


def is_all_but(marked: str) -> bool:
    """Returns whether a marked text asks for everything but its exclusions: "any industry except retail"."""
    return _ALL_NOT.search(marked) is not None
