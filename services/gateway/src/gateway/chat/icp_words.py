"""Reads the parts of an ICP from a sentence: "logistics with 10 to 50 employees in district 22". Pure."""

import re
from typing import Any

# Repeated words and separators are possessive (`*+`): with backtracking, "and and and …" would take seconds.
_PEOPLE = r"(?:employees|staff|people|headcount|workers|fte)"
_YEARS = r"(?:years?(?: old| of age)?|yrs?(?: old)?)"
_FROM = r"(?:at least|more than|over|above|from|min(?:imum)?|no fewer than|no less than|older than)"
_TO = r"(?:at most|less than|fewer than|under|below|up to|max(?:imum)?|no more than|younger than)"
_WITH = r"(?:(?:,|and|with|that have|who have|having|of|employing|that are|which are|are) )*+"


def _range(unit: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Builds the patterns of a range: a minimum and a maximum with this unit."""
    end = rf"{unit}(?![\w])(?: or (?:more|less|fewer|older|younger))?"
    return (
        re.compile(rf"(?i)[ ,]*+{_WITH}(?:between )?(\d{{1,7}}) ?(?:-|–|to|and) ?(\d{{1,7}}) {end}"),
        re.compile(
            rf"(?i)[ ,]*+{_WITH}(?:{_FROM} (\d{{1,7}})|(\d{{1,7}}) ?\+) ?{end}"
            rf"|[ ,]*+{_WITH}(\d{{1,7}}) {unit} or (?:more|older)"
        ),
        re.compile(
            rf"(?i)[ ,]*+{_WITH}{_TO} (\d{{1,7}}) {end}|[ ,]*+{_WITH}(\d{{1,7}}) {unit} or (?:less|fewer|younger)"
        ),
    )


_RANGES = {"employees": _range(_PEOPLE), "age": _range(_YEARS)}
_DISTRICTS = re.compile(
    r"(?i)[ ,]*+(?:(?:and|in|from|within|only|the|postal) )*+districts? ((?:\d{1,2}(?:, ?| and | or |, and )?)+)"
)
_TECHNOLOGIES = re.compile(
    r"(?i)[ ,]*+(?:(?:and|that|which|who|are) )*+(?:use|using|running|built on) ([^,;]{1,200}(?:, [^,;]{1,50})*)$"
)
_ANY = re.compile(r"(?i)(?:any|every|all|no) (?:industry|industries|sectors?|compan(?:y|ies))|anything|everything")
_AND = re.compile(r" ?, ?(?:and )?| and | & ")
_CODE = re.compile(r"(?i)(?:\d{4}:)?(?:ssic )?(?:[a-u]|\d{2,5})")


#: Stands for all of the present ICP: "the same with 50 to 500 employees".
THE_SAME = "the same"


def with_present(fields: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """Fills the fields that "the same" leaves open from the present ICP. A range is replaced as a whole."""
    if fields["industries"] != [THE_SAME]:
        return fields
    named = {name: value for name, value in fields.items() if name != "industries"}
    replaced = {name.removesuffix("_from").removesuffix("_to") for name in named}
    kept = {
        name: value for name, value in present.items() if name.removesuffix("_from").removesuffix("_to") not in replaced
    }
    return {**kept, **named}


def read_icp(words: str) -> dict[str, Any]:
    """Reads the fields of an ICP; those that are not named are left out. The rest of the words names industries."""
    fields: dict[str, Any] = {}
    rest = re.sub(r"([,;])[ ,;]+", r"\1 ", words)  # a run of separators takes the patterns long
    if found := _TECHNOLOGIES.search(rest):
        fields["technologies"] = [name for name in _AND.split(found[1].strip()) if name]
        rest = rest[: found.start()]
    for name, (both, least, most) in _RANGES.items():
        if found := both.search(rest):
            fields[f"{name}_from"], fields[f"{name}_to"] = int(found[1]), int(found[2])
            rest = rest[: found.start()] + rest[found.end() :]
            continue
        if found := least.search(rest):
            fields[f"{name}_from"] = int(next(filter(None, found.groups())))
            rest = rest[: found.start()] + rest[found.end() :]
        if found := most.search(rest):
            fields[f"{name}_to"] = int(next(filter(None, found.groups())))
            rest = rest[: found.start()] + rest[found.end() :]
    if found := _DISTRICTS.search(rest):
        fields["districts"] = re.findall(r"\d+", found[1])
        rest = rest[: found.start()] + rest[found.end() :]
    rest = re.sub(r"(?i)^[ ,.;]+|(?:[ ,.;]+(?:and|with|in|that))*[ ,.;]*$", "", rest)
    parts = [part for part in _AND.split(rest) if part]
    if _ANY.fullmatch(rest):
        parts = []
    fields["industries"] = parts if all(_CODE.fullmatch(part) for part in parts) else [rest]
    return fields
