"""Recognises the questions that are answered from the tenant's data. Pure.

A question is recognised by its whole wording, never by a single word: any other message is a request for companies.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from gateway.chat.phrasings import (
    AFTER,
    BEFORE,
    CALL_LIST,
    CHANGE_ICP,
    EVERYTHING,
    EXPLAIN,
    JOB_STATUS,
    NO,
    NO_COMPANY,
    NUMBERS,
    TOP_LEADS,
    YES,
)

#: No question is longer, and no pattern sees a longer text.
LONGEST_QUESTION = 300

#: Leads shown if the message gives no number, and the most that are shown.
USUAL_LEADS, MOST_LEADS = 5, 20


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Question about the progress of the tenant's jobs."""


@dataclass(frozen=True, slots=True)
class TopLeads:
    """Question for the best leads, perhaps of an industry that `words` name."""

    limit: int = USUAL_LEADS
    words: str = ""


@dataclass(frozen=True, slots=True)
class ExplainScore:
    """Question for the reasons of a company's score. `company` is a name or a UEN, as it was written."""

    company: str


@dataclass(frozen=True, slots=True)
class CallList:
    """Question for the leads to call today."""


@dataclass(frozen=True, slots=True)
class ChangeIcp:
    """Request to replace the ICP by the one that `words` describe.

    `code` is that of the question to which the rep says yes; without it, the rep is asked first.
    """

    words: str = ""
    code: str | None = None


Intent: TypeAlias = JobStatus | TopLeads | ExplainScore | CallList | ChangeIcp


def read_intent(message: str) -> Intent | None:
    """Recognises a question; `None` for a request for companies, or anything else."""
    if len(message) > LONGEST_QUESTION:
        beginning = _bare(message[:LONGEST_QUESTION])
        return ChangeIcp() if CHANGE_ICP.fullmatch(beginning) else None
    text = _bare(message)
    if change := CHANGE_ICP.fullmatch(text):
        return ChangeIcp(change["words"] or change["words2"] or "", change["code"])
    if JOB_STATUS.fullmatch(text):
        return JobStatus()
    if CALL_LIST.fullmatch(text):
        return CallList()
    if top := TOP_LEADS.fullmatch(text):
        return _top_leads(top)
    if why := EXPLAIN.fullmatch(text):
        company = next(name for name in why.groups() if name is not None).strip(" \"'")
        return ExplainScore(company) if company and company.casefold() not in NO_COMPANY else None
    return None


def read_consent(message: str) -> bool | None:
    """Reads the answer to a question that asks for consent; `None` if the message is no answer."""
    text = _on_one_line(message).rstrip(" .!")
    if YES.fullmatch(text):
        return True
    return False if NO.fullmatch(text) else None


def _on_one_line(message: str) -> str:
    """Returns the message with plain apostrophes and single spaces; empty if it is too long for a question."""
    if len(message) > LONGEST_QUESTION:
        return ""
    return re.sub(r"\s+", " ", message.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip()


def _bare(message: str) -> str:
    """Removes greetings, "please" and marks around a question."""
    text = BEFORE.sub("", _on_one_line(message).rstrip(" ?.!"), count=1)
    return AFTER.sub("", text).rstrip(" ?!,")


def _top_leads(found: re.Match[str]) -> TopLeads:
    parts = {name: part for name, part in found.groupdict().items() if part}
    number = next((parts[name] for name in ("n1", "n2", "n3", "n4", "n5") if name in parts), "")
    words = next((parts[name] for name in ("in1", "in2", "in3", "of1") if name in parts), "").strip()
    if EVERYTHING.fullmatch(words):
        words = ""
    limit = NUMBERS.index(number.lower()) + 1 if number.lower() in NUMBERS else int(number or USUAL_LEADS)
    return TopLeads(min(max(limit, 1), MOST_LEADS), words)
