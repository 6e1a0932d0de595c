"""Words the answers to questions. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from common.contracts import Icp, Industry
from gateway.chat.intents import ChangeIcp, read_intent
from gateway.chat.markdown import Block, Bullets, Paragraph, Table
from gateway.jobs import Job
from gateway.leads.explanations import Explanation, Named
from gateway.leads.shortlists import ListedLead, Shortlist
from gateway.lists.leads import Lead
from gateway.wording import all_of, joined, titles_of

Topic = Literal["job_status", "top_leads", "explain_score", "call_list", "change_icp"]

#: Parts of a score that are shown, and leads to call.
MOST_PARTS, MOST_CALLS = 8, 10


class Proposal(NamedTuple):
    """A change of the ICP that needs the rep's consent: from one to another, in the rep's words."""

    words: str
    current: Icp
    wanted: Icp
    code: str

    @property
    def yes(self) -> str:
        """The message that consents to this change only."""
        return f"Yes, change my ICP to {self.words} (confirmation {self.code})"


class Answer(NamedTuple):
    """An answer: its blocks, messages to send next, and a change that waits for consent."""

    topic: Topic
    blocks: Sequence[Block]
    choices: Sequence[str] = ()
    proposal: Proposal | None = None


def saying(topic: Topic, *sentences: str, choices: Sequence[str] = ()) -> Answer:
    """Builds an answer of sentences."""
    return Answer(topic, [Paragraph(" ".join(sentences))], choices)


def job_status(jobs: Sequence[Job]) -> Answer:
    """Describes the state of the latest jobs."""
    if not jobs:
        return saying("job_status", "You have no jobs. A request with more matches than are handled at once makes one.")
    return Answer("job_status", [Paragraph("Your latest jobs:"), Bullets([_job(job) for job in jobs])])


def _job(job: Job) -> str:
    name = all_of(job.terms) or str(job.job_id)
    if job.status == "queued":
        return f"{name}: queued, {job.total} companies. The nightly run executes it."
    if job.status == "running":
        return f"{name}: running, {job.processed} of {job.total} companies done."
    if job.status == "cancelled":
        return f"{name}: cancelled after {job.processed} of {job.total} companies, which stay."
    if job.status == "error":
        return f"{name}: failed after {job.processed} of {job.total} companies: {job.error}"
    return f"{name}: done, {job.processed} of {job.total} companies."


def top_leads(leads: Sequence[Lead], industries: Sequence[Industry], words: str) -> Answer:
    """Describes the best leads, of some industries or of all."""
    where = f" in {all_of(titles_of(industries))}" if industries else ""
    if not leads:
        hint = [words] if words else []
        again = f'Send "{words}" to search the register for companies.' if words else "Ask for an industry to get some."
        return saying("top_leads", f"You have no scored leads{where} yet.", again, choices=hint)
    rows = [
        (str(place), lead.name, f"{lead.score:.2f} {lead.bucket}", lead.rationale)
        for place, lead in enumerate(leads, 1)
    ]
    return Answer(
        "top_leads",
        [Paragraph(f"Your best leads{where}:"), Table(("", "Company", "Score", "Why"), rows)],
        [explain_label(leads[0].name)],
    )


def industry_unknown(words: str, suggestions: Sequence[Industry]) -> Answer:
    """Says that the words name no industry, and which ones are similar."""
    titles = titles_of(suggestions)
    meant = f"Did you mean {joined(titles, 'or')}?" if titles else "Name one, such as Manufacturing or Logistics."
    choices = [f"Show my top leads in {title}" for title in titles]
    return saying("top_leads", f'I know no industry "{words}".', meant, choices=choices)


def explained(lead: Explanation) -> Answer:
    """Describes the parts of a lead's score."""
    parts = [it for it in lead.contributions if it.contribution][:MOST_PARTS]
    blocks: list[Block] = [
        Paragraph(f"{lead.company.name} scores {lead.score:.2f} ({lead.bucket}). {lead.rationale}"),
    ]
    if parts:
        rows = [(it.name.replace("_", " "), f"{it.contribution:+.3f}", it.evidence or "") for it in parts]
        base = f"The score of a company of which nothing is known is {lead.base:.2f}. " if lead.base is not None else ""
        blocks += [Paragraph(f"{base}These changed it the most:"), Table(("Reason", "Points", "Evidence"), rows)]
    if lead.has_icp is False:
        blocks.append(Paragraph("No ICP counted towards it: you have none. Say: change my ICP to …"))
    return Answer("explain_score", blocks)


