"""What becomes of goods and an activity: who makes, sells, mends or lets them. Where nothing more exact is known, the
class of the trade that deals in what a division makes."""

from collections.abc import Sequence

from industries import editions
from industries.hierarchy import Hierarchy, VersionedCode
from industries.pieces import HEADS, Kind, Piece
from industries.words import set_of

#: Who sells what a division makes.
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

#: What an activity is with goods of which nothing more is known.
OTHERWISE = {
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

#: In these divisions the class that makes a thing mends it too.
MENDED_BY_MAKERS = frozenset({"25", "26", "27", "28", "30"})

#: Divisions whose services are advice already: a tax consultant is one of tax.
_ADVISERS = set_of("58 62 63 65 66 69 70 71 72 73 74 78")

#: Whatever stands before these only describes them.
_HEAD_WORDS = set_of(
    """
    software app saas logistics insurance recycling cleaning testing engineering law marketing recruitment printing
    packaging delivery equipment machinery machine technology tech construction security catering accounting audit
    insurer bank warehouse storage transport consultancy agency association museum parts accessory system
    """
)


class Dealing:
    """Puts goods and activities together."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy

    def is_head(self, piece: Piece) -> bool:
        """Whether a name says what a company is, whatever stands before it."""
        return piece.word.text in _HEAD_WORDS

    def alone(self, activity: Piece) -> Sequence[VersionedCode]:
        """The industry that an activity is by itself; none for a weak word."""
        if activity.meaning is not None and not activity.meaning.is_shy:
            return activity.meaning.facets[""]
        if activity.is_weak:
            return ()
        return self._codes(OTHERWISE.get(activity.facets[0], ()))

    def done_with(self, goods: Piece, activity: Piece) -> Sequence[VersionedCode]:
        """Those who do this with the goods."""
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
        if facet == "repair" and made:
            return made if {key.code[:2] for key in made} & MENDED_BY_MAKERS else self._codes(("95",))
        if facet == "advise" and {key.code[:2] for key in meaning.facets[""]} <= _ADVISERS:
            return meaning.facets[""]
        if facet in HEADS or (facet == "rent" and len(meaning.facets) > 1):
            return self._codes(OTHERWISE[facet])
        return meaning.facets[""]

    def _codes(self, written: Sequence[str] | dict[str, None]) -> Sequence[VersionedCode]:
        return editions.codes_meant(written, self._hierarchy)
