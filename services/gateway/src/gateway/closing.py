"""The closing sentences for a rep: what was done, what is left, and what may have been understood wrongly."""

from common.contracts import Company, JobProgressed, SearchAnswer
from gateway.wording import all_of, is_or_are, matching, one_of, titles_of

#: So unsure, or more, is an answer that the words only came near to.
UNSURE = 0.5


def saved(answer: SearchAnswer) -> list[Company]:
    """The companies of the head that are being worked on. Those of a preview are not: they have no id."""
    return [company for company in answer.head if company.company_id]


def notice(answer: SearchAnswer, *, scored: int, job: JobProgressed | None, refused: str | None = None) -> str:
    """Writes the sentences.

    `job` is the request's job as it was when the answer was given; `refused` says why there is none for the rest.
    """
    if not answer.resolved:
        meant = one_of(answer.suggestions)
        hint = f"Did you mean {meant}?" if meant else "Name one, such as Manufacturing, Logistics or SSIC 62."
        return f"I found no industry in that. {hint}"
    doubt = _doubt(answer)
    if not answer.matches:
        return " ".join(["No live company of that industry is in the register.", *doubt])
    now = len(saved(answer))
    more = []
    if scored < now:
        left = now - scored
        more.append(f"{left} of the {now} {is_or_are(left)} still being worked on.")
    if answer.known:
        more.append(f"Known, enriched within the last days: {all_of([company.name for company in answer.known])}.")
    # The first sentence is worded as agreed: without a full stop where it stands alone.
    return ". ".join(part for part in (_done(answer, now, job, refused), " ".join([*more, *doubt])) if part)


def _done(answer: SearchAnswer, now: int, job: JobProgressed | None, refused: str | None) -> str:
    parts = [f"upserted and enriched {now} now"] if now else []
    if job is not None and job.status == "running":
        whose = " of the rest" if now else ""
        parts.append(f"the job{whose} is running already: {job.processed} of {job.total} done")
    elif job is not None:
        rest = "the rest" if now else "all of them"
        parts.append(f"scheduled {rest} ({answer.remaining}) for nightly processing")
    elif refused:
        rest = f"the other {answer.remaining}" if now else f"the {answer.remaining} companies"
        parts.append(f"{rest} were not scheduled: {refused}")
    said = "; ".join(parts) or f"{matching(answer.matches)}; nothing was upserted"
    return said[0].upper() + said[1:]


def _doubt(answer: SearchAnswer) -> list[str]:
    if answer.confidence is None or answer.confidence > UNSURE:
        return []
    return [f"I took that to mean {all_of(titles_of(answer.resolved))}, which may be wrong."]