def lead_unknown(words: str) -> Answer:
    """Says that no lead has this name."""
    return saying("explain_score", f'None of your leads is called "{words}". Its UEN finds it for certain.')


def which_lead(words: str, found: Sequence[Named]) -> Answer:
    """Asks back which of several leads is meant."""
    names = [f"{lead.name} ({lead.uen})" for lead in found]
    return Answer(
        "explain_score",
        [Paragraph(f'Several of your leads are called "{words}". Which one do you mean?'), Bullets(names)],
        [explain_label(lead.uen) for lead in found],
    )


def explain_label(name: str) -> str:
    """Builds the message that asks for the reasons of a score."""
    return f"Explain the score of {name}"


def call_list(night: Shortlist | None, best: Sequence[Lead]) -> Answer:
    """Lists whom to call: the latest shortlist; without one, the best leads."""
    if night is not None and night.leads:
        calls = night.leads[:MOST_CALLS]
        rows = [
            (str(lead.rank), lead.name, f"{lead.score:.2f} {lead.bucket}", _contact(lead), lead.rationale)
            for lead in calls
        ]
        return Answer(
            "call_list",
            [
                Paragraph(f"Call these, in this order; from the shortlist of the night of {night.night}:"),
                Table(("", "Company", "Score", "Contact", "Why"), rows),
            ],
            [explain_label(calls[0].name)],
        )
    if not best:
        return saying("call_list", "You have no scored leads yet. Ask for an industry to get some.")
    rest = top_leads(best, (), "")
    first = Paragraph("There is no nightly shortlist yet, so these are your best leads:")
    return Answer("call_list", [first, *rest.blocks[1:]], rest.choices)


def _contact(lead: ListedLead) -> str:
    if lead.contact is None:
        return "none found"
    return ", ".join(part for part in (lead.contact.name, lead.contact.title, lead.contact.value) if part)


def proposed(words: str, current: Icp, wanted: Icp, titles: Mapping[str, str], tenant_id: int) -> Answer:
    """Asks whether to replace the ICP."""
    if current == wanted:
        return saying("change_icp", "That is your ICP already:", f"{_icp(wanted, titles)}.")
    shown = f"{tenant_id}\n{current.model_dump_json()}\n{wanted.model_dump_json()}"
    proposal = Proposal(words, current, wanted, hashlib.sha256(shown.encode()).hexdigest()[:8])
    if read_intent(proposal.yes) != ChangeIcp(words, proposal.code):
        return saying(
            "change_icp", "Nothing was changed: that is too long for a chat message. Please say it in fewer words."
        )
    return Answer(
        "change_icp",
        [
            Paragraph("Shall I replace your whole ICP? All your leads are scored again then."),
            Bullets([f"Now: {_icp(current, titles)}", f"Then: {_icp(wanted, titles)}"]),
        ],
        [proposal.yes],
        proposal,
    )


def changed(wanted: Icp, titles: Mapping[str, str]) -> Answer:
    """Says that the ICP was replaced."""
    return saying("change_icp", f"Done. Your ICP is now: {_icp(wanted, titles)}. Your leads are being scored again.")


NOT_CHANGED = saying("change_icp", "Nothing was changed.")

HOW_TO_CHANGE = saying(
    "change_icp",
    "Say what your ideal customers are, for example:",
    "change my ICP to logistics with 10 to 200 employees, at least 3 years old, in district 22.",
)


def _icp(icp: Icp, titles: Mapping[str, str]) -> str:
    industries = [f"{titles.get(code, code)} ({code})" for code in icp.industries]
    parts = [
        all_of(industries) if industries else "any industry",
        _range("employees", icp.employees_from, icp.employees_to),
        _range("years old", icp.age_from, icp.age_to),
        f"district {joined(icp.districts, 'or')}" if icp.districts else "",
        f"using {joined(icp.technologies, 'or')}" if icp.technologies else "",
    ]
    return "; ".join(part for part in parts if part)


def _range(unit: str, least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"{least} to {most} {unit}"
    if least is not None:
        return f"at least {least} {unit}"
    return "" if most is None else f"at most {most} {unit}"
