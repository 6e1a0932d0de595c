"""Compares Leadgen with its peers on one PostgreSQL and one Kafka, in turns. See README.md."""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import asyncpg
import psutil

from embedded.kafka import Kafka
from embedded.ports import free_port
from embedded.postgres import Postgres
from leadgen.bench.harness.waiting import until

HERE = Path(__file__).parent
WARM = 200
#: Events that come one by one, at most 50 a second.
PACED = 400
SETTLE_S = 12.0
IDLE_S = 20.0
GIVE_UP_S = 60.0
NO_NUMBER = "-1"
USE_KAFKA = ("ours", "faststream")
TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


class Peer:
    """One way of handling events, with a database of its own."""

    def __init__(self, name, python, servers, folder):
        self.name = name
        self.folder = folder
        self.servers = servers
        self.owner = None
        self.next = 0
        postgres, kafka = servers
        self.url = postgres.url_of(f"peer_{name}")
        self.environment = {**os.environ, "DATABASE_URL": self.url, "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}
        self.command = [str(python), str(HERE / f"peer_{name}.py")]

    async def prepare(self):
        server = await asyncpg.connect(self.servers[0].url)
        await server.execute(f"CREATE DATABASE peer_{self.name}")
        await server.close()
        self.owner = await asyncpg.connect(self.url)
        await self.owner.execute("CREATE TABLE results (number bigint); CREATE TABLE in_hand (number bigint)")
        await self._do("prepare")

    async def _do(self, *words, at_once=500, pause_s=0.0):
        environment = {**self.environment, "AT_ONCE": str(at_once), "PAUSE_S": str(pause_s)}
        with (self.folder / f"{self.name}.log").open("ab") as log:
            child = await asyncio.create_subprocess_exec(
                *self.command, *map(str, words), env=environment, stdout=log, stderr=log
            )
            if await child.wait():
                raise SystemExit(
                    f"{self.name} {words} failed: {(self.folder / f'{self.name}.log').read_text()[-2000:]}"
                )

    def start(self, hangs_at=NO_NUMBER):
        environment = {**self.environment, "HANGS_AT": str(hangs_at), "HTTP_HOST": "127.0.0.1"}
        environment["HTTP_PORT"] = str(free_port())
        with (self.folder / f"{self.name}.log").open("ab") as log:
            return subprocess.Popen([*self.command, "work"], env=environment, stdout=log, stderr=log)

    async def enqueue(self, number, **pace):
        first, self.next = self.next, self.next + number
        await self._do("enqueue", first, number, **pace)
        return first

    async def done(self, first, number, within_s=GIVE_UP_S):
        """Whether all of them were handled in time."""
        latest = time.monotonic() + within_s
        question = "SELECT count(DISTINCT number) FROM results WHERE number >= $1 AND number < $2"
        while await self.owner.fetchval(question, first, first + number) < number:
            if time.monotonic() > latest:
                return False
            await asyncio.sleep(0.1)
        return True

    async def warm_up(self):
        if not await self.done(await self.enqueue(WARM), WARM):
            raise SystemExit(f"{self.name} does not work: {(self.folder / f'{self.name}.log').read_text()[-3000:]}")

    async def busy(self, worker, events, **pace):
        """CPU milliseconds per event: worker, PostgreSQL and Kafka; what hands the events over is not counted."""
        await asyncio.sleep(2)
        before, began = self.cpu(worker), time.perf_counter()
        if not await self.done(await self.enqueue(events, **pace), events):
            raise SystemExit(f"{self.name} did not handle all events")
        took = time.perf_counter() - began
        await asyncio.sleep(1)
        after = self.cpu(worker)
        parts = [part for part in before if part != "kafka" or self.name in USE_KAFKA]
        shares = {part: round(1000 * (after[part] - before[part]) / events, 3) for part in parts}
        return {"cpu_ms": round(sum(shares.values()), 3), **shares, "events_per_s": round(events / took)}

    async def idle(self, worker):
        await asyncio.sleep(SETTLE_S)
        before, cpu = await self.owner.fetchval(TRANSACTIONS), self.cpu(worker)["worker"]
        await asyncio.sleep(IDLE_S)
        made, spent = await self.owner.fetchval(TRANSACTIONS) - before, self.cpu(worker)["worker"] - cpu
        return {"idle_tx_per_s": round(made / IDLE_S, 2), "idle_cpu_percent": round(100 * spent / IDLE_S, 2)}

    async def recovery(self):
        """Seconds from the kill of a worker with an event in hand until another has handled it; None: never."""
        number = self.next
        first = self.start(hangs_at=number)
        await asyncio.sleep(8)
        await self.enqueue(1)

        async def in_hand():
            return await self.owner.fetchval("SELECT count(*) FROM in_hand WHERE number = $1", number)

        await until(in_hand, bool, within_s=GIVE_UP_S)
        second = self.start()
        await asyncio.sleep(10)
        first.send_signal(signal.SIGKILL)
        first.wait()
        killed = time.perf_counter()
        is_done = await self.done(number, 1)
        took = time.perf_counter() - killed
        stop(second)
        return round(took, 1) if is_done else None

    def cpu(self, worker):
        postgres, kafka = self.servers
        return {
            "worker": of_tree(worker.pid),
            "postgres": of_tree(int((postgres.data / "postmaster.pid").read_text().split()[0])),
            "kafka": of_tree(listener(kafka.port)),
        }


def of_tree(pid):
    """CPU seconds of a process, its ended children and its living ones."""
    process = psutil.Process(pid)
    seconds = sum(process.cpu_times()[:4])
    for child in process.children(recursive=True):
        try:
            seconds += sum(child.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return seconds


def listener(port):
    return next(it.pid for it in psutil.net_connections("tcp") if it.status == "LISTEN" and it.laddr.port == port)


def stop(worker):
    worker.terminate()
    try:
        worker.wait(15)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


async def compare(peers, events, rounds):
    figures = {peer.name: {"busy": [], "paced": [], "idle": [], "recovery_s": []} for peer in peers}
    for peer in peers:
        await peer.prepare()
    for nth in range(rounds):
        for peer in peers:
            worker = peer.start()
            try:
                await peer.warm_up()
                figures[peer.name]["busy"].append(await peer.busy(worker, events))
                figures[peer.name]["paced"].append(await peer.busy(worker, PACED, at_once=1, pause_s=0.02))
                if nth == 0:
                    figures[peer.name]["idle"].append(await peer.idle(worker))
            finally:
                stop(worker)
            sys.stderr.write(f"{peer.name} {json.dumps(figures[peer.name])}\n")
    taken = await asyncio.gather(*(peer.recovery() for peer in peers))
    for peer, seconds in zip(peers, taken, strict=True):
        figures[peer.name]["recovery_s"].append(seconds)
        for way in ("busy", "paced"):
            costs = [it["cpu_ms"] for it in figures[peer.name][way]]
            figures[peer.name][f"{way}_cpu_ms"] = {"median": median(costs), "least": min(costs), "most": max(costs)}
        await peer.owner.close()
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers-python", required=True, help="Python of an environment with requirements.txt.")
    options.add_argument("--events", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", nargs="*", default=["ours", "faststream", "pgqueuer", "procrastinate"])
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="leadgen-peers-", ignore_cleanup_errors=True) as folder,
        Postgres(Path(folder) / "postgres", durable=False) as postgres,
        Kafka(Path(folder) / "kafka") as kafka,
    ):
        python = {"ours": sys.executable}
        peers = [
            Peer(name, python.get(name, chosen.peers_python), (postgres, kafka), Path(folder)) for name in chosen.only
        ]
        asyncio.run(compare(peers, chosen.events, chosen.rounds))


if __name__ == "__main__":
    main()
