"""That the enricher's bench measures, and one part alone where that is asked for."""

import pytest
from typer.testing import CliRunner

from leadgen.bench.cases.enrich import bench_enrich
from leadgen.bench.harness.servers import Servers
from leadgen.bench.options import EnrichPart
from leadgen.cli import app


@pytest.mark.timeout(180)
async def test_one_part_can_be_measured_alone(database_url, kafka, tmp_path) -> None:
    """It has its figure and its parts; the others have none."""
    its = Servers(database_url, kafka, tmp_path)
    figures = await bench_enrich(its, companies=100, rounds=1, parts=[EnrichPart.SPEED])

    assert figures.companies_per_s is not None
    assert figures.companies_per_s > 0
    assert (figures.makespan_ratio, figures.interactive_delay_ratio, figures.rss_mb) == (None, None, None)
    assert figures.of.keys() == {"makespan", "companies_per_s", "cpu_ms", "replicas"}
    assert (figures.of["makespan"], figures.of["replicas"]) == (None, None)


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    """Before anything is started."""
    found = CliRunner().invoke(app, ["bench", "enrich", "--part", "spead"])

    assert found.exit_code == 2
    assert all(part in found.output for part in EnrichPart)
