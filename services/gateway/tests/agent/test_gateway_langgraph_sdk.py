"""LangChain's own client, in both versions that chat clients use, against the gateway: conversations from Node."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from common.contracts import Refinement
from leadgen.ssic import ssic_2020
from leadgen.tenants.tokens import Role
from testkit.browsers.node_packages import installed
from testkit.chats.agent_chats import asked, facts_of

pytestmark = pytest.mark.node

FOLDER = Path(__file__).with_name("langgraph_sdk")
VERSIONS = ["1.8.10", "1.15.0"]
SEED = "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ('2020', $1, $2, $3, $4)"
NARROWER = [Refinement(kind="industry", label="MANUFACTURE OF FURNITURE", matches=7)]


@pytest.fixture(scope="session")
def sdk() -> Path:
    """The folder with the script and both versions of the client."""
    return installed(FOLDER, "converse.mjs")


@pytest.fixture
def chat_timeout_s() -> float:
    """Seconds that a chat may take: more than any test needs."""
    return 300


@pytest.fixture
def converse(sdk: Path, rep, say, kafka):
    """`converse("1.8.10", "conversation", "Manufacturing", ...)` yields what the script tells.

    The request of its first run is answered as the services would.
    """

    async def events_of(
        version: str, scenario: str, *words: str, key: str | None = None
    ) -> AsyncIterator[tuple[str, dict]]:
        headers = json.dumps({"x-api-key": key} if key else {"Authorization": f"Bearer {rep.token}"})
        command = ["node", str(sdk / "converse.mjs"), version, scenario, f"{rep.url}/agent", headers, *words]
        with tempfile.TemporaryFile() as errors:
            script = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=errors, limit=2**24
            )
            try:
                is_answered = False
                async for line in script.stdout:
                    event = json.loads(line)
                    if event["name"] == "begun" and scenario != "interrupt" and not is_answered:
                        is_answered = True
                        (request,) = await asked(kafka, words[0])
                        facts = facts_of(request.request_id, matches=5000, refinements=NARROWER)
                        await say(request.request_id, *facts)
                    yield event["name"], event["data"]
                status = await script.wait()
            finally:
                if script.returncode is None:
                    script.kill()
                    await script.wait()
            errors.seek(0)
            assert status == 0, errors.read().decode()

    return events_of


def texts(messages: list[dict]) -> list[str]:
    return [
        it["content"] if isinstance(it["content"], str) else " ".join(part["text"] for part in it["content"])
        for it in messages
    ]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_conversation(converse, version) -> None:
    """Ten leads, typed live; a second turn; an edit and a repeated answer, which the client shows as branches."""
    script = converse(version, "conversation", "Manufacturing", "how is my job doing?", "show my top leads")
    events = [event async for event in script]
    assert [name for name, _ in events if name not in ("begun",)] == [
        *("ended", "found", "ended", "ended", "other branch", "ended")
    ]
    first, second, edited, again = (data for name, data in events if name == "ended")
    question, progress, result = first["state"]["messages"]
    assert first["typed"] == {progress["id"]: progress["content"], result["id"]: result["content"]}
    assert "MANUFACTURING: 5000 companies match." in progress["content"]
    assert result["content"].count(" High | Makes things ") == 10
    assert "- MANUFACTURE OF FURNITURE (7)" in result["content"]
    assert texts([question]) == ["Manufacturing"]
    assert first["shown"]["messages"] == first["state"]["messages"]
    assert first["shown"]["alternatives"] == [1, 1, 1]

    (found,) = (data for name, data in events if name == "found")
    assert (found["status"], texts(found["values"]["messages"])) == ("idle", ["Manufacturing"])

    assert texts(second["shown"]["messages"])[3:4] == ["how is my job doing?"]
    assert len(second["shown"]["messages"]) == 5
    assert second["shown"]["alternatives"] == [1, 1, 1, 1, 1]

    assert texts(edited["shown"]["messages"])[0] == "show my top leads"
    assert edited["shown"]["alternatives"][0] == 2
    (other,) = (data for name, data in events if name == "other branch")
    assert other["messages"] == second["shown"]["messages"]

    assert texts(again["shown"]["messages"])[0] == "show my top leads"
    assert again["shown"]["alternatives"] == [2, 2]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_change_waits_for_the_answer_to_its_interrupt(converse, rep, owner, version) -> None:
    """Rejected, approved, edited and left alone: the ICP is what the rep said, and the card is there after a reload."""
    await owner.executemany(SEED, ssic_2020())
    words = ("change my ICP to hotels with 10 to 50 employees", "change my ICP to law firms")
    events = [event async for event in converse(version, "interrupt", *words)]
    asked = [data for name, data in events if name == "asked"]
    decided = [texts(data["shown"]["messages"])[-1] for name, data in events if name == "decided"]
    for data in asked:
        (interrupt,) = data["state"]["__interrupt__"]
        assert data["shown"]["interrupts"] == [interrupt]
        (action,) = interrupt["value"]["action_requests"]
        assert (action["name"], action["args"]["employees_to"]) == ("change_icp", 50)
        assert interrupt["value"]["review_configs"][0]["allowed_decisions"] == ["approve", "edit", "reject"]
    assert decided[0] == "Nothing was changed."
    assert decided[1].startswith("Done. Your ICP is now: ")
    assert decided[2].startswith("Done. Your ICP is now: MANUFACTURING (2020:C); at least 5 employees")
    icp = (await rep.http.get("/icp")).json()
    assert (icp["industries"], icp["employees_from"], icp["employees_to"]) == (["2020:C"], 5, None)
    (left,) = (data for name, data in events if name == "left")
    assert left["shown"]["interrupts"] == []
    assert left["shown"]["head"]["next"] == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_broken_connection_is_joined_again(converse, version) -> None:
    """After the last event that came through; nothing is typed twice, nothing is missing."""
    events = [event async for event in converse(version, "broken", "Manufacturing")]
    (ended,) = (data for name, data in events if name == "ended")
    (joined,) = (data for name, data in events if name == "joined")
    assert int(joined["lastEventId"]) >= 2
    messages = ended["state"]["messages"]
    assert ended["typed"] == {it["id"]: it["content"] for it in messages[1:]}
    assert messages[2]["content"].count(" High | Makes things ") == 10
    assert len([name for name, _ in events if name == "begun"]) == 1


async def test_a_repeated_request_is_one_run(converse, owner) -> None:
    """Version 1.8.10 sends a run again when its answer is a 503: it is the same run, and there is one question."""
    events = dict([event async for event in converse("1.8.10", "repeated", "Manufacturing")])
    assert [it.endswith("/runs/stream") for it in events["ended"]["requests"]].count(True) == 2
    assert [it["type"] for it in events["ended"]["state"]["messages"]] == ["human", "ai", "ai"]
    assert await owner.fetchval("SELECT count(*) FROM agent_runs") == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_errors_are_distinguished(converse, version) -> None:
    """By their status and a text; none of them is sent again."""
    events = dict([event async for event in converse(version, "errors", "Manufacturing")])
    assert {name: data["status"] for name, data in events.items()} == {
        "unknown thread": 404,
        "no thread id": 422,
        "too long": 422,
    }
    assert "You have no thread" in events["unknown thread"]["text"]


async def test_an_api_key_is_enough(converse, rep, tokens) -> None:
    """An API key is enough, as chat clients send it, in `x-api-key`; its threads are its own."""
    admin = {"Authorization": f"Bearer {tokens(1, role=Role.ADMIN)}"}
    key = (await rep.http.post("/api-keys", json={"name": "chat", "role": "sdr"}, headers=admin)).json()["key"]
    events = dict([event async for event in converse("1.8.10", "repeated", "Manufacturing", key=key)])
    assert "MANUFACTURING: 50" in texts(events["ended"]["state"]["messages"])[1]
    search = {"metadata": {"graph_id": "agent"}}
    assert (await rep.http.post("/agent/threads/search", json=search)).json() == []
    own = await rep.http.post("/agent/threads/search", json=search, headers={"Authorization": "", "x-api-key": key})
    assert [thread["status"] for thread in own.json()] == ["idle"]
