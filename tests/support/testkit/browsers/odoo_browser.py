"""A person at a browser, for what Odoo lets nobody do over its API: making API keys, switching on 2FA."""

import base64
import hmac
import struct
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx


class Browser:
    """A session of one person, who has confirmed the password."""

    def __init__(self, http: httpx.AsyncClient, password: str, *, is_before_17: bool) -> None:
        self._http = http
        self._password = password
        self._is_before_17 = is_before_17
        self._user = 0

    async def sign_in(self, database: str, login: str) -> None:
        """Signs in."""
        found = await self._ask("/web/session/authenticate", db=database, login=login, password=self._password)
        self._user = found["uid"]

    async def press(self, model: str, method: str, ids: list[int], context: Mapping[str, Any] | None = None) -> Any:
        """Presses a button that asks for the password; returns what it does."""
        done = await self.call(model, method, ids, context=dict(context or {}))
        if done.get("res_model") != "res.users.identitycheck":
            return done
        wizard, confirmed = [done["res_id"]], {"password": self._password}
        if self._is_before_17:
            await self.call("res.users.identitycheck", "write", wizard, confirmed)
        return await self.call("res.users.identitycheck", "run_check", wizard, context=confirmed)

    async def make_key(self, name: str, expires: datetime | None = None) -> str:
        """Makes an API key."""
        values: dict[str, Any] = {"name": name}
        if expires is not None:
            values |= {"duration": "-1", "expiration_date": f"{expires:%Y-%m-%d %H:%M:%S}"}
        elif not self._is_before_17:
            values |= {"duration": "1"}
        wizard = _list(await self.call("res.users.apikeys.description", "create", [values]))
        shown = await self.press("res.users.apikeys.description", "make_key", wizard)
        if "default_key" in shown.get("context", {}):
            key: str = shown["context"]["default_key"]
            return key
        found = await self.call("res.users.apikeys.show", "read", _list(shown["res_id"]), ["key"])
        return str(found[0]["key"])

    async def switch_on_2fa(self) -> None:
        """Scans the code, as it were, and types the six digits."""
        secret = base64.b32encode(b"twenty bytes of text").decode()
        code = _six_digits(secret)
        wizard = _list(
            await self.call("auth_totp.wizard", "create", [{"user_id": self._user, "secret": secret, "code": code}])
        )
        await self.press("auth_totp.wizard", "enable", wizard, {"code": code})

    async def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Calls a method as Odoo's own pages do."""
        path = f"/web/dataset/call_kw/{model}/{method}"
        return await self._ask(path, model=model, method=method, args=list(args), kwargs=named)

    async def _ask(self, path: str, **params: Any) -> Any:
        answer = await self._http.post(path, json={"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        body = answer.json()
        assert "error" not in body, body["error"]["data"]["message"]
        return body["result"]


def _list(number: Any) -> list[int]:
    return number if isinstance(number, list) else [number]


def _six_digits(secret: str) -> str:
    """The one-time password of now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
