"""Summarises a request for the rep: what was done, what remains, and what may have been misunderstood. Pure."""

from collections.abc import Sequence

from common.contracts import Company, JobProgressed, SearchAnswer
from gateway.chat.icp_words import THE_SAME, read_icp
from gateway.wording import all_of, is_or_are, joined, matching, one_of, sentence, titles_of
from industries.language.conditions.sizes import find_sizes

#: At this confidence and below, the words were only similar to an industry's.
UNSURE = 0.5

NOTHING_FOUND = "I found no industry in that."


def is_talk(answer: SearchAnswer) -> bool:
    """Returns whether the message named the suggestions without asking for companies."""
    return not answer.resolved and bool(answer.suggestions) and bool(answer.confidence)


def saved(answer: SearchAnswer) -> list[Company]:
    """Returns the head's companies that are being enriched. A preview has none: its companies have no id."""
    return [company for company in answer.head if company.company_id]


def summarise(answer: SearchAnswer, *, scored: int, job: JobProgressed | None, refused: str | None = None) -> str:
    """Writes the summary.

    `job` is the request's job as it was when the answer was given; `refused` says why there is none for the rest.
    """
    if not answer.resolved:
        meant = one_of(answer.suggestions)
        if is_talk(answer):
            return (
                f"Do you want companies in {meant}? Then choose one, or send its name alone. Nothing was searched for."
            )
        hint = f"Did you mean {meant}?" if meant else "Name one, such as Manufacturing, Logistics or SSIC 62."
        return " ".join([f"{NOTHING_FOUND} {hint}", *_ignored(answer)])
    uncertainty = _uncertainty(answer)
    uncertainty += _ignored(answer)
    if answer.is_register_empty:
        return "The register is empty: load one first, with `leadgen load FILE`."
    if not answer.matches:
        place = f" in {where(answer)}" if answer.places else ""
        return " ".join([f"No live company of that industry{place} is in the register.", *uncertainty])
    now = len(saved(answer))
    more = []
    if scored < now:
        left = now - scored
        more.append(f"{left} of the {now} {is_or_are(left)} still being worked on.")
    if answer.places:
        more.append(f"Only companies with a postal code in {where(answer)}.")
    if answer.known:
        names = all_of([company.name for company in answer.known])
        more.append(sentence(f"Enriched in the last seven days already: {names}"))
    # Clients expect the first sentence without a full stop if it stands alone.
    return ". ".join(part for part in (_done(answer, now, job, refused), " ".join([*more, *uncertainty])) if part)


def _done(answer: SearchAnswer, now: int, job: JobProgressed | None, refused: str | None) -> str:
    clauses = [f"upserted and enriched {now} now"] if now else []
    if job is not None and job.status == "running":
        scope = " of the rest" if now else ""
        clauses.append(f"the job{scope} is running already: {job.processed} of {job.total} done")
    elif job is not None:
        rest = "the rest" if now else "all of them"
        clauses.append(f"scheduled {rest} ({answer.remaining}) for nightly processing")
    elif refused:
        rest = f"the other {answer.remaining}" if now else f"the {answer.remaining} companies"
        clauses.append(f"{rest} were not scheduled: {refused}")
    words = "; ".join(clauses) or f"{matching(answer.matches)}; nothing was upserted"
    return words[0].upper() + words[1:]


def where(answer: SearchAnswer) -> str:
    """Writes places, such as `Bedok or Tampines (postal sectors 46, 47, 52)`."""
    sectors = sorted({sector for place in answer.places for sector in place.sectors})
    names = joined([place.name for place in answer.places], "or")
    return f"{names} (postal sector{'s' if len(sectors) > 1 else ''} {', '.join(sectors)})"


def _ignored(answer: SearchAnswer) -> list[str]:
    unknown = [part for part in answer.ignored if not part.isdecimal()]
    numbers = [part for part in answer.ignored if part.isdecimal()]
    remarks = []
    if unknown:
        remarks.append(f"Ignored, because the register has no such data: {_quoted(unknown)}.")
    sizes = [part for part in unknown if find_sizes(part).ignored]
    staff = next((part for part in sizes if read_icp(part).keys() & {"employees_from", "employees_to"}), None)
    if staff:
        remarks.append(
            "Company size affects the score if the ICP has a size: to add this one, send "
            f'"Change my ICP to {THE_SAME} with {staff}".'
        )
    elif sizes:
        remarks.append("Company size affects the score if the ICP (PUT /icp) has a size.")
    if numbers:
        remarks.append(f"Ignored, because it cannot narrow the search: {_quoted(numbers)}.")
    return remarks


def _quoted(parts: Sequence[str]) -> str:
    return joined([f'"{part}"' for part in parts], "and")


def _uncertainty(answer: SearchAnswer) -> list[str]:
    if answer.confidence is None or answer.confidence > UNSURE:
        return []
    return [f"I took that to mean {all_of(titles_of(answer.resolved))}, which may be wrong."]
