"""The commands `leadgen score` and `leadgen scoring …`."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median_low
from typing import Annotated, Any

import typer

from common.errors import Permanent
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, DatabaseUrl
from leadgen.scoring import screen
from leadgen.scoring.applying import apply, rescore
from leadgen.scoring.feedback import feedback_of
from leadgen.scoring.fitting import Labelled, Proposal, propose
from leadgen.scoring.leads import explain, features_of, scores_of
from leadgen.scoring.measures import Evaluation, Scored, evaluate
from leadgen.scoring.outcomes import Outcomes, read_outcomes
from leadgen.scoring.plotting import checked, plot
from leadgen.scoring.weights import CriterionWeight, Model, Weights, as_toml, read_weights, scorers_model
from leadgen.tenants.tenants import TenantNumber

scoring_app = typer.Typer(no_args_is_help=True, help="Compare scores with outcomes; fit and set weights.")

MaybeDatabaseUrl = Annotated[
    str | None,
    typer.Option(envvar="DATABASE_URL", show_envvar=True, help="The database, for columns that the file lacks."),
]
OutcomesFile = Annotated[
    Path | None,
    typer.Argument(
        help="A CSV with the columns uen and outcome (won or lost, 1 or 0). Without it: the tenant's feedback.",
        show_default=False,
    ),
]
ModelFile = Annotated[
    Path | None, typer.Option("--model", help="File of a scoring model. Default: the scorer's newest.")
]


class DatabaseNeeded(Permanent):
    """The file lacks data, and there is no database to read it from."""


def score_command(
    database_url: DatabaseUrl,
    uen: Annotated[str, typer.Option("--explain", metavar="UEN", help="UEN of the company.")],
    tenant: TenantNumber = 1,
    as_json: AsJson = False,
) -> None:
    """Explain a lead's score: every contribution, with its evidence and source."""
    lead = run_or_exit(explain(database_url, tenant, uen))
    if as_json:
        _print(asdict(lead) | {"enriched_at": lead.enriched_at.isoformat()})
    else:
        screen.show_explanation(lead)


@scoring_app.command("eval")
def eval_command(
    file: OutcomesFile = None,
    tenant: TenantNumber = 1,
    database_url: MaybeDatabaseUrl = None,
    as_json: AsJson = False,
    picture: Annotated[Path | None, typer.Option("--plot", help="Draw calibration and ROC: an .svg or a .png.")] = None,
) -> None:
    """Compare scores with the leads' outcomes: AUC, calibration, Brier score.

    Scores come from the file's column `score` or, without it, from the tenant's leads as they are now. For feedback,
    they are the leads' scores at the time of the feedback.
    """
    evaluation = run_or_exit(_evaluate(file, tenant, database_url, picture))
    if as_json:
        _print(asdict(evaluation))
        return
    screen.show_evaluation(evaluation)
    if picture is not None:
        typer.echo(f"drawn: {picture}")


