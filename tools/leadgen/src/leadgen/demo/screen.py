"""The demo's output in the terminal: a line per step, a line per stage that a company reaches, then the table."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from leadgen.chat_client import ChatEvent
from leadgen.demo.shown import Shown
from leadgen.terminal import wide_enough

BUCKET_STYLE = {"High": "bold green", "Medium": "yellow", "Low": "dim"}
#: The outcome of a visit to the company's website, in words.
SITES = {
    "visited": "site visited",
    "no_site_known": "no website known",
    "forbidden": "site forbids visits",
    "unreachable": "site unreachable",
    "empty": "site says nothing",
}


class Screen:
    """The terminal, or whatever standard output is."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = wide_enough(console)

    def step(self, what: str, seconds: float) -> None:
        """A part is up, `seconds` after the start."""
        self._console.print(f"[green]✓[/] [dim]{seconds:5.1f} s[/]  {escape(what)}", highlight=False, soft_wrap=True)

    def said(self, message: str) -> None:
        """Prints the rep's message."""
        self._console.print(f"\n[bold]rep>[/] {escape(message)}\n", highlight=False)

    def show(self, event: ChatEvent) -> None:
        """An event of the stream, in words."""
        words = _in_words(event)
        if words:
            line = f"  [dim]{event.at_ms:6.0f} ms[/]  [cyan]{event.name:<8}[/] {escape(words)}"
            self._console.print(line, highlight=False, soft_wrap=True)

    def leads(self, shown: Shown) -> None:
        """The table, best first; above it, once, why nothing may be known of the companies."""
        if shown.without_site:
            count, of = len(shown.without_site), len(shown.leads)
            self._line(
                f"\n[yellow]No website is known for {count} of the {of} companies[/]: their scores rest on the "
                "register alone.\nAdd a column `website` to the register's file, or set TAVILY_API_KEY."
            )
        if shown.leads:
            self._console.print(self._table(shown))
        if shown.notice:
            self._console.print(f"\n{escape(shown.notice.removesuffix('.'))}.", highlight=False, soft_wrap=True)
        if shown.job_id:
            self._console.print(f"Job of the rest: [bold]{shown.job_id}[/]", highlight=False, soft_wrap=True)

    def _table(self, shown: Shown) -> Table:
        table = Table(title="\nLeads", title_justify="left", expand=self._console.is_terminal)
        for name in ("score", "bucket", "company", "why", "contact"):
            table.add_column(name, overflow="fold", ratio={"company": 3, "why": 6, "contact": 3}.get(name))
        for lead in shown.best_first:
            style = BUCKET_STYLE.get(lead.bucket or "", "")
            score = "…" if lead.score is None else f"{lead.score:.2f}"
            table.add_row(
                score,
                f"[{style}]{lead.bucket}[/]" if style else "",
                f"{escape(lead.name)}\n[dim]{lead.uen}[/]",
                escape(lead.rationale or ""),
                escape(lead.contact or "none found"),
            )
        return table

    def icp(self, tenant: str, industries: str) -> None:
        """Prints the kind of company that a tenant of the night looks for."""
        self._line(f"[green]✓[/] [bold]{escape(tenant)}[/] looks for {escape(industries)}")

    def run(self, tenant: str, status: str, companies: dict[str, int]) -> None:
        """Prints where a tenant's companies stand in the night."""
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
        """Prints the report's verdict, and where its page is."""
        self._line(f"\n{escape(words)}")

    def night(self) -> None:
        """Announces the night."""
        self._line("\n[bold]The night[/]")

    def _line(self, words: str) -> None:
        self._console.print(words, highlight=False, soft_wrap=True)

    def night_started(self) -> None:
        """Says that a night runs, which nobody waits for."""
        self._line("\nA night of 20 companies runs now; its leads come to the page's shortlist.")

    def page(self, url: str | None) -> None:
        """Prints the address of the page, which signs the rep in."""
        if url is None:
            self._line("\nThe page for people is not built: `make web` builds it, with Node 20 or newer.")
        else:
            self._line(f"\n[bold]Open the page[/], signed in as the demo rep:\n  {url}")

    def where(self, urls: dict[str, str], token: str) -> None:
        """Prints the addresses to open and the command to ask more."""
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


def _in_words(event: ChatEvent) -> str:
    data: dict[str, Any] = event.data
    match event.name:
        case "accepted":
            return "the request is on its way"
        case "resolved":
            return _understood(data)
        case "refine":
            return f"{data['question']} {_listed([_choice(it) for it in data['choices']], 6)}"
        case "head":
            return f"the best {len(data['companies'])} are upserted"
        case "company" if data["stage"] == "enriched":
            return f"{data['name']}: {SITES[data['outcome']]}, {_counted(data['contacts'], 'contact')}"
        case "company" if data["stage"] == "scored":
            return f"{data['name']}: {data['score']:.2f} {data['bucket']}"
        case _:
            return ""


def _understood(data: dict[str, Any]) -> str:
    """Says how each part of the request was taken."""
    parts = [_listed([_titled(it) for it in data["industries"]], 5) or "no industry"]
    if data.get("excluded"):
        parts.append(f"without {_listed([_titled(it) for it in data['excluded']], 5)}")
    if data.get("places"):
        parts.append(f"in {', '.join(data['places'])}")
    if data.get("founded_since"):
        parts.append(f"founded since {data['founded_since']}")
    ignored = f"; ignored: {', '.join(data['ignored'])}" if data.get("ignored") else ""
    return f"{', '.join(parts)}: {_matching(data['matches'])}{ignored}"


def _matching(matches: int) -> str:
    return "1 live company matches" if matches == 1 else f"{matches:,} live companies match"


def _titled(industry: dict[str, Any]) -> str:
    return f"{industry['title']} (SSIC {industry['code']})"


def _choice(choice: dict[str, Any]) -> str:
    return f"{choice['label']} ({choice['matches']:,})" if "matches" in choice else str(choice["label"])


def _listed(names: list[str], most: int) -> str:
    """Lists the first names, and says how many more there are."""
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
