"""The small handler in front of Django that saves answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[..., Awaitable[Any]]


class Intake:
    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inner(scope, receive, send)
