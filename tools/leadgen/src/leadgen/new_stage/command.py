"""The command `leadgen new-stage`."""

import re
import subprocess
import sys
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import REFUSED
from leadgen.deployed_files import NotFound, deployed
from leadgen.new_stage.registries import edits
from leadgen.new_stage.stage_name import StageName, StageRefused, read_name, tokens


class Topic(StrEnum):
    """The topics whose events the template can handle."""

    ENRICHED = "company.enriched.v1"
    SCORED = "lead.scored.v1"


def new_stage_command(
    name: Annotated[str, typer.Argument(help="Its name, such as lead-alerter.")],
    handles: Annotated[Topic, typer.Option(help="The topic whose events it handles.")] = Topic.SCORED,
    checkout: Annotated[
        Path | None, typer.Option(help="The checkout to write to. Default: the one that this runs from.")
    ] = None,
) -> None:
    """Write a service that handles one kind of event, with migration and tests, and list it with the others.

    It notes the companies of the events in a table; replace that by your own work. All files are written, or none.
    """
    try:
        root = checkout or deployed("topics.yaml", "LEADGEN_TOPICS").parents[1]
        stage = read_name(name)
        made, changed = new_files(root, stage, handles.value), changed_files(root, stage, handles.value)
    except (StageRefused, NotFound) as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(REFUSED) from error
    for path, text in {**made, **changed}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _tidy([path for path in (*made, *changed) if path.suffix == ".py"], root)
    for path in sorted(made):
        typer.echo(f"made     {path.relative_to(root)}")
    for path in sorted(changed):
        typer.echo(f"changed  {path.relative_to(root)}")
    typer.echo(
        "\nNext, in the checkout:\n\n"
        "    make lock install docs check\n"
        f"    .venv/bin/pytest services/{stage.name} tests/architecture libs/common/tests/postgres\n\n"
        "For Kubernetes, copy the scorer's manifests in deploy/k8s (`git grep scorer deploy/k8s` finds them).\n"
        f"Then put your own work into {made_source(stage)}/consumer.py, and a line into CHANGELOG.md."
    )


def made_source(stage: StageName) -> str:
    """Returns the folder of the new service's code in the checkout."""
    return f"services/{stage.name}/src/{stage.package}"


def new_files(root: Path, stage: StageName, topic: str) -> dict[Path, str]:
    """Returns the files of the new service with their texts. Raises StageRefused if it already exists."""
    service = root / "services" / stage.name
    taken = [path for path in root.glob(f"*/*/src/{stage.package}") if any(path.glob("*.py"))]
    if service.exists() or taken:
        raise StageRefused(f"there is a package {stage.package} already: choose another name")
    migrations = root / "deploy" / "migrations"
    number = max((int(path.name[:4]) for path in migrations.glob("[0-9][0-9][0-9][0-9]_*.sql")), default=0) + 1
    source = root / made_source(stage)
    places = {
        "pyproject.toml": service / "pyproject.toml",
        "README.md": service / "README.md",
        "test_stage.py": service / "tests" / f"test_{stage.package}_stage.py",
        "migration.sql": migrations / f"{number:04}_{stage.package}.sql",
        **{name: source / name for name in ("consumer.py", "noted.py", "main.py", "settings.py")},
    }
    known = tokens(stage, topic)
    template = files("leadgen.new_stage") / "template"
    texts = {path: _filled((template / f"{it}.txt").read_text("utf-8"), known) for it, path in places.items()}
    opening = f'"""Notes each company that a {topic} tells of."""\n'
    return {**texts, source / "__init__.py": opening, source / "py.typed": ""}


def changed_files(root: Path, stage: StageName, topic: str) -> dict[Path, str]:
    """Returns the new texts of the files that list services. Raises StageRefused."""
    changed = {}
    for name, edit in edits(stage, topic).items():
        path = root / name
        try:
            changed[path] = edit(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StageRefused(f"{root} is not a checkout of Leadgen: there is no {name}") from None
        except StageRefused as error:
            raise StageRefused(f"{name}: {error}") from None
    return changed


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"@([a-z]+)@", lambda found: known[found[1]], text)


def _tidy(paths: list[Path], root: Path) -> None:
    """Sorts imports and wraps lines by the checkout's rules, which depend on the stage's name."""
    ruff = Path(sys.executable).with_name("ruff")
    for arguments in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
        subprocess.run([ruff, *arguments, *paths], cwd=root, check=True)  # noqa: S603 # the checkout's own ruff
