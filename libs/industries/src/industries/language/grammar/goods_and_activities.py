"""Combines goods with an activity: the industry that makes, sells, repairs or rents them.

Without an exact code, goods of a manufacturing division belong to the trade class that deals in that division's goods.
"""

from collections.abc import Sequence

from industries.language.names.phrases import HEADS, Kind, Phrase
from industries.language.text.words import set_of
from industries.ssic import versions
from industries.ssic.hierarchy import Hierarchy, VersionedCode

#: Classes that sell the goods of a manufacturing division.
WHOLESALE_OF = {
    "01": ("462", "4630"), "03": ("46302",), "08": ("4663",), "10": ("463",), "11": ("46307",), "12": ("46308",),
    "13": ("46411",), "14": ("46412", "46413"), "15": ("46414", "46415"), "16": ("46631",), "17": ("4647",),
    "18": ("4647",), "19": ("4661",), "20": ("4664",), "21": ("4646",), "22": ("4664", "4665"), "23": ("4663",),
    "24": ("4662",), "25": ("4662", "46632"), "26": ("4651", "4652", "46592"), "27": ("46544", "46435"),
    "28": ("4654",), "29": ("4656",), "30": ("4655",), "31": ("46431",), "32": ("464", "46592"),
}  # fmt: skip
RETAIL_OF = {
    "01": ("4721", "47743"), "10": ("4721",), "11": ("4722",), "12": ("4723",), "13": ("4751",), "14": ("4771",),
    "15": ("4771",), "16": ("4752",), "17": ("4761",), "18": ("4761",), "19": ("4732",), "20": ("4772",),
    "21": ("4772",), "22": ("4753",), "23": ("4752",), "24": ("4752",), "25": ("4752",), "26": ("474",),
    "27": ("4753",), "28": ("4752",), "29": ("4731",), "30": ("4763",), "31": ("4753",), "32": ("4764", "4773"),
}  # fmt: skip

#: Industries of an activity with goods that have no code for it.
OTHERWISE = {
    "make": ("C",),
    "wholesale": ("46",),
    "retail": ("47",),
    "rent": ("77",),
    "train": ("854",),
    "advise": ("702",),
    "research": ("721",),
    "design": ("741",),
    "publish": ("58",),
    "farm": ("01",),
}

#: Divisions whose classes also repair what they make.
MENDED_BY_MAKERS = frozenset({"25", "26", "27", "28", "30"})

#: Who makes what restaurants serve makes food: "dim sum factory".
_FOOD_SERVED, _FOOD_MADE = frozenset({"56"}), ("1075", "1079")

#: Divisions whose services include advice: a tax consultant belongs to tax services.
_ADVISERS = set_of("58 62 63 65 66 69 70 71 72 73 74 78")

#: Words that name the industry of a compound; the word before them only describes it.
_HEAD_WORDS = set_of(
    """
    software app saas logistics insurance recycling cleaning testing engineering law marketing recruitment printing
    packaging delivery equipment machinery machine technology tech construction security catering accounting audit
    insurer bank warehouse storage transport consultancy agency association museum parts accessory system
    """
)


#: Words for a place of many trades: what stands before them says which ("physiotherapy clinic"), if they are related.
_PLACES = set_of("clinic centre practice studio school")


class GoodsAndActivities:
    """Finds the industries of goods, of activities, and of both together."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy

    def is_head(self, phrase: Phrase) -> bool:
        """Returns whether a name names the industry, whatever stands before it."""
        return phrase.word.text in _HEAD_WORDS

    def is_narrower(self, first: Phrase, phrase: Phrase) -> bool:
        """Returns whether a name is a kind of the place that the next name is: physiotherapy of a clinic."""
        divisions = {key.code[:2] for key in phrase.alone}
        return phrase.word.text in _PLACES and {key.code[:2] for key in first.alone} <= divisions

    def industry_of_activity(self, activity: Phrase) -> Sequence[VersionedCode]:
        """Returns the industries of an activity without goods; none for a weak word."""
        if activity.meaning is not None and not activity.meaning.is_everyday:
            return activity.meaning.facets[""]
        if activity.is_weak:
            return ()
        return self._codes(OTHERWISE.get(activity.facets[0], ()))

    def industry_of_goods(self, goods: Phrase, activity: Phrase) -> Sequence[VersionedCode]:
        """Returns the industries that do this activity with the goods."""
        meaning = goods.meaning
        if meaning is None or goods.kind is not Kind.NAME:
            return ()
        if found := tuple(code for facet in activity.facets for code in meaning.facets.get(facet, ())):
            return found
        facet = activity.facets[0]
        made = meaning.facets.get("make", ())
        if facet in ("wholesale", "retail") and made:
            table = WHOLESALE_OF if facet == "wholesale" else RETAIL_OF
            written = {code: None for key in made for code in table.get(key.code[:2], OTHERWISE[facet])}
            return self._codes(written)
        if facet == "make" and {key.code[:2] for key in meaning.facets[""]} <= _FOOD_SERVED:
            return self._codes(_FOOD_MADE)
        if facet == "repair" and made:
            return made if {key.code[:2] for key in made} & MENDED_BY_MAKERS else self._codes(("95",))
        if facet == "advise" and {key.code[:2] for key in meaning.facets[""]} <= _ADVISERS:
            return meaning.facets[""]
        if facet in HEADS or (facet == "rent" and len(meaning.facets) > 1):
            return self._codes(OTHERWISE[facet])
        return meaning.facets[""]

    def _codes(self, written: Sequence[str] | dict[str, None]) -> Sequence[VersionedCode]:
        return versions.expand(written, self._hierarchy)


def takes(name: Phrase, activity: Phrase) -> bool:
    """Returns whether goods have an industry of this activity: a maker, a shop, a repairer."""
    return name.meaning is not None and any(facet in name.meaning.facets for facet in activity.facets)
