"""The services as they answer a request of a test."""

from uuid import UUID

import pytest

from testkit.chats.agent_chats import HEAD, asked, facts_of


@pytest.fixture
def answer_with(say, kafka):
    """`answer_with("Manufacturing")`: once a request with these words is announced, the services answer it."""

    def answering(words: str, head=HEAD, **other):
        async def announce(_: UUID) -> None:
            (request,) = await asked(kafka, words)
            await say(request.request_id, *facts_of(request.request_id, head, **other))

        return announce

    return answering
