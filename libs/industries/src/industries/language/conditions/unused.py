"""Numbers and unknown places of a request that no rule has used: they are reported as ignored. Pure."""

from collections.abc import Container, Iterator, Sequence

from industries.language.names.phrases import Kind, Phrase
from industries.language.text.words import set_of

#: Words before a place.
_INTO_A_PLACE = set_of("in near around within at outside")


def find_unused(phrases: Sequence[Phrase], ordinary: Container[str], taken: Container[int]) -> tuple[str, ...]:
    """Returns what a request names besides its industries, as it is written: "40 rooms", "in narnia".

    `ordinary` words are no places. The phrases at the places `taken` are reported already. A number of companies ("50
    hotels", "the 10 largest banks") is none of it.
    """
    return tuple(dict.fromkeys(_unused(phrases, ordinary, taken)))


def _unused(phrases: Sequence[Phrase], ordinary: Container[str], taken: Container[int]) -> Iterator[str]:
    has_industry = False
    for at, phrase in enumerate(phrases):
        if phrase.kind is not Kind.OTHER:
            has_industry = has_industry or phrase.kind is not Kind.TALK
            continue
        if at in taken or at - 1 in taken:
            continue
        if phrase.word.text.isdecimal():
            counted = next(iter(phrases[at + 1 : at + 2]), None)
            if counted is None or not counted.word.is_tight:
                yield phrase.word.written
            elif counted.kind is Kind.OTHER and not counted.word.text.endswith("est"):
                yield f"{phrase.word.written} {counted.word.written}"
        elif has_industry and _is_place(phrase, ordinary):
            near = next(word for word in phrase.word.before if word in _INTO_A_PLACE)
            names = [phrase.word.written]
            for following in phrases[at + 1 :]:
                if not (following.kind is Kind.OTHER and following.word.is_tight and _is_name(following, ordinary)):
                    break
                names.append(following.word.written)
            yield " ".join([near, *names])


def _is_place(phrase: Phrase, ordinary: Container[str]) -> bool:
    return any(word in _INTO_A_PLACE for word in phrase.word.before) and _is_name(phrase, ordinary)


def _is_name(phrase: Phrase, ordinary: Container[str]) -> bool:
    return phrase.word.text.isalpha() and phrase.word.text not in ordinary
