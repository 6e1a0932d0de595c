"""The demo's output in the terminal: a line per step, a line per stage that a company reaches, then the table."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from leadgen.chat_client import ChatEvent
from leadgen.command_line.terminal import print_table, wide_enough
from leadgen.demo.event_text import bucket_of, in_words
from leadgen.demo.results import Lead, Shown

BUCKET_STYLE = {"High": "bold green", "Medium": "yellow", "Low": "dim"}
#: Clauses of a rationale that are said once above the table.
SAID_ABOVE = {"icp": ("no ICP is set",), "site": ("nothing known of its site", "no contact known")}
#: Characters of a message that are shown again.
LONGEST_ECHO = 200
SET_AN_ICP = "leadgen icp set 'precision engineering'"


class Screen:
    """The demo's output on the terminal or another standard output."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = wide_enough(console)

    def step(self, what: str, seconds: float) -> None:
        """Prints that a part is up, `seconds` after the start."""
        self._console.print(f"[green]✓[/] [dim]{seconds:5.1f} s[/]  {escape(what)}", highlight=False, soft_wrap=True)

    def said(self, message: str) -> None:
        """Prints the rep's message, shortened if it is very long."""
        is_long = len(message) > LONGEST_ECHO
        shown = f"{message[:LONGEST_ECHO]}… ({len(message):,} characters)" if is_long else message
        self._console.print(f"\n[bold]rep>[/] {escape(shown)}\n", highlight=False)

    def show(self, event: ChatEvent) -> None:
        """Prints an event of the stream as text."""
        words = in_words(event)
        if words:
            self._prose(f"  [dim]{event.at_ms:6.0f} ms[/]  [cyan]{event.name:<8}[/] {escape(words)}")

    def leads(self, shown: Shown) -> None:
        """Prints the table, best lead first; above it, the missing information and how to add it."""
        for words in _missing(shown):
            self._prose(f"\n{words}")
        if shown.leads:
            self._prose("\n[italic]Leads[/]")
            print_table(self._table(shown), self._console)
        if shown.notice:
            notice = shown.notice if shown.notice.endswith((".", "?", "!")) else f"{shown.notice}."
            self._prose(f"\n{escape(notice)}")
        if shown.choices:
            self._prose("\nTo answer, send one of these:")
            for choice in shown.choices:
                self._line(f"  leadgen chat '{escape(choice)}'")
        if shown.job_id:
            self._prose(f"Job of the rest: [bold]{shown.job_id}[/]")

    def _table(self, shown: Shown) -> Table:
        table = Table("score", "bucket", "company", "why", "contact")
        for lead in shown.best_first:
            style = BUCKET_STYLE.get(lead.bucket or "", "")
            bucket = bucket_of(lead.bucket, lead.confidence) if lead.bucket else ""
            score = "…" if lead.score is None else f"{lead.score:.2f}"
            table.add_row(
                score,
                f"[{style}]{bucket}[/]" if style and not lead.is_unknown else bucket,
                f"{escape(lead.name)}\n[dim]{lead.uen}[/]",
                escape(_why(lead, shown)),
                escape(lead.contact or "none found"),
            )
        return table

    def icp(self, tenant: str, industries: str) -> None:
        """Prints the kind of company that a tenant of the night looks for."""
        self._line(f"[green]✓[/] [bold]{escape(tenant)}[/] looks for {escape(industries)}")

    def run(self, tenant: str, status: str, companies: dict[str, int]) -> None:
        """Prints the progress of a tenant's companies in the night."""
        stands = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in companies.items())
        self._line(f"  [cyan]{status:<10}[/] {escape(tenant)}{': ' if stands else ''}{escape(stands)}")

    def shortlist(self, tenant: str, leads: list[dict[str, Any]]) -> None:
        """Prints a tenant's shortlist, a line per lead."""
        self._line(f"\n[bold]Shortlist of {escape(tenant)}[/]")
        table = Table(box=None, pad_edge=False, show_header=False)
        for name in ("score", "bucket", "company", "contact"):
            table.add_column(no_wrap=name in ("score", "bucket"), overflow="fold")
        for lead in leads:
            style = BUCKET_STYLE.get(lead["bucket"], "")
            contact = escape(lead["contact"]["value"]) if lead["contact"] else "[dim]no contact found[/]"
            table.add_row(f"{lead['score']:.2f}", f"[{style}]{lead['bucket']}[/]", escape(lead["name"]), contact)
        self._console.print(table, highlight=False)
        if not leads:
            self._line("  [dim]no leads this night[/]")

    def report(self, words: str) -> None:
        """Prints the report's verdict, and the address of its page."""
        self._line(f"\n{escape(words)}")

    def night(self) -> None:
        """Announces the night."""
        self._line("\n[bold]The night[/]")

    def _line(self, words: str) -> None:
        """Prints a text to be copied on one line, however narrow the terminal."""
        self._console.print(words, highlight=False, soft_wrap=True)

    def _prose(self, words: str) -> None:
        """Prints sentences, which are wrapped between words."""
        self._console.print(words, highlight=False)

    def night_started(self) -> None:
        """Says that a night runs in the background."""
        self._line("\nA night of 20 companies runs now; its leads come to the page's shortlist.")

    def page(self, url: str | None) -> None:
        """Prints the address of the page, which signs the rep in."""
        if url is None:
            self._line("\nThe page for people is not built: `make web` builds it, with Node 20 or newer.")
        else:
            self._line(f"\n[bold]Open the page[/], signed in as the demo rep:\n  {url}")

    def where(self, urls: dict[str, str], token: str) -> None:
        """Prints the addresses to open and the command for more requests."""
        self._console.print()
        for name, url in urls.items():
            self._console.print(f"  {name:<12} {url}", highlight=False, soft_wrap=True)
        gateway = urls["API"].removesuffix("/docs")
        self._console.print(
            f"\nAsk more:\n  curl -N {gateway}/chat -H 'Authorization: Bearer {token}' "
            """-H 'Content-Type: application/json' -d '{"message": "Logistics"}'""",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        self._console.print("\nCtrl-C stops everything.", highlight=False)


def _missing(shown: Shown) -> list[str]:
    """Explains what the scores lack, and how to add it."""
    said = []
    if shown.without_site:
        count, of = len(shown.without_site), len(shown.leads)
        which = "the company" if of == 1 else f"{count} of the {of} companies"
        said.append(
            f"[yellow]No website is known for {which}[/]: only register data is available. Add a column "
            "`website` to the register file, or set TAVILY_API_KEY."
        )
    if any(lead.is_unknown for lead in shown.leads):
        said.append("`unknown`: no scoring criterion is known for this company, so it has the average score.")
    if shown.has_no_icp:
        said.append(f"No ICP is set, so scores do not measure fit. To set one: [bold]{SET_AN_ICP}[/]")
    return said


def _why(lead: Lead, shown: Shown) -> str:
    """Returns the rationale without the part that is printed above the table."""
    above = [*(SAID_ABOVE["icp"] if shown.has_no_icp else ()), *(SAID_ABOVE["site"] if lead.is_unknown else ())]
    clauses = (lead.rationale or "").split("; ")
    return "; ".join(clause for clause in clauses if not clause.startswith(tuple(above)))
