"""One request's connection, with functions that ASGI leaves to the server: waiting, hanging, breaking off."""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from simulator.town.town import Answer


class Connection:
    """The client's connection of one request. All waiting ends with `closing`."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, closing: asyncio.Event) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._closing = closing

    async def body(self) -> bytes:
        """Reads the request's body to its end."""
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts = [body]
            while message.get("more_body"):
                message = await self._receive()
                parts.append(message.get("body", b""))
            body = b"".join(parts)
        return body

    def is_gone(self) -> bool:
        """Whether the client has closed its end of the connection."""
        is_gone: bool = self.scope["state"]["is_gone"]()
        return is_gone

    async def pause(self, seconds: float) -> None:
        """Waits, but no longer than until the simulator closes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def hang(self) -> None:
        """Waits until the client has left or the simulator closes."""
        closing = asyncio.create_task(self._closing.wait())
        gone = asyncio.create_task(self._left())
        await asyncio.wait((closing, gone), return_when=asyncio.FIRST_COMPLETED)
        for task in (closing, gone):
            task.cancel()

    async def break_off(self) -> None:
        """Closes the connection, after the sent bytes have gone out."""
        self.scope["state"]["break_off"]()
        await self._left()

    async def reply(self, answer: Answer) -> None:
        """Sends an answer whole, truncated or slowly, by its fields."""
        headers = [(b"content-type", answer.content_type.encode()), *answer.headers]
        if answer.chunks is None:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        if answer.location is not None:
            headers.append((b"location", answer.location.encode()))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if answer.chunks is not None and self.scope["method"] != "HEAD":
            await self._stream(answer)
        body = answer.body[: answer.sent]
        await self._send({"type": "http.response.body", "body": body, "more_body": answer.sent is not None})
        if answer.sent is not None:
            await self.break_off()

    async def _stream(self, answer: Answer) -> None:
        """Sends the parts until the client has left: some answers have no end."""
        for chunk in answer.chunks or ():
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            await self.pause(answer.pause_s)
            if self.is_gone() or self._closing.is_set():
                return

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
