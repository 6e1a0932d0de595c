"""Verifying in batches on the real PostgreSQL: every address is paid for once, and nobody waits for ever."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher.contacts.verification import Verified, Verifier
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.vendors.errors import AccountRefused
from enricher.vendors.zerobounce import Verification, VerifyAnswer, ZeroBounce
from testkit.stages import until

AGE = "UPDATE email_verifications SET verified_at = verified_at - interval '31 days'"
LEFT = "SELECT count(*) FROM email_verifications WHERE asking_until > clock_timestamp()"
HELD_UNTIL = "SELECT asking_until FROM email_verifications"
#: As a replica leaves it that was killed in the middle of a call.
HELD = """
    INSERT INTO email_verifications (tenant_id, email, asker, asking_until)
    VALUES (1, 'a@x.sg', gen_random_uuid(), clock_timestamp() + interval '0.5 s')
"""
USED = "SELECT coalesce(sum(used), 0) FROM vendor_usage WHERE vendor = 'zerobounce'"


class Bouncer:
    """A stand-in for ZeroBounce: every address is valid, but unknown if the address says so."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    async def verify(self, emails: Sequence[str]) -> VerifyAnswer:
        self.batches.append(list(emails))
        await self.may_answer.wait()
        if self.error:
            raise self.error
        said = [
            Verification(it, "unknown" if "unknown" in it else "valid", "", None, is_free=False)
            for it in emails
            if "odd" not in it
        ]
        failed = tuple((it, "odd address") for it in emails if "odd" in it)
        return VerifyAnswer(tuple(said), failed, sum(it.cost for it in said))

    @property
    def asked(self) -> list[str]:
        return [email for batch in self.batches for email in batch]


@pytest.fixture
def bouncer() -> Bouncer:
    return Bouncer()


def replica(database: Database, bouncer: Bouncer | None, *, cap: int = 10_000, **other: Any) -> Verifier:
    calls = GuardedCalls(Budgets(GroupCommit(database, LOCK_ORDER), {"zerobounce": cap}), CircuitBreakers(database))
    return Verifier(database, GroupCommit(database, LOCK_ORDER), calls, cast(ZeroBounce | None, bouncer), **other)


async def is_asked(bouncer: Bouncer) -> None:
    async def has_batch() -> bool:
        return bool(bouncer.batches)

    await until(has_batch)


def statuses(verified: Verified) -> dict[str, str]:
    return {email: said.status for email, said in verified.known.items()}


