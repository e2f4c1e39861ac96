"""Speaks ASGI to the intake, as a page would speak HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from tests.factories import NOON
from xinqiao.screening.intake import Intake
from xinqiao.screening.intake.app import commit_for_database


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.body)


async def ask(
    app: Any, *, method: str = "POST", path: str = "/answers/", headers: dict[str, str], body: bytes
) -> Answer:
    answer = Answer()
    pieces = [body[:1000], body[1000:]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message["body"]

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await app({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    return answer


async def django_stands_here(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


class Page:
    """One student's page: counts its saves and sends the whole state each time."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.sequence = 0

    def request(self, answers: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "Host": "school.example",
        }
        headers |= more.pop("headers", {})
        self.sequence = more.pop("seq", self.sequence + 1)
        said = {"seq": self.sequence, "answers": answers or {}, **more}
        body = json.dumps(said).encode()
        headers.setdefault("Content-Length", str(len(body)))
        return {"headers": headers, "body": body}


class House:
    """The intake with its writer, for as long as a test wants it; ``clock`` stands at NOON until it is moved."""

    def __init__(self) -> None:
        self.now = NOON.timestamp()
        self.writer = commit_for_database()
        self.app = Intake(django_stands_here, commit=self.writer, clock=lambda: self.now)

    def ask_all(self, *requests: dict[str, Any]) -> list[Answer]:
        """All at once; the writer ends before this returns."""

        async def run() -> list[Answer]:
            try:
                return list(await asyncio.gather(*(ask(self.app, **request) for request in requests)))
            finally:
                await self.writer.stop()

        return asyncio.run(run())

    def ask(self, request: dict[str, Any]) -> Answer:
        return self.ask_all(request)[0]
