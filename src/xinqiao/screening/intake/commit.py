"""Group commit with its own clock: whatever arrived while the last commit ran goes into the next one.

There is no timer. A save that comes alone is written at once; under load the groups grow by themselves, because more
arrives while a commit runs. Each save waits for the commit of its own group and learns its own outcome.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from xinqiao.screening.intake.saves import UNAVAILABLE, Outcome, Save

log = logging.getLogger("xinqiao.intake")

CAPACITY = 4096
"""Saves that may wait. Beyond it the client is asked to come again: a queue it cannot leave helps nobody."""
LARGEST = 512
"""Saves in one commit, so that the first of a group does not wait for thousands of others."""

Waiting = tuple[Save, "asyncio.Future[Outcome]"]


class Busy(Exception):
    """The queue is full."""


class Store(Protocol):
    def write(self, group: Sequence[Save]) -> list[Outcome]: ...
    def close(self) -> None: ...


class AsyncStore(Protocol):
    async def write(self, group: Sequence[Save]) -> list[Outcome]: ...
    async def close(self) -> None: ...


class GroupCommit(ABC):
    """Takes saves from the event loop and hands each its outcome there."""

    def __init__(self, capacity: int = CAPACITY, largest: int = LARGEST) -> None:
        self.capacity = capacity
        self.largest = largest
        self._waiting: deque[Waiting] = deque()

    def put(self, save: Save) -> asyncio.Future[Outcome]:
        """The outcome to come. Raises Busy when too many wait already. Starts the writer when it does not run."""
        if len(self._waiting) >= self.capacity:
            raise Busy
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((save, future))
        self._wake()
        return future

    def _take(self) -> list[Waiting]:
        """The next group. Two saves of one sheet never share a group: the second has to see what the first wrote."""
        group: list[Waiting] = []
        later: list[Waiting] = []
        seen = set()
        while self._waiting and len(group) < self.largest:
            each = self._waiting.popleft()
            if each[0].key in seen:
                later.append(each)
            else:
                seen.add(each[0].key)
                group.append(each)
        self._waiting.extendleft(reversed(later))
        return group

    @abstractmethod
    def _wake(self) -> None: ...

    @abstractmethod
    async def stop(self) -> None:
        """Write what waits, then close the store."""


def deliver(group: Sequence[Waiting], outcomes: Sequence[Outcome]) -> None:
    for (_save, future), outcome in zip(group, outcomes, strict=True):
        if not future.done():
            future.set_result(outcome)


def nothing_written(group: Sequence[Waiting]) -> list[Outcome]:
    return [Outcome(UNAVAILABLE) for _each in group]


class ThreadCommit(GroupCommit):
    """One writer thread around a store that blocks (SQLite)."""

    def __init__(self, open_store: Callable[[], Store], capacity: int = CAPACITY, largest: int = LARGEST) -> None:
        super().__init__(capacity, largest)
        self._open_store = open_store
        self._awake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)
            self._thread.start()
        if not self._awake.is_set():
            self._awake.set()

    def _run(self) -> None:
        store = self._open_store()
        while not (self._stopping and not self._waiting):
            self._awake.wait()
            self._awake.clear()
            while group := self._take():
                self._write(store, group)
        store.close()

    def _write(self, store: Store, group: Sequence[Waiting]) -> None:
        try:
            outcomes = store.write([save for save, _future in group])
        except Exception:
            log.exception("a group of %s saves was not written", len(group))
            outcomes = nothing_written(group)
            store.close()
        loop = group[0][1].get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, group, outcomes)

    async def stop(self) -> None:
        thread = self._thread
        if thread is not None and thread.is_alive():
            self._stopping = True
            self._awake.set()
            await asyncio.get_running_loop().run_in_executor(None, thread.join)


class TaskCommit(GroupCommit):
    """One writer task around a store that awaits (PostgreSQL)."""

    def __init__(self, store: AsyncStore, capacity: int = CAPACITY, largest: int = LARGEST) -> None:
        super().__init__(capacity, largest)
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while group := self._take():
            try:
                outcomes = await self._store.write([save for save, _future in group])
            except Exception:
                log.exception("a group of %s saves was not written", len(group))
                outcomes = nothing_written(group)
                await self._store.close()
            deliver(group, outcomes)

    async def stop(self) -> None:
        if self._task is not None:
            await self._task
        await self._store.close()