@scoring_app.command("fit")
def fit_command(
    file: OutcomesFile = None,
    tenant: TenantNumber = 1,
    database_url: MaybeDatabaseUrl = None,
    model: ModelFile = None,
    out: Annotated[Path | None, typer.Option(help="Also write the proposed weights to this TOML file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose weights that separate won leads from lost ones better. `leadgen scoring use` applies them.

    Features come from the file's columns with the names of criteria (0 to 1, empty: unknown) or, without any, from the
    tenant's leads as they are now. At least 100 outcomes are needed, 20 of each kind.
    """
    proposal = run_or_exit(_fit(file, tenant, database_url, model))
    text = as_toml(Weights(proposal.version, proposal.weights), _about(proposal, file))
    if out is not None:
        run_or_exit(_write(out, text))
    if as_json:
        _print({**asdict(proposal), "is_better": proposal.is_better, "model": text, "applied": False})
        return
    screen.show_proposal(proposal)
    typer.echo(f"\n{text}")
    if not proposal.is_better:
        typer.echo("The proposed weights separate won from lost leads no better: keep the current ones.")
    named = out or "MODEL.toml"
    typer.echo(f"Nothing was applied. To score tenant {tenant} by it: leadgen scoring use {named} --tenant {tenant}")


@scoring_app.command("use")
def use_command(
    database_url: DatabaseUrl,
    tenant: TenantNumber,
    file: Annotated[
        Path | None, typer.Argument(help="A TOML file of weights, as `leadgen scoring fit` makes it.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Go back to the model's own weights.")] = False,
    model: ModelFile = None,
) -> None:
    """Give a tenant weights of its own, and rescore its leads."""
    if (file is None) is not default:
        raise typer.BadParameter("give a file of weights, or --default and none")
    weights = run_or_exit(_use(file, database_url, tenant, model))
    if weights is None:
        typer.echo(f"tenant {tenant} is scored by the model's own weights from now on")
    else:
        typer.echo(f"tenant {tenant} is scored by {file} ({weights.version}) from now on")
    report = run_or_exit(rescore(database_url, tenant))
    typer.echo("{leads} leads scored again, {changed} changed: the scorer announces those".format(**report))


async def _outcomes(
    file: Path | None, tenant: int, database_url: str | None, features: Collection[str] = ()
) -> Outcomes:
    """Reads the outcomes in the file, or those of the tenant's feedback."""
    if file is not None:
        return read_outcomes(file, features)
    if database_url is None:
        raise DatabaseNeeded("give a file of outcomes, or --database-url for the feedback of the tenant's reps")
    return await feedback_of(database_url, tenant)


async def _evaluate(file: Path | None, tenant: int, database_url: str | None, picture: Path | None) -> Evaluation:
    if picture is not None:
        checked(picture)
    outcomes = await _outcomes(file, tenant, database_url)
    if outcomes.has_scores:
        leads = [Scored(row.score, row.is_won) for row in outcomes.rows if row.score is not None]
    else:
        if database_url is None:
            raise DatabaseNeeded(
                f"{file} has no column score: give --database-url to read them from the tenant's leads"
            )
        known = await scores_of(database_url, tenant, [row.uen for row in outcomes.rows])
        leads = [Scored(known[row.uen], row.is_won) for row in outcomes.rows if row.uen in known]
    evaluation = evaluate(leads, missing=len(outcomes.rows) - len(leads))
    if picture is not None:
        plot(leads, evaluation, picture)
    return evaluation


async def _fit(file: Path | None, tenant: int, database_url: str | None, model_file: Path | None) -> Proposal:
    model = scorers_model(model_file)
    outcomes = await _outcomes(file, tenant, database_url, model.criteria)
    if outcomes.unused:
        typer.echo(f"not used: the columns {', '.join(outcomes.unused)}, which are named like no feature", err=True)
    if outcomes.features:
        now = {name: model.criteria[name] for name in outcomes.features}
        return propose([Labelled(row.values, row.is_won) for row in outcomes.rows], now)
    if database_url is None:
        raise DatabaseNeeded(
            f"{file} has no column with the name of a criterion ({', '.join(model.criteria)}): give --database-url to "
            "read the features of the tenant's leads"
        )
    return await _fit_to_database(outcomes, tenant, database_url, model)


async def _fit_to_database(outcomes: Outcomes, tenant: int, database_url: str, model: Model) -> Proposal:
    """Proposes weights from the features and weights of the leads' present scores. Older models do not count."""
    known = await features_of(database_url, tenant, [row.uen for row in outcomes.rows])
    known = {uen: features for uen, features in known.items() if all("prior" in it for it in features.values())}
    leads = [
        Labelled({name: feature["value"] for name, feature in known[row.uen].items()}, row.is_won)
        for row in outcomes.rows
        if row.uen in known
    ]
    names = [name for name in model.criteria if any(name in features for features in known.values())]
    now = {name: _weighed(name, list(known.values())) for name in names}
    return propose(leads, now, missing=len(outcomes.rows) - len(leads))


def _weighed(name: str, known: Sequence[Any]) -> CriterionWeight:
    """Returns a criterion's weight and prior, equal in all leads that the last rescoring has reached."""
    found = [features[name] for features in known if name in features]
    return CriterionWeight(median_low(it["weight"] for it in found), median_low(it["prior"] for it in found))


def _about(proposal: Proposal, file: Path | None) -> list[str]:
    source = "feedback" if file is None else file.name
    return [
        f"Proposed by `leadgen scoring fit` from {source}: {proposal.labels} outcomes, {proposal.won} won.",
        f"AUC, cross-validated: {proposal.auc_proposed:.4f}; weights of that time: {proposal.auc_current:.4f}.",
    ]


async def _write(out: Path, text: str) -> None:
    try:
        await asyncio.to_thread(out.write_text, text, encoding="utf-8")
    except OSError as error:
        raise Permanent(f"{out} cannot be written: {error}") from error


async def _use(file: Path | None, database_url: str, tenant: int, model: Path | None) -> Weights | None:
    weights = None if file is None else read_weights(file, scorers_model(model))
    await apply(database_url, tenant, weights)
    return weights


def _print(report: dict[str, Any]) -> None:
    typer.echo(json.dumps(report, ensure_ascii=False))
