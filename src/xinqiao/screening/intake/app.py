"""The ASGI application: ``POST /answers/`` and ``GET /healthz`` are answered here, everything else by Django."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from xinqiao.screening import questionnaires, tokens
from xinqiao.screening.intake import saves
from xinqiao.screening.intake.commit import Busy, GroupCommit, TaskCommit, ThreadCommit
from xinqiao.screening.intake.reading import LONGEST_BODY, Unreadable, read
from xinqiao.screening.intake.saves import Outcome, Save

log = logging.getLogger("xinqiao.intake")

ANSWERS = "/answers/"
HEALTH = "/healthz"
HEALTH_SECONDS = 5

Application = Callable[..., Awaitable[Any]]
Headers = Mapping[bytes, bytes]
HEADERS = [
    (b"content-type", b"application/json; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
STATUS = {
    saves.SUBMITTED: 409,
    saves.NEWER: 409,
    saves.CLOSED: 410,
    saves.DECLINED: 410,
    saves.STOPPED: 410,
    saves.UNKNOWN: 410,
    saves.FAILED: 500,
    saves.UNAVAILABLE: 503,
}


def refusal_words(code: str) -> str:
    """For the student, in the language that is active."""
    return {
        saves.SUBMITTED: _("这份问卷已经交过了，不能再改。"),
        saves.NEWER: _("这份问卷在另一台设备上有更新的回答，请刷新页面。"),
        saves.CLOSED: _("这次测评已经结束，不再接收回答。"),
        saves.DECLINED: _("你已选择不参加这次测评，回答没有保存。"),
        saves.STOPPED: _("你已中途退出这次测评，回答没有保存。"),
        saves.UNKNOWN: _("找不到这份问卷，请回到首页重新打开。"),
        saves.FAILED: _("这次没有保存成功，请稍后再试；仍不行请告诉老师。"),
        saves.UNAVAILABLE: _("服务器正忙，回答留在本机，稍后会自动再试。"),
        "token": _("这个页面已失效，请回到首页重新打开问卷。"),
        "expired": _("今天的作答时间已结束。"),
        "origin": _("请求来自别的网站，没有保存。"),
        "method": _("这个地址只接收回答。"),
        "type": _("发来的内容不完整，请刷新页面后再试。"),
        "long": _("发来的内容太长，没有保存。"),
    }[code]


def commit_for_database() -> GroupCommit:
    """The writer that fits Django's default database."""
    settings = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        from xinqiao.screening.intake.sqlite import SqliteStore

        return ThreadCommit(lambda: SqliteStore(str(settings["NAME"])))
    from xinqiao.screening.intake.postgres import PostgresStore

    address = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "database": "NAME"}
    return TaskCommit(PostgresStore(**{ours: settings[theirs] for ours, theirs in address.items() if settings[theirs]}))


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code


