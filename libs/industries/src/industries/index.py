"""Resolves industry words to codes of the classification.

A resolution contains only what the words plainly mean; other words give suggestions. Everything is in memory, and only
the first LONGEST_TEXT characters of a text are read.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from common.contracts import Industry
from industries import vocabulary
from industries.language.conditions.founding import find_founding
from industries.language.conditions.places import Place, find_places
from industries.language.conditions.sizes import find_sizes
from industries.language.conditions.unused import find_unused
from industries.language.grammar.goods_and_activities import GoodsAndActivities
from industries.language.grammar.guessing import CHOICES, Guesser
from industries.language.grammar.mentions import COMPOSED, UNCLEAR, Mention, read_mentions
from industries.language.grammar.others import ROLES, needed
from industries.language.grammar.qualifiers import join_qualifiers
from industries.language.grammar.shared_words import share_words
from industries.language.grammar.verbs import turn_verbs
from industries.language.names.lexicon import COMPANIES, Lexicon
from industries.language.names.numbers import CodeNumbers
from industries.language.names.phrases import Kind, Phrase, find_phrases
from industries.language.requests.recognition import asked_for
from industries.language.requests.skeletons import SHAPES, WORDS, is_known
from industries.language.text import exclusions
from industries.language.text.spelling import Speller
from industries.language.text.words import normalise, tokenise
from industries.ssic.concordance import Concordance
from industries.ssic.hierarchy import LEVELS, Code, Hierarchy, VersionedCode

__all__ = ["TALK", "Code", "IndustryIndex", "Resolution", "VersionedCode"]

#: Confidence that a text which names industries, but does not ask for companies, is a request.
TALK = 0.4

#: Maximum number of terms of a request; the rest is ignored.
MOST_TERMS = 50


@dataclass(frozen=True, slots=True)
class Resolution:
    """The industries that terms name.

    `codes` are the five-digit codes beneath `industries` without those beneath `excluded`; industries beneath an
    excluded one stay ("except food, but including chocolate").
    """

    industries: tuple[Industry, ...] = ()
    excluded: tuple[Industry, ...] = ()
    codes: tuple[VersionedCode, ...] = ()
    #: From 0 to 1: 1 for codes and whole titles, less for vocabulary, less for corrected spellings, 0 for nothing. At
    #: most 0.5 if an exclusion was not understood. 0 or TALK without industries.
    confidence: float = 0.0
    #: The nearest industries, as choices; only if nothing was resolved.
    suggestions: tuple[Industry, ...] = ()
    #: The first year of foundation asked for.
    founded_since: int | None = None
    #: The places asked for; a company in any of them matches.
    places: tuple[Place, ...] = ()
    #: Parts of the text that the register cannot be searched by, as they are written: sizes, needs, other places.
    ignored: tuple[str, ...] = ()


class IndustryIndex:
    """An immutable index of the classification in one or several versions."""

    def __init__(self, codes: Iterable[Code], *, usual: str | None = None) -> None:
        """Builds the index. `usual` is the version of the register, which decides about a code that was reused."""
        self._hierarchy = Hierarchy(codes, usual=usual)
        self._concordance = Concordance(self._hierarchy)
        self._lexicon = Lexicon(self._hierarchy, self._concordance)
        self._trades = GoodsAndActivities(self._hierarchy)
        self._numbers = CodeNumbers(self._hierarchy)
        activities = vocabulary.activities().keys()
        self._speller = Speller(
            known=self._lexicon.known | activities | ROLES,
            everyday=self._lexicon.ordinary | SHAPES,
            rare=self._lexicon.rare,
            joinable=self._lexicon.trade_words | activities,
            endings=COMPANIES | activities,
            adjacent=self._lexicon.adjacent_words,
            is_phrase=self._lexicon.is_phrase,
            verbs=vocabulary.verbs(),
        )
        self._guesser = Guesser(self._hierarchy, self._lexicon, self._speller)

    @property
    def versions(self) -> tuple[str, ...]:
        """Returns the loaded versions, newest first."""
        return self._hierarchy.versions

    @property
    def sections(self) -> list[VersionedCode]:
        """Returns the codes of the highest level, of every version."""
        return self._hierarchy.sections()

    def resolve(self, terms: Sequence[str], *, year: int | None = None) -> Resolution:
        """Resolves terms together. `year` is this year, for "in the last three years"."""
        mentions: list[Mention] = []
        guessed: list[VersionedCode] = []
        is_talk = False
        since: int | None = None
        places: dict[str, Place] = {}
        ignored: dict[str, None] = {}
        for term in terms[:MOST_TERMS]:
            found = self._read(term, year)
            mentions += found.mentions
            guessed += found.guessed
            is_talk = is_talk or found.is_talk
            since = since or found.since
            places |= {place.name: place for place in found.places}
            ignored |= dict.fromkeys(found.ignored)
        resolution = self._resolution(mentions, guessed, since, is_talk=is_talk)
        return replace(resolution, places=tuple(places.values()), ignored=tuple(ignored))

    def title(self, version: str, code: str) -> str | None:
        """Returns the title of a code, or `None` if it is unknown."""
        known = self._hierarchy.get(VersionedCode(version, code))
        return known.title if known else None

    def children(self, version: str, code: str) -> tuple[Industry, ...]:
        """Returns the industries one level down, in order."""
        return tuple(map(self._hierarchy.industry, self._hierarchy.children(VersionedCode(version, code))))

    def beneath(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """Returns the five-digit codes at or beneath a code."""
        return self._hierarchy.beneath(VersionedCode(version, code))

    def distance(self, version: str, code: str, other: str) -> int:
        """Returns 0: `code` at or beneath `other`; 1: same class; 2: group; 3: division; 4: section; 5: unrelated."""
        return self._hierarchy.distance(VersionedCode(version, code), VersionedCode(version, other))

    def distances(self, codes: Sequence[VersionedCode], others: Sequence[VersionedCode]) -> list[int]:
        """Returns the smallest distance() of each code to any of the others, of any level, in O(codes + others).

        Codes are compared within their version. Unknown others are ignored; without any all distances are 0.
        """
        return self._hierarchy.distances(codes, others)

    def corresponding(self, version: str, code: str) -> tuple[VersionedCode, ...]:
        """Returns the code and the codes of the same industry in other versions; nothing for an unknown code.

        A code that was reused with another meaning does not correspond; a code that was split has several.
        """
        return self._concordance.corresponding(VersionedCode(version, code))

    def _read(self, term: str, year: int | None) -> "_Found":
        text = normalise(term)
        if whole := self._whole(text):
            return self._titled(text, whole, year)
        sizes = find_sizes(text)
        where = find_places(sizes.rest)
        whole = self._whole(where.rest) if where.rest != text else ()
        found = self._titled(where.rest, whole, year) if whole else self._read_words(where.rest, year)
        return replace(found, places=where.places, ignored=(*sizes.ignored, *where.ignored, *found.ignored))

    def _titled(self, text: str, whole: Sequence[VersionedCode], year: int | None) -> "_Found":
        missing = set(self.versions) - {key.version for key in whole}
        rest = self._read_words(text, year).mentions if missing else []
        elsewhere = [found for each in rest if (found := each.within(missing)).codes]
        return _Found([Mention(whole, False, 1.0), *elsewhere], [], None)

    def _read_words(self, text: str, year: int | None) -> "_Found":
        """Reads a text, or what follows a correction in it if that names industries."""
        if (last := exclusions.without_taken_back(text)) != text:
            found = self._read_plain(last, year)
            if any(each.codes for each in found.mentions):
                return found
        return self._read_plain(text, year)

    def _read_plain(self, text: str, year: int | None) -> "_Found":
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
            return _Found([], near, born.since, is_talk=bool(near), ignored=ignored)
        if any(each.codes for each in mentions):
            ignored += find_unused(asked, self._lexicon.ordinary, needs)
            return _Found(mentions, [], born.since, ignored=ignored)
        guessed = self._guess(found, is_asked=bool(asked))
        return replace(guessed, mentions=mentions + guessed.mentions, since=born.since, ignored=ignored)

    def _asked_for(self, found: list[Phrase], codes: Sequence[Sequence[VersionedCode]]) -> list[Phrase]:
        """Returns the phrases that ask for companies, those about what companies do as names of industries."""
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

    def _guess(self, found: list[Phrase], *, is_asked: bool) -> "_Found":
        """Guesses what was asked for; of talk, only what it may be about."""
        if not is_asked:
            talk = read_mentions(found, self._trades)
            named = [code for each in talk if not each.is_left_out for code in each.codes]
            if named := named or [code for each in found if each.kind is Kind.NAME for code in each.alone]:
                return _Found([], named, None, is_talk=True)
        codes, suggestions = self._guesser.guess(found)
        if not is_asked:
            return _Found([], codes or suggestions, None)
        codes_ = self._concordance.in_all_versions(codes)
        return _Found([Mention(codes_, False, 0.5)] if codes else [], suggestions, None)

    def _is_vague(self, asked: Sequence[Phrase]) -> bool:
        """Returns whether nothing is named but what companies do with goods that are unknown or open.

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

    def _resolution(
        self, mentions: Sequence[Mention], guessed: Sequence[VersionedCode], since: int | None, *, is_talk: bool
    ) -> Resolution:
        hierarchy = self._hierarchy
        wanted = [each for each in mentions if not each.is_left_out and each.codes]
        unclear = [each for each in mentions if each.is_left_out and not each.codes]
        asked_for, taken_back = self._taken_back(wanted)
        included = hierarchy.topmost(asked_for)
        here = self._beneath(included)
        not_wanted = {(*each.codes, None, *each.senses): each for each in mentions if each.is_left_out}
        left_out = hierarchy.topmost(code for each in not_wanted.values() for code in self._senses(each, here))
        gone = self._beneath(left_out)
        included += [key for key in hierarchy.topmost(taken_back) if not gone.isdisjoint(hierarchy.beneath(key))]
        gone -= self._beneath(taken_back)
        if here and gone.issuperset(here):  # "exhibition stand builders, not event companies": the narrower name counts
            kept = [key for key in left_out if not any(self._is_above(key, each) for each in included)]
            gone = self._beneath(kept) - self._beneath(taken_back)
            if gone.issuperset(here) and not any(key in included for key in kept):
                kept, gone = [], set()
            if len(kept) < len(left_out):  # an exclusion was not understood
                left_out, unclear = kept, [Mention((), True, UNCLEAR)]
        included = [key for key in included if any(code not in gone for code in hierarchy.beneath(key))]
        codes = tuple(sorted(here - gone))
        return Resolution(
            industries=tuple(map(hierarchy.industry, included)),
            excluded=tuple(map(hierarchy.industry, left_out)),
            codes=codes,
            confidence=(
                round(min(each.confidence for each in (*wanted, *unclear)), 3) if codes else TALK if is_talk else 0.0
            ),
            suggestions=() if codes else tuple(map(hierarchy.industry, hierarchy.topmost(guessed)[:CHOICES])),
            founded_since=since,
        )

    def _taken_back(self, wanted: Sequence[Mention]) -> tuple[list[VersionedCode], list[VersionedCode]]:
        """Separates codes asked for from codes that are included again after an exclusion above them.

        The latter must be part of what was asked for before: "manufacturing except food, but including chocolate" asks
        for makers of chocolate, not for its shops.
        """
        asked_for: list[VersionedCode] = []
        taken_back: list[VersionedCode] = []
        for each in wanted:
            here = self._beneath(asked_for) if each.is_taken_back else set()
            inside = [code for code in each.codes if here and here.issuperset(self._hierarchy.beneath(code))]
            taken_back += inside
            asked_for += () if inside else each.codes
        return asked_for, taken_back

    def _is_above(self, key: VersionedCode, other: VersionedCode) -> bool:
        return key != other and key in self._hierarchy.upwards(other)

    def _beneath(self, keys: Iterable[VersionedCode]) -> set[VersionedCode]:
        return {code for key in keys for code in self._hierarchy.beneath(key)}

    def _senses(self, mention: Mention, here: set[VersionedCode]) -> Sequence[VersionedCode]:
        """Returns the excluded codes: all meanings among the codes asked for (`here`), else the plain meaning."""
        senses = [
            code for code in (*mention.codes, *mention.senses) if not here.isdisjoint(self._hierarchy.beneath(code))
        ]
        return senses or mention.codes


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


def _is_invitation(phrases: Sequence[Phrase]) -> bool:
    """Returns whether phrases, with a question mark behind them, are one or two single things to go to or have."""
    return len(phrases) <= MOST_INVITED and all(
        phrase.kind is Kind.NAME
        and not phrase.is_plural
        and len(phrase.words) == 1
        and any(key.code[:2] in _LEISURE and not key.code.startswith(_CATERERS) for key in phrase.alone)
        for phrase in phrases
    )


@dataclass(frozen=True, slots=True)
class _Found:
    mentions: list[Mention]
    guessed: list[VersionedCode]
    since: int | None
    #: The text names the guessed industries, but does not ask for companies.
    is_talk: bool = False
    places: tuple[Place, ...] = ()
    ignored: tuple[str, ...] = ()


def _written(phrases: Sequence[Phrase], places: Container[int]) -> tuple[str, ...]:
    """Returns the phrases at these places as one text, with the verb before them: "need accounting software"."""
    kept = [each for at, each in enumerate(phrases) if at in places or at + 1 in places]
    return (" ".join(each.written for each in kept),) if kept else ()
