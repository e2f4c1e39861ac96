"""Who listens to what. Rooms sign up here from ``receivers.py``, ``tasks.py`` and ``sweeps.py``, loaded at start."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol


class Progress(Protocol):
    """What a job reports through; ``step`` also tells the house that the worker is alive."""

    def __call__(self, done: int, total: int, said: str = "") -> None: ...


Receiver = Callable[..., None]
JobWork = Callable[..., dict[str, Any]]

receivers: dict[str, list[Receiver]] = defaultdict(list)
jobs: dict[str, JobWork] = {}


@dataclass(frozen=True)
class Sweep:
    name: str
    every: timedelta
    work: Callable[[datetime], None]


sweeps: dict[str, Sweep] = {}


def receiver(topic: str) -> Callable[[Receiver], Receiver]:
    """``@receiver("answer.urgent")`` on ``def f(*, at, **payload)``. It may be called twice for one announcement."""

    def sign_up(function: Receiver) -> Receiver:
        receivers[topic].append(function)
        return function

    return sign_up


def job(kind: str) -> Callable[[JobWork], JobWork]:
    """``@job("roster.preview")`` on ``def f(*, at, progress, account_id, **arguments) -> dict``. Must be idempotent."""

    def sign_up(function: JobWork) -> JobWork:
        jobs[kind] = function
        return function

    return sign_up


def every(name: str, interval: timedelta) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """``@every("signals.climb", timedelta(minutes=1))`` on ``def f(at)``."""

    def sign_up(function: Callable[[datetime], None]) -> Callable[[datetime], None]:
        sweeps[name] = Sweep(name, interval, function)
        return function

    return sign_up
