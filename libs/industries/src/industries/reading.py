"""Reads a text about industries: the industries that it mentions, excludes or may be about, and its conditions."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from industries.language.conditions.founding import find_founding
from industries.language.conditions.places import Place, find_places
from industries.language.conditions.sizes import find_sizes
from industries.language.conditions.unused import find_unused
from industries.language.grammar.goods_and_activities import GoodsAndActivities
from industries.language.grammar.guessing import Guesser
from industries.language.grammar.list_items import Mention
from industries.language.grammar.mentions import COMPOSED, read_mentions
from industries.language.grammar.others import needed
from industries.language.grammar.qualifiers import join_qualifiers
from industries.language.grammar.shared_words import share_words
from industries.language.grammar.verbs import turn_verbs
from industries.language.names.lexicon import Lexicon
from industries.language.names.numbers import CodeNumbers
from industries.language.names.phrases import Kind, Phrase, find_phrases
from industries.language.requests.recognition import asked_for
from industries.language.requests.skeletons import WORDS, is_known
from industries.language.text import exclusions
from industries.language.text.spelling import Speller
from industries.language.text.words import normalise, tokenise
from industries.ssic.concordance import Concordance
from industries.ssic.hierarchy import LEVELS, Hierarchy, VersionedCode

#: Of a message that is only sent to try something; "only testing and inspection" is not.
_IS_TEST = re.compile(
    r"\b(?:just|only|merely) (?:an? )?(?:quick )?test(?:ing)?\b"
    r"(?=\s*(?:$|[.,;:!?]|(?:this|it|the|you|your|if|out|here)\b))"
    r"|\bignore (?:this|me)\b"
)

#: Where people go together, and what they take there, by divisions: "coffee?", "taxi or bus?". No caterers.
_LEISURE = frozenset({"10", "11", "49", "56", "59", "93", "96"})
_CATERERS = "562"
#: Maximum number of names in a question to go somewhere.
MOST_INVITED = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """Mentions of industries and conditions in a text, and guesses where it names no industry plainly."""

    mentions: list[Mention]
    guessed: list[VersionedCode]
    since: int | None
    #: The text names the guessed industries, but does not ask for companies.
    is_talk: bool = False
    places: tuple[Place, ...] = ()
    ignored: tuple[str, ...] = ()


class Reader:
    """Reads texts by one classification and its lexicon. Immutable."""

    def __init__(self, hierarchy: Hierarchy, concordance: Concordance, lexicon: Lexicon, speller: Speller) -> None:
        self._hierarchy = hierarchy
        self._concordance = concordance
        self._lexicon = lexicon
        self._speller = speller
        self._trades = GoodsAndActivities(hierarchy)
        self._numbers = CodeNumbers(hierarchy)
        self._guesser = Guesser(hierarchy, lexicon, speller)

    def read(self, term: str, year: int | None) -> Reading:
        """Reads a term: a whole title, else the names, conditions and exclusions in it."""
        text = normalise(term)
        if whole := self._whole(text):
            return self._titled(text, whole, year)
        sizes = find_sizes(text)
        where = find_places(sizes.rest)
        whole = self._whole(where.rest) if where.rest != text else ()
        found = self._titled(where.rest, whole, year) if whole else self._read_words(where.rest, year)
        return replace(found, places=where.places, ignored=(*sizes.ignored, *where.ignored, *found.ignored))

    def _titled(self, text: str, whole: Sequence[VersionedCode], year: int | None) -> Reading:
        missing = set(self._hierarchy.versions) - {key.version for key in whole}
        rest = self._read_words(text, year).mentions if missing else []
        elsewhere = [found for each in rest if (found := each.within(missing)).codes]
        return Reading([Mention(whole, False, 1.0), *elsewhere], [], None)

    def _read_words(self, text: str, year: int | None) -> Reading:
        """Reads a text, or what follows a correction in it if that names industries."""
        if (last := exclusions.without_taken_back(text)) != text:
            found = self._read_plain(last, year)
            if any(each.codes for each in found.mentions):
                return found
        return self._read_plain(text, year)

    def _read_plain(self, text: str, year: int | None) -> Reading:
        born = find_founding(text, year=year)
        codes, text = self._numbers.extract(born.rest)
        text = exclusions.mark(text)
        corrected = self._speller.correct(tokenise(text))
        found = find_phrases(corrected.words, self._lexicon, codes)
        is_idle = _IS_TEST.search(born.rest) or (text.rstrip().endswith("?") and _is_invitation(found))
        asked = [] if is_idle else self._asked_for(found, codes)
        mentions = read_mentions(asked, self._trades)
        needs = needed(asked)
        ignored = born.ignored + _written(asked, needs)
        for each in mentions:
            each.confidence *= corrected.nearness
        if (
            exclusions.is_all_but(text)
            and any(each.codes for each in mentions)
            and all(each.is_left_out for each in mentions)
        ):
            mentions = [replace(each, senses=()) for each in mentions]
            mentions.append(Mention(self._hierarchy.sections(), False, COMPOSED))
        if self._is_vague(asked):
            broad = [code for each in mentions if not each.is_left_out for code in each.codes]
            codes_, suggestions = self._guesser.guess(asked)
            near = [*codes_, *suggestions, *broad]
            return Reading([], near, born.since, is_talk=bool(near), ignored=ignored)
        if any(each.codes for each in mentions):
            ignored += find_unused(asked, self._lexicon.ordinary, needs)
            return Reading(mentions, [], born.since, ignored=ignored)
        guessed = self._guess(found, is_asked=bool(asked))
        return replace(guessed, mentions=mentions + guessed.mentions, since=born.since, ignored=ignored)

    def _asked_for(self, found: list[Phrase], codes: Sequence[Sequence[VersionedCode]]) -> list[Phrase]:
        """Returns the phrases that ask for companies, with activities of companies as names of industries."""
        asked = asked_for(found, self._lexicon.ordinary)
        turned = asked or found
        if words := turn_verbs(turned, self._lexicon.ordinary):
            turned = find_phrases(words, self._lexicon, codes)
            if not asked:
                return asked_for(turned, self._lexicon.ordinary)
        for rewritten in (join_qualifiers, share_words):
            if asked and (words := rewritten(turned, self._lexicon.meaning)):
                turned = find_phrases(words, self._lexicon, codes)
        return turned if asked else asked

    def _guess(self, found: list[Phrase], *, is_asked: bool) -> Reading:
        """Guesses which industries were asked for; in talk, only which it may be about."""
        if not is_asked:
            talk = read_mentions(found, self._trades)
            named = [code for each in talk if not each.is_left_out for code in each.codes]
            if named := named or [code for each in found if each.kind is Kind.NAME for code in each.alone]:
                return Reading([], named, None, is_talk=True)
        codes, suggestions = self._guesser.guess(found)
        if not is_asked:
            return Reading([], codes or suggestions, None)
        codes_ = self._concordance.in_all_versions(codes)
        return Reading([Mention(codes_, False, 0.5)] if codes else [], suggestions, None)

    def _is_vague(self, asked: Sequence[Phrase]) -> bool:
        """Returns whether only activities of companies with unknown or open goods are named.

        "Widget makers", "importers".
        """
        named = [at for at, each in enumerate(asked) if each.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE)]
        if len(named) != 1 or asked[named[0]].kind is not Kind.ACTIVITY:
            return False
        return asked[named[0]].word.written in WORDS["broad"] or self._is_unknown(asked, named[0] - 1)

    def _is_unknown(self, asked: Sequence[Phrase], at: int) -> bool:
        word = asked[at].word
        return (
            at >= 0
            and asked[at].kind is Kind.OTHER
            and asked[at + 1].word.is_tight
            and not is_known(word, self._lexicon.ordinary)
        )

    def _whole(self, text: str) -> Sequence[VersionedCode]:
        """Finds the highest code of each version whose title is the whole text, and the corresponding codes."""
        words = tokenise(text)
        if words and words[0].before:  # "the hotel", "for hotels": no title begins so
            return ()
        written = tuple(word.text for word in words)
        codes = self._lexicon.wholes.get(written, [])
        if not codes and not self._lexicon.is_phrase(written):
            return self._lexicon.given_names.get(written, ())
        known = [code for key in codes if (code := self._hierarchy.get(key))]
        highest: dict[str, int] = {}
        for code in known:
            highest[code.version] = min(LEVELS.index(code.level), highest.get(code.version, len(LEVELS)))
        top = (code for code in known if LEVELS.index(code.level) == highest[code.version])
        return self._concordance.in_all_versions(VersionedCode(code.version, code.code) for code in top)


def _is_invitation(phrases: Sequence[Phrase]) -> bool:
    """Returns whether phrases, with a question mark behind them, are one or two single things to go to or have."""
    return len(phrases) <= MOST_INVITED and all(
        phrase.kind is Kind.NAME
        and not phrase.is_plural
        and len(phrase.words) == 1
        and any(key.code[:2] in _LEISURE and not key.code.startswith(_CATERERS) for key in phrase.alone)
        for phrase in phrases
    )


def _written(phrases: Sequence[Phrase], places: Container[int]) -> tuple[str, ...]:
    """Returns the phrases at these places as one text, with the verb before them: "need accounting software"."""
    kept = [each for at, each in enumerate(phrases) if at in places or at + 1 in places]
    return (" ".join(each.written for each in kept),) if kept else ()
