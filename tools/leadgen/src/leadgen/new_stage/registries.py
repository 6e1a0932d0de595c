"""The files that list services, and the lines for a new one. Pure."""

import re
from collections.abc import Callable, Mapping

from leadgen.new_stage.stage_name import HANDLED, StageName, StageRefused

Edit = Callable[[str], str]


def edits(stage: StageName, topic: str) -> Mapping[str, Edit]:
    """Returns the change of each such file, by its path in the checkout."""
    name, package, _ = stage
    handled = HANDLED[topic]
    workers = package.upper()
    heading = f"# --- {name} "
    settings = (
        f"{heading}{'-' * (118 - len(heading))}\n"
        f"# Concurrent batches of up to 200 events in the interactive lane.\n{workers}_INTERACTIVE_WORKERS=2\n"
        f"# Concurrent batches of up to 200 events in the nightly lane.\n{workers}_NIGHTLY_WORKERS=2\n\n"
    )
    layers = (
        f"[importlinter:contract:{name}-layers]\nname = {name}: tables < handlers < main\ntype = layers\n"
        f"containers =\n    {package}\nlayers =\n    main\n    consumer | settings\n    noted\nexhaustive = true\n\n"
    )
    row = f'    "{package}_companies": "(tenant_id, company_id, noted_at) VALUES ($1, 1, now())",\n'
    imported = f"from {package}.consumer import {package}\n"
    cell = f"{name}, up to 200 at once; "
    owns = f"| `{package}_companies` | {name} | yes |\n"
    composed = (
        f"  {name}:\n    <<: *service\n    image: leadgen-{name}:${{LEADGEN_VERSION:-local}}\n"
        f"    build: {{context: ., args: {{SERVICE: {name}}}}}\n    networks: [inner]\n    environment:\n"
        f"      <<: *stage\n      DATABASE_URL: postgresql://leadgen_{package}:${{DATABASE_PASSWORD_{workers}:?run "
        f"deploy/compose/prepare first}}@postgres:5432/leadgen\n      {workers}_INTERACTIVE_WORKERS:\n"
        f"      {workers}_NIGHTLY_WORKERS:\n\n"
    )
    return {
        "pyproject.toml": _all(
            _before(r'^  "leadgen-nightly",\n', f'  "leadgen-{name}",\n'),
            _before(r"^leadgen-nightly = ", f"leadgen-{name} = {{ workspace = true }}\n"),
            _after(r"services/nightly/src(?=:)", f":services/{name}/src"),
        ),
        ".importlinter": _all(
            _after(r"(?<=    odoo_sync\n)    nightly\n", f"    {package}\n"),
            _before(r"^\[importlinter:contract:scorer-layers\]\n", layers),
        ),
        ".env.example": _before(r"^# --- odoo-sync ", settings),
        "Dockerfile": _after(r"^# SERVICE is [^.\n]*?nightly", f", {name}"),
        "README.md": _after(r"\[nightly\]\(services/nightly/README\.md\)", f", [{name}](services/{name}/README.md)"),
        "docker-compose.yml": _before(r"^  odoo-sync:\n", composed),
        "deploy/compose/prepare": _after(r"^for login in [A-Z_ ]*NIGHTLY", f" {workers}"),
        "deploy/compose/postgres/10-logins.sh": _after(r"^for service in [a-z_ ]*nightly", f" {package}"),
        "deploy/prometheus/prometheus.yml": _after(r"names: \[[a-z, -]*nightly", f", {name}"),
        "deploy/release": _after(r'^services="[a-z -]*nightly', f" {name}"),
        "deploy/topics.yaml": _after(rf"^  {re.escape(topic)}: .*consumers: \[", f"{name}, "),
        "docs/architecture.md": _all(
            _after(rf"^\| `{re.escape(topic)}` \|(?:[^|\n]*\|){{2}} ", cell),
            _before(r"^\| `inbox_<service>`", owns),
        ),
        "libs/common/tests/postgres/test_row_security.py": _after(r"^ROWS = \{\n", row),
        "tests/delivery/conftest.py": _all(
            _before(r"^from common\.postgres", imported), _after(r"^        made = \[\n", f"            {package}(),\n")
        ),
        "tests/support/testkit/every_handler/deliveries.py": _after(
            r"^CASES = \[\n", f'    Case("{name}", {handled.event}, {handled.case}),\n'
        ),
        "tests/support/testkit/every_handler/line.py": _after(r"^SILENT = \{\n", f'    ("{name}", {handled.event}),\n'),
        "tests/support/testkit/every_stage.py": _all(
            _before(r"^from common\.handling", imported), _after(r"^STAGES: .*\[\n", f"    {package},\n")
        ),
        "tools/leadgen/src/leadgen/local/stack.py": _after(
            r'^    "nightly": "leadgen-nightly-stage",\n', f'    "{name}": "leadgen-{name}",\n'
        ),
    }


def _all(*edits: Edit) -> Edit:
    def edit(text: str) -> str:
        for each in edits:
            text = each(text)
        return text

    return edit


def _after(place: str, new: str) -> Edit:
    return _at(place, lambda found: found[0] + new)


def _before(place: str, new: str) -> Edit:
    return _at(place, lambda found: new + found[0])


def _at(place: str, replaced: Callable[[re.Match[str]], str]) -> Edit:
    def edit(text: str) -> str:
        changed, count = re.subn(place, replaced, text, flags=re.MULTILINE)
        if not count:
            raise StageRefused(f"there is no line {place!r} to enter the stage at")
        return changed

    return edit
