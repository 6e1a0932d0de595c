"""Texts for the events of a chat's stream: the accepted request, and the companies' progress. Pure."""

from typing import Any

from leadgen.chat_client import ChatEvent
from leadgen.command_line.wording import counted

#: The outcome of a visit to the company's website, in words.
SITES = {
    "visited": "site visited",
    "no_site_known": "no website known",
    "forbidden": "site forbids visits",
    "unreachable": "site unreachable",
    "empty": "site says nothing",
}
#: The most industries in a line; how many more there are is said.
MOST_INDUSTRIES = 5


def in_words(event: ChatEvent) -> str:
    """Describes an event; empty for one without a text."""
    data: dict[str, Any] = event.data
    match event.name:
        case "accepted":
            return "the request is on its way"
        case "resolved":
            return _understood(data)
        case "refine":
            return "\n".join([data["question"], *(f"    {_choice(it)}" for it in data["choices"])])
        case "head":
            return _head(data["companies"])
        case "company" if data["stage"] == "enriched":
            return f"{data['name']}: {SITES[data['outcome']]}, {counted(data['contacts'], 'contact')}"
        case "company" if data["stage"] == "scored":
            return f"{data['name']}: {data['score']:.2f} {bucket_of(data['bucket'], data.get('confidence'))}"
        case _:
            return ""


def bucket_of(bucket: str, confidence: float | None) -> str:
    """Returns the bucket as a word. The score of an unknown company is an average, not a judgement."""
    return "unknown" if confidence == 0 else bucket


def _head(companies: list[dict[str, Any]]) -> str:
    if not companies:
        return ""
    if all(it.get("company_id") == 0 for it in companies):
        return f"{counted(len(companies), 'company', 'companies')} to look at; nothing is saved"
    return "the only one is upserted" if len(companies) == 1 else f"the best {len(companies)} are upserted"


def _understood(data: dict[str, Any]) -> str:
    parts = [_listed(_titled(data["industries"])) or "no industry"]
    if data.get("excluded"):
        parts.append(f"without {_listed(_titled(data['excluded']))}")
    if data.get("places"):
        parts.append(f"in {', '.join(data['places'])}")
    if data.get("founded_since"):
        parts.append(f"founded since {data['founded_since']}")
    matching = f": {_matching(data['matches'])}" if data["industries"] else ""
    ignored = f"; ignored: {', '.join(data['ignored'])}" if data.get("ignored") else ""
    return f"{', '.join(parts)}{matching}{ignored}"


def _matching(matches: int) -> str:
    return "1 live company matches" if matches == 1 else f"{matches:,} live companies match"


def _titled(industries: list[dict[str, Any]]) -> list[str]:
    """Lists each industry once: with two versions of SSIC most occur twice, often with the same code."""
    codes: dict[str, dict[str, str]] = {}
    for it in industries:
        codes.setdefault(it["title"].casefold(), {"": it["title"]})[it["code"]] = it["code"]
    return [f"{titled.pop('')} (SSIC {' and '.join(titled)})" for titled in codes.values()]


def _choice(choice: dict[str, Any]) -> str:
    return f"{choice['label']} ({choice['matches']:,})" if "matches" in choice else str(choice["label"])


def _listed(names: list[str]) -> str:
    """Lists the first names, and the number of the others."""
    more = [f"and {len(names) - MOST_INDUSTRIES} more"] if len(names) > MOST_INDUSTRIES else []
    return ", ".join([*names[:MOST_INDUSTRIES], *more])
