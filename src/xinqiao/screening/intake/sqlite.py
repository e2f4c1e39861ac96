"""One group of saves as one SQLite transaction, over a connection of its own to Django's file."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from xinqiao.screening.intake.saves import FAILED, SAVED, Outcome, Save, explain, newly, with_told
from xinqiao.screening.intake.sql import (
    ANNOUNCEMENT,
    CAMPAIGN,
    CAMPAIGN_IS_OPEN,
    COLUMNS,
    DONE,
    EVERY_PART_SUBMITTED,
    ON_CONFLICT,
    SHEET,
    SITTING,
    SITTING_IS_OPEN,
    URGENT,
)

log = logging.getLogger("xinqiao.intake")

ROW_FAULTS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError)
"""What one row can be guilty of; everything else is the database's trouble."""
WAIT_SECONDS = 20
"""How long a group waits for another writer of the same file."""

LARGEST_STATEMENT = 64
"""Rows in one statement; a group is cut into powers of two, so that few statements are prepared and all are kept."""
FIELDS = 9


@cache
def upsert(rows: int) -> str:
    """Writes ``rows`` sheets whose sitting is open. The cross join makes SQLite start from what arrived.

    INSERT stands first: Python counts the rows of statements that begin with it, and of no WITH.
    """
    arriving = ", ".join(["(" + ", ".join("?" * FIELDS) + ")"] * rows)
    return f"""
INSERT INTO {SHEET} ({COLUMNS})
WITH a(sitting_id, part, instrument_hash, sequence, client_key, answers, clocks, saved_at, submitted_at) AS (
  VALUES {arriving})
SELECT a.*, '' FROM a CROSS JOIN {SITTING} s ON s.id = a.sitting_id CROSS JOIN {CAMPAIGN} c ON c.id = s.campaign_id
WHERE {SITTING_IS_OPEN} AND {CAMPAIGN_IS_OPEN}
{ON_CONFLICT}"""  # noqa: S608  names of our own tables


START = f"""
UPDATE {SITTING} SET state = 'started', started_at = ?
WHERE id IN (SELECT value FROM json_each(?)) AND state = 'invited'"""  # noqa: S608
FINISH = f"""
UPDATE {SITTING} SET state = 'submitted', submitted_at = ?1
WHERE id = ?2 AND state = 'started' AND {EVERY_PART_SUBMITTED}"""  # noqa: S608
STORED = f"""
SELECT s.state, c.state, h.sequence, h.submitted_at, h.client_key, h.answers
FROM {SITTING} s JOIN {CAMPAIGN} c ON c.id = s.campaign_id
LEFT JOIN {SHEET} h ON h.sitting_id = s.id AND h.part = ?2 WHERE s.id = ?1"""  # noqa: S608
TOLD = f"SELECT told FROM {SHEET} WHERE sitting_id = ? AND part = ?"  # noqa: S608
TELL = f"UPDATE {SHEET} SET told = ? WHERE sitting_id = ? AND part = ?"  # noqa: S608
ANNOUNCE = (
    f"INSERT INTO {ANNOUNCEMENT} (topic, payload, at, due_at, attempts, done_at, trouble)"  # noqa: S608
    " VALUES (?1, ?2, ?3, ?3, 0, NULL, '')"
)


def moment(at: datetime) -> str:
    """As Django's SQLite backend writes a moment."""
    return at.astimezone(UTC).isoformat(" ")[:-6]


def row(save: Save) -> tuple[Any, ...]:
    at = moment(save.at)
    return (
        save.sitting_id,
        save.part,
        save.instrument_hash,
        save.sequence,
        save.submit,
        save.answers,
        save.clocks,
        at,
        at if save.submit else None,
    )


def chunks(size: int) -> Iterator[slice]:
    """Slices of 64, 32, 16 … that cover ``size`` rows."""
    start, length = 0, LARGEST_STATEMENT
    while start < size:
        while length > size - start:
            length //= 2
        yield slice(start, start + length)
        start += length


class SqliteStore:
    """Used by one thread only, the one that made it."""

    def __init__(self, database: str) -> None:
        self.database = database
        self._connection: sqlite3.Connection | None = None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self.database, timeout=WAIT_SECONDS, isolation_level=None, uri=self.database.startswith("file:")
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
                connection.execute(f"PRAGMA {pragma}")
            self._connection = connection
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def write(self, group: Sequence[Save]) -> list[Outcome]:
        """Write a group in one transaction; no two saves in it may share sitting and part.

        Raises sqlite3.Error when none of it could be written.
        """
        cursor = self._connect().cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE")
            outcomes = self._write_together(cursor, group)
            if outcomes is None:
                # Taken back whole and begun again: a savepoint would cost the common case a copy of every page.
                cursor.execute("ROLLBACK")
                cursor.execute("BEGIN IMMEDIATE")
                outcomes = [self._write_alone(cursor, save) for save in group]
            cursor.execute("COMMIT")
        except BaseException:
            if cursor.connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        return outcomes

    def _write_together(self, cursor: sqlite3.Cursor, group: Sequence[Save]) -> list[Outcome] | None:
        """The common case, in few statements: every row is new. None when one is not, or cannot be written."""
        try:
            written = 0
            for piece in chunks(len(group)):
                rows = group[piece]
                cursor.execute(upsert(len(rows)), [value for save in rows for value in row(save)])
                written += cursor.rowcount
            return self._follow(cursor, group) if written == len(group) else None
        except ROW_FAULTS:
            return None  # the rows are tried one by one, and only the one at fault is refused

    def _write_alone(self, cursor: sqlite3.Cursor, save: Save) -> Outcome:
        """One save; when it cannot be written, only it is taken back."""
        cursor.execute("SAVEPOINT alone")
        try:
            if cursor.execute(upsert(1), row(save)).rowcount == 1:
                outcome = self._follow(cursor, [save])[0]
            else:
                outcome = explain(save, cursor.execute(STORED, save.key).fetchone())
        except ROW_FAULTS:
            log.exception("a sheet of sitting %s could not be written", save.sitting_id)
            cursor.execute("ROLLBACK TO alone")
            outcome = Outcome(FAILED)
        cursor.execute("RELEASE alone")
        return outcome

    def _follow(self, cursor: sqlite3.Cursor, written: Sequence[Save]) -> list[Outcome]:
        """What a written sheet brings about: the sitting has started, somebody is told, the sitting is complete."""
        at = moment(written[-1].at)
        cursor.execute(START, (at, json.dumps([save.sitting_id for save in written])))
        for save in written:
            if save.hits:
                self._tell(cursor, save, moment(save.at))
        done = {save.sitting_id for save in written if save.submit and self._finish(cursor, save, moment(save.at))}
        return [Outcome(SAVED, save.sequence, bool(save.submit) and save.sitting_id in done) for save in written]

    def _tell(self, cursor: sqlite3.Cursor, save: Save, at: str) -> None:
        told = cursor.execute(TOLD, save.key).fetchone()[0]
        new = newly(save.hits, told)
        if new:
            payload = json.dumps({"sitting_id": save.sitting_id, "part": save.part, "items": new})
            cursor.execute(ANNOUNCE, (URGENT, payload, at))
            cursor.execute(TELL, (with_told(told, new), *save.key))

    def _finish(self, cursor: sqlite3.Cursor, save: Save, at: str) -> bool:
        finished = cursor.execute(FINISH, (at, save.sitting_id)).rowcount == 1
        if finished:
            cursor.execute(ANNOUNCE, (DONE, json.dumps({"sitting_id": save.sitting_id}), at))
        return finished