class Intake:
    """inner: Django. commit: who writes (default: by the database in settings). clock: unix seconds."""

    def __init__(
        self, inner: Application, *, commit: GroupCommit | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.inner = inner
        self.clock = clock
        self._commit = commit

    @property
    def commit(self) -> GroupCommit:
        if self._commit is None:
            self._commit = commit_for_database()
        return self._commit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "http":
            path = scope["path"]
            if path == ANSWERS:
                await self._answer(scope, receive, send)
                return
            if path == HEALTH:
                await self._health(send)
                return
        elif kind == "lifespan":
            await self._live(receive, send)
            return
        await self.inner(scope, receive, send)

    # --- one save ------------------------------------------------------------------------------------------
    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        now = self.clock()
        try:
            claims = self._admit(scope["method"], headers, now)
            body = await _body(receive, headers)
            save = read(body, claims, datetime.fromtimestamp(now, UTC))
            outcome = await self.commit.put(save)
        except Refused as refused:
            await _refuse(send, headers, refused.status, refused.code)
            return
        except Unreadable as refusal:
            said = {"ok": False, "code": refusal.code, "field": refusal.field, "words": str(refusal)}
            await _send(send, refusal.status, said)
            return
        except Busy:
            await _refuse(send, headers, 503, saves.UNAVAILABLE)
            return
        except ClientGone:
            return
        if outcome.code in saves.GOOD:
            await _reply(send, 200, _good(save, outcome))
        else:
            await _refuse(send, headers, STATUS[outcome.code], outcome.code, seq=outcome.sequence)

    def _admit(self, method: str, headers: Headers, now: float) -> tokens.Claims:
        """What can be refused before the body is read."""
        if method != "POST":
            raise Refused(405, "method")
        if not _same_origin(headers):
            raise Refused(403, "origin")
        if not headers.get(b"content-type", b"").startswith(b"application/json"):
            raise Refused(415, "type")
        scheme, _space, token = headers.get(b"authorization", b"").partition(b" ")
        try:
            if scheme.lower() != b"bearer":
                raise tokens.BadToken
            return tokens.check(token.decode("latin-1"), now)
        except tokens.BadToken:
            raise Refused(401, "token") from None
        except tokens.ExpiredToken:
            raise Refused(401, "expired") from None

    # --- the rest ------------------------------------------------------------------------------------------
    async def _health(self, send: Any) -> None:
        """A save of no sheet goes the whole way, through the queue, a write transaction and back."""
        probe = Save(0, 0, "", 1, b"", b"", (), "", datetime.fromtimestamp(self.clock(), UTC))
        try:
            outcome = await asyncio.wait_for(self.commit.put(probe), HEALTH_SECONDS)
            well = outcome.code == saves.UNKNOWN
        except (Busy, TimeoutError):
            well = False
        await _send(send, 200 if well else 503, {"ok": well})

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.commit.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        """Read the definitions before the first student waits for them. A fault here is shown and hinders nothing."""
        try:
            questionnaires.every()
        except Exception:
            log.exception("the questionnaires cannot be read")


class ClientGone(Exception):
    """It hung up before its body was here."""


async def _body(receive: Any, headers: Headers) -> bytes:
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        raise Refused(413, "long")
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            raise Refused(413, "long")
        if not message.get("more_body", False):
            return body


def _same_origin(headers: Headers) -> bool:
    """Whether a browser says that a page of ours asks. The token is the lock; this is the second one."""
    if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
        return False
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == headers.get(b"host", b"")


def _language(headers: Headers) -> str:
    """The language of refusals: the cookie of the language switch, else Chinese."""
    return "en" if b"django_language=en" in headers.get(b"cookie", b"") else "zh-hans"


def _good(save: Save, outcome: Outcome) -> bytes:
    if not save.hits and not save.submit and outcome.code != saves.SUPERSEDED:
        return b'{"ok":true,"seq":%d}' % outcome.sequence
    said: dict[str, Any] = {"ok": True, "seq": outcome.sequence}
    if save.hits:
        said["care"], said["cares"] = True, len(save.hits)
    if outcome.code == saves.SUPERSEDED:
        said["newer"] = True
    if save.submit:
        said["submitted"], said["done"] = True, outcome.done
    return _json(said)


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


async def _refuse(send: Any, headers: Headers, status: int, code: str, **more: Any) -> None:
    with translation.override(_language(headers)):
        said = {"ok": False, "code": code, "words": refusal_words(code), **more}
    extra = []
    if status == 503:
        # Spread out: a class that was turned away together should not come back together.
        said["retry_ms"] = random.randint(800, 5000)
        extra = [(b"retry-after", b"%d" % max(1, round(said["retry_ms"] / 1000)))]
    await _send(send, status, said, extra)


async def _send(send: Any, status: int, said: dict[str, Any], extra: Sequence[tuple[bytes, bytes]] = ()) -> None:
    await _reply(send, status, _json(said), extra)


async def _reply(send: Any, status: int, body: bytes, extra: Sequence[tuple[bytes, bytes]] = ()) -> None:
    headers = [*HEADERS, (b"content-length", b"%d" % len(body)), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
