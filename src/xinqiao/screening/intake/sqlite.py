"""One group of saves as one SQLite transaction, over a connection of its own to Django's file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from xinqiao.screening.intake.saves import FAILED, SAVED, Outcome, Save, explain, newly, with_told
from xinqiao.screening.intake.sql import (
    ANNOUNCEMENT,
    CAMPAIGN,
    COLUMNS,
    DONE,
    EVERY_PART_SUBMITTED,
    IS_OPEN,
    ON_CONFLICT,
    SHEET,
    SITTING,
    URGENT,
)

WAIT_SECONDS = 20
"""How long a group waits for another writer of the same file."""

UPSERT = f"""
INSERT INTO {SHEET} ({COLUMNS})
SELECT s.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ''
FROM {SITTING} s JOIN {CAMPAIGN} c ON c.id = s.campaign_id
WHERE s.id = ?1 AND {IS_OPEN}
{ON_CONFLICT}"""  # noqa: S608  names of our own tables
START = f"UPDATE {SITTING} SET state = 'started', started_at = ? WHERE id = ? AND state = 'invited'"  # noqa: S608
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
    return str(at.astimezone(UTC).replace(tzinfo=None))


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
        """Write a group in one transaction. Raises sqlite3.Error when none of it could be written."""
        cursor = self._connect().cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [self._write_alone(cursor, save) for save in group]
            cursor.execute("COMMIT")
        except BaseException:
            if cursor.connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        return outcomes

    def _write_alone(self, cursor: sqlite3.Cursor, save: Save) -> Outcome:
        """One save; when it cannot be written, only it is taken back."""
        several = bool(save.hits or save.submit)
        if several:
            cursor.execute("SAVEPOINT one")
        try:
            outcome = self._write_one(cursor, save)
        except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError):
            outcome = Outcome(FAILED)
            if several:
                cursor.execute("ROLLBACK TO one")
        if several:
            cursor.execute("RELEASE one")
        return outcome

    def _write_one(self, cursor: sqlite3.Cursor, save: Save) -> Outcome:
        at = moment(save.at)
        row: tuple[Any, ...] = (
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
        if cursor.execute(UPSERT, row).rowcount != 1:
            return explain(save, cursor.execute(STORED, save.key).fetchone())
        cursor.execute(START, (at, save.sitting_id))
        if save.hits:
            self._tell(cursor, save, at)
        return Outcome(SAVED, save.sequence, done=bool(save.submit) and self._finish(cursor, save, at))

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
