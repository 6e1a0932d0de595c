"""Recognises pets and mascots, to which team pages give titles: "Chief Barking Officer"."""

import re

_KIND_WORDS = """
    dog cat hound puppy pup kitten rabbit bunny parrot hamster tortoise goldfish mascot robot corgi labrador poodle
    terrier spaniel kelpie retriever collie beagle dachshund shiba bulldog husky shepherd tabby katze bürohund hund
    maskottchen
"""
_KINDS = frozenset(_KIND_WORDS.split())
#: Words in which no person's work is told.
_PLAY_WORDS = """
    bark barks barking barketing barket woof woofs woofing wag wags wagging paw paws pawsome pawsitivity purr purrs
    purring purrfect meow meows meowing miaow fur furry cuddle cuddles cuddling cuddly snuggle snuggles snuggling nap
    naps napping sniff sniffs sniffing sniffer treats zoomies squirrel squirrels fetch tails bork borks snooze snoozes
    snoozing slobber fluff fluffy fluffiness howling squeaky walkies
"""
_PLAY = frozenset(_PLAY_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")
_ANY_KIND = rf"(?:{'|'.join(sorted(_KINDS - {'shepherd'}))}|german shepherd|shiba inu)"
_AT_END = re.compile(
    rf"\b{_ANY_KIND}$|\([^)]*\b{_ANY_KIND}\)$|\btreat (?:taster|tester|inspector|officer)", re.IGNORECASE
)
#: A line below a name and title: "Our German shepherd never sleeps."
_INTRODUCED = re.compile(
    rf"\b(?:[Oo]ur|[Rr]esident|office|shop|workshop|rescue|rescued) (?:[a-z-]{{2,14}} ){{0,2}}(?i:{_ANY_KIND})\b"
    rf"|^(?i:{_ANY_KIND}|persian|siamese|ragdoll)\b[.,]|^(?i:{_ANY_KIND}) \(see [A-Z]"
    r"|\bfour[- ](?:legged|paws)\b|\bbelly rubs?\b|\bdog biscuits?\b|\b(?:barks|purrs|meows|wags) ",
)


def is_animal(line: str) -> bool:
    """True for the title that a page gives to a pet: "Clinic dog"."""
    words = _WORD.findall(line.lower())
    if not _PLAY.isdisjoint(words):
        return True
    return not (_KINDS.isdisjoint(words) and "treat" not in words) and _AT_END.search(line) is not None


def is_about_animal(line: str) -> bool:
    """True for a sentence that introduces a pet: "Our rescue dog greets everybody"."""
    return _INTRODUCED.search(line) is not None
