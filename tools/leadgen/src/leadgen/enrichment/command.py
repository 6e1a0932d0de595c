"""The command `leadgen enrichment eval`. It runs the enricher's own script, which reads the pages."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson
from leadgen.enrichment.evaluation import Evaluation, evaluate
from leadgen.enrichment.labels import NAME, read_labels
from leadgen.service_scripts import run_script

SCRIPT = "leadgen-enricher-pages"

enrichment_app = typer.Typer(no_args_is_help=True, help="Measure what the enricher finds on pages.")


@enrichment_app.command("eval")
def eval_command(
    pages: Annotated[Path, typer.Argument(help="A folder of pages with their labels.json.")],
    as_json: AsJson = False,
) -> None:
    """Measure by field what patterns find on labelled pages: precision, recall, F1, and each difference.

    labels.json is a list: [{"file": "acme.html", "url": "https://acme.com.sg/", "right": {"emails":
    ["sales@acme.com.sg"], "phones": ["+6561234567"], "people": ["Mei Tan | Director"], "careers": true,
    "founded_year": "1987", "technologies": []}}]. A field that is left out is not judged on that page; an empty list
    or null says that there is nothing to find.
    """
    result = run_or_exit(_evaluate(pages))
    if as_json:
        fields = {name: score.as_json() for name, score in sorted(result.scores.items())}
        differences = [asdict(it) for it in result.differences]
        report = {"pages": result.pages, "fields": fields, "differences": differences}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for it in result.differences:
        typer.echo(f"{it.file}: {it.field}: missing {it.missing}, wrong {it.wrong}")
    typer.echo(f"{'field':16} {'pages':>5} {'expected':>8} {'found':>6} {'precision':>9} {'recall':>7} {'f1':>5}")
    for name, score in sorted(result.scores.items()):
        shares = f"{_share(score.precision):>9} {_share(score.recall):>7} {_share(score.f1):>5}"
        typer.echo(f"{name:16} {score.pages:>5} {score.expected:>8} {score.found:>6} {shares}")


async def _evaluate(folder: Path) -> Evaluation:
    pages = read_labels(folder)
    return evaluate(pages, await run_script(SCRIPT, str(folder / NAME), environment={}))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
