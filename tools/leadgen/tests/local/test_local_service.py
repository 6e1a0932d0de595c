"""A service as a child process: started again when it ends, stopped when asked, and its trouble reported."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from leadgen.local.service import DidNotGetReady, Service
from testkit.stages import until

SECRET = "a secret of thirty-two characters"


@pytest.fixture
async def unfit(tmp_path: Path) -> AsyncIterator[Service]:
    """The scorer without what it needs: it ends at once, saying which setting is wrong."""
    service = Service("scorer", "leadgen-scorer", {"DATABASE_URL": "", "INBOX_LEASE_S": "soon"}, tmp_path)
    service.start()
    yield service
    await service.stop()


async def test_a_service_that_does_not_start_is_reported_with_the_end_of_its_log(unfit: Service) -> None:
    """There an operator reads what to change."""
    await until(lambda: has_said(unfit, "setting INBOX_LEASE_S", 1))
    with pytest.raises(DidNotGetReady, match=r"scorer is not ready(.|\n)*setting INBOX_LEASE_S: ") as caught:
        await unfit.is_ready(within_s=0.1)
    assert str(unfit.log) in str(caught.value)


@pytest.mark.slow
async def test_a_service_that_ends_is_started_again_until_it_is_stopped(unfit: Service) -> None:
    """A service that ends is started again until it is stopped, as a cluster would; a stop ends that, too."""
    await until(lambda: has_said(unfit, "setting INBOX_LEASE_S", 2))
    await unfit.stop()
    assert unfit.child is not None
    assert not unfit.child.is_running()
    await unfit.stop()


async def test_a_stopped_service_ends_in_order(tmp_path: Path, database_url: str, kafka: str) -> None:
    """Ready, asked to end, and gone with exit code 0, its port free."""
    settings = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP_SERVERS": kafka, "GATEWAY_JWT_SECRET": SECRET}
    service = Service("gateway", "leadgen-gateway", settings, tmp_path)
    service.start()
    try:
        await service.is_ready()
        assert service.child is not None
        process = psutil.Process(service.child.pid)
    finally:
        await service.stop()
    assert service.child.exit_code() == 0, service.log.read_text()
    assert not process.is_running()
    assert "Traceback" not in service.log.read_text()
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"{service.url}/livez")


async def has_said(service: Service, words: str, times: int) -> bool:
    return service.log.exists() and service.log.read_text().count(words) >= times
