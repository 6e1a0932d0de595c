"""A Kafka client is closed though its user is cancelled while it starts or stops."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from common.kafka.clients import running
from testkit.stages import until


class SlowClient:
    """Starts and stops when it is let, and notes what was done with it."""

    def __init__(self) -> None:
        self.may_start, self.may_stop = asyncio.Event(), asyncio.Event()
        self.done: list[str] = []

    async def start(self) -> None:
        self.done.append("starts")
        await self.may_start.wait()
        self.done.append("started")

    async def stop(self) -> None:
        self.done.append("stops")
        await self.may_stop.wait()
        self.done.append("stopped")

    async def has_done(self, *steps: str) -> None:
        async def compare() -> bool:
            return self.done == list(steps)

        await until(compare)


async def use(client: SlowClient) -> None:
    async with running(client):
        client.done.append("used")


async def cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_start_goes_on_after_a_cancellation_and_is_closed() -> None:
    client = SlowClient()
    user = asyncio.create_task(use(client))
    await client.has_done("starts")
    await cancel(user)
    client.may_start.set()
    client.may_stop.set()
    await client.has_done("starts", "started", "stops", "stopped")


async def test_a_stop_goes_on_after_a_cancellation() -> None:
    client = SlowClient()
    client.may_start.set()
    user = asyncio.create_task(use(client))
    await client.has_done("starts", "started", "used", "stops")
    await cancel(user)
    client.may_stop.set()
    await client.has_done("starts", "started", "used", "stops", "stopped")


async def test_a_start_that_takes_too_long_is_given_up_and_closed_in_the_end() -> None:
    client = SlowClient()
    with pytest.raises(TimeoutError):
        async with running(client, within_s=0):
            pytest.fail("it has not started")
    client.may_start.set()
    client.may_stop.set()
    await client.has_done("starts", "started", "stops", "stopped")


async def test_a_start_that_fails_says_why_and_is_closed() -> None:
    class Refused(SlowClient):
        async def start(self) -> None:
            raise KafkaConnectionError

    client = Refused()
    client.may_stop.set()
    with pytest.raises(KafkaConnectionError):
        await use(client)
    assert client.done == ["stops", "stopped"]