async def test_what_comes_within_a_moment_goes_together(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """What comes within a moment goes together, of one tenant; another's is its own batch, and pays for itself."""
    verifier = replica(database, bouncer)

    done = await asyncio.gather(
        verifier.verify(1, ["a@x.sg", "b@x.sg"]),
        verifier.verify(1, ["c@y.sg", "a@x.sg"]),
        verifier.verify(2, ["a@x.sg"]),
    )

    assert sorted(map(sorted, bouncer.batches)) == [["a@x.sg"], ["a@x.sg", "b@x.sg", "c@y.sg"]]
    assert [statuses(it) for it in done[:2]] == [
        {"a@x.sg": "valid", "b@x.sg": "valid"},
        {"c@y.sg": "valid", "a@x.sg": "valid"},
    ]
    assert [it.units for it in done] == [2, 1, 1]
    assert await owner.fetchval(USED) == 4


async def test_a_flood_goes_in_full_batches_and_all_are_answered(database: Database, bouncer: Bouncer) -> None:
    """Four hundred and fifty at one moment: nobody is forgotten in the queue."""
    verifier = replica(database, bouncer)
    emails = [f"nr{nth}@x.sg" for nth in range(450)]

    async with asyncio.timeout(60):
        done = await asyncio.gather(*(verifier.verify(1, emails[start : start + 50]) for start in range(0, 450, 50)))

    assert sorted(email for it in done for email in it.known) == sorted(emails)
    assert sorted(bouncer.asked) == sorted(emails)
    assert max(map(len, bouncer.batches)) == 100


async def test_a_verdict_stands_for_thirty_days(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """A verdict stands for thirty days, whatever it was, and for other replicas too; then it is asked for again."""
    emails = ["a@x.sg", "unknown@x.sg"]
    first = await replica(database, bouncer).verify(1, emails)
    again = await replica(database, bouncer).verify(1, emails)
    await owner.execute(AGE)
    later = await replica(database, bouncer).verify(1, emails)

    assert (first.units, first.is_new) == (1, True)  # an unknown is free
    assert (again.units, again.is_new, again.known) == (0, False, first.known)
    assert later.is_new
    assert len(bouncer.batches) == 2


async def test_replicas_that_want_one_address_pay_for_it_once(database: Database, bouncer: Bouncer) -> None:
    """Companies of one group share their desk, and are enriched at the same moment in different places."""
    bouncer.may_answer.clear()
    replicas = [replica(database, bouncer) for _ in range(3)]
    asking = [asyncio.create_task(it.verify(1, ["info@group.sg", f"{nth}@x.sg"])) for nth, it in enumerate(replicas)]
    await is_asked(bouncer)
    bouncer.may_answer.set()

    done = await asyncio.gather(*asking)

    assert sorted(bouncer.asked) == ["0@x.sg", "1@x.sg", "2@x.sg", "info@group.sg"]
    assert all(statuses(it)["info@group.sg"] == "valid" for it in done)


async def test_the_claim_of_a_killed_replica_runs_out(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """It asked, and will never tell."""
    await owner.execute(HELD)

    async with asyncio.timeout(60):
        done = await replica(database, bouncer).verify(1, ["a@x.sg"])

    assert statuses(done) == {"a@x.sg": "valid"}


async def test_a_long_call_keeps_its_claim(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """Nobody asks besides, though it takes many leases."""
    bouncer.may_answer.clear()
    lease = timedelta(seconds=0.3)
    asking = [asyncio.create_task(replica(database, bouncer, lease=lease).verify(1, ["a@x.sg"])) for _ in range(2)]
    await is_asked(bouncer)
    first = await owner.fetchval(HELD_UNTIL)

    async def is_held_on() -> bool:
        return bool(await owner.fetchval(HELD_UNTIL) > first + 3 * lease)

    await until(is_held_on)
    bouncer.may_answer.set()

    await asyncio.gather(*asking)
    assert bouncer.asked == ["a@x.sg"]


async def test_a_failed_batch_gives_everybody_the_reason_and_frees_the_addresses(
    database: Database, owner: Any, bouncer: Bouncer
) -> None:
    """No verdict, no company failed, and no claim left behind."""
    bouncer.error = AccountRefused("zerobounce", "out of credits", timedelta(hours=1))
    verifier = replica(database, bouncer)

    done = await asyncio.gather(verifier.verify(1, ["a@x.sg"]), verifier.verify(1, ["b@x.sg"]))

    assert [(it.known, it.reasons, it.units) for it in done] == [({}, ("zerobounce: out of credits",), 0)] * 2
    assert await owner.fetchval(LEFT) == 0


async def test_an_address_that_is_refused_alone_says_so(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """The others of its batch have their verdicts; it may be asked about again."""
    verifier = replica(database, bouncer)

    done = await verifier.verify(1, ["odd@x.sg", "a@x.sg"])

    assert (statuses(done), done.reasons) == ({"a@x.sg": "valid"}, ("zerobounce: odd address",))
    assert await owner.fetchval(LEFT) == 0


async def test_what_was_verified_is_known_without_a_key(database: Database, bouncer: Bouncer) -> None:
    """Only what is new stays open."""
    await replica(database, bouncer).verify(1, ["a@x.sg"])

    done = await replica(database, None).verify(1, ["a@x.sg", "b@x.sg"])

    assert (statuses(done), done.reasons) == ({"a@x.sg": "valid"}, ("zerobounce: no key",))


async def test_closing_ends_what_is_under_way(database: Database, owner: Any, bouncer: Bouncer) -> None:
    """No task is left, and no claim: what was reserved stays counted, since it may have been charged."""
    bouncer.may_answer.clear()
    verifier = replica(database, bouncer)
    waiting = asyncio.create_task(verifier.verify(1, ["a@x.sg"]))
    await is_asked(bouncer)

    await verifier.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await owner.fetchval(LEFT) == 0
    assert await owner.fetchval(USED) == 1
