"""One group of saves as one PostgreSQL transaction, over one connection: arrays in, one statement for a plain group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import asyncpg

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

UPSERT = f"""
WITH arriving AS (
  SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::int[], $5::text[], $6::bytea[], $7::bytea[],
                       $8::timestamptz[])
    AS t(sitting_id, part, instrument_hash, sequence, client_key, answers, clocks, at)
), admitted AS (
  -- LIMIT keeps each look-up one by key: without statistics the planner would walk all sittings of a campaign.
  -- A student who stops at this moment holds the row: KEY SHARE waits, and looks at its state again.
  SELECT a.*, s.state FROM arriving a
  CROSS JOIN LATERAL (
    SELECT s.state, s.campaign_id FROM {SITTING} s WHERE s.id = a.sitting_id AND {SITTING_IS_OPEN} LIMIT 1
    FOR KEY SHARE
  ) s
  CROSS JOIN LATERAL (
    SELECT c.id FROM {CAMPAIGN} c WHERE c.id = s.campaign_id AND {CAMPAIGN_IS_OPEN} LIMIT 1
  ) c
), started AS (
  UPDATE {SITTING} SET state = 'started', started_at = b.at
  FROM (SELECT sitting_id, min(at) AS at FROM admitted WHERE state = 'invited' GROUP BY sitting_id) b
  WHERE id = b.sitting_id AND {SITTING}.state = 'invited'
)
INSERT INTO {SHEET} ({COLUMNS})
SELECT sitting_id, part, instrument_hash, sequence, client_key, answers, clocks, at,
       CASE WHEN client_key = '' THEN NULL ELSE at END, ''
FROM admitted
{ON_CONFLICT}
RETURNING sitting_id, part, told"""  # noqa: S608  names of our own tables
FINISH = f"""
WITH finished AS (
  UPDATE {SITTING} SET state = 'submitted', submitted_at = $1
  WHERE id = ANY($2::bigint[]) AND state = 'started' AND {EVERY_PART_SUBMITTED} RETURNING id
), announced AS (
  INSERT INTO {ANNOUNCEMENT} (topic, payload, at, due_at, attempts, done_at, trouble)
  SELECT '{DONE}', jsonb_build_object('sitting_id', id), $1, $1, 0, NULL, '' FROM finished
)
SELECT id FROM finished"""  # noqa: S608
STORED = f"""
SELECT s.state, c.state, h.sequence, h.submitted_at, h.client_key, h.answers
FROM {SITTING} s JOIN {CAMPAIGN} c ON c.id = s.campaign_id
LEFT JOIN {SHEET} h ON h.sitting_id = s.id AND h.part = $2 WHERE s.id = $1"""  # noqa: S608
TELL = f"UPDATE {SHEET} SET told = $3 WHERE sitting_id = $1 AND part = $2"  # noqa: S608
ANNOUNCE = (
    f"INSERT INTO {ANNOUNCEMENT} (topic, payload, at, due_at, attempts, done_at, trouble)"  # noqa: S608
    " VALUES ($1, $2, $3, $3, 0, NULL, '')"
)

SETTINGS = {
    "application_name": "xinqiao intake",
    # A group is a few rows against large tables, whatever the planner knows of them on the first day of a campaign:
    # always by index, planned once. A hash over all sittings was seen to take seven milliseconds a group.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}

ROW_FAULTS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.exceptions.InterfaceError,
    OverflowError,
)


class PostgresStore:
    """Used by one task only. A connection that broke is opened again with the next group."""

    def __init__(self, **address: Any) -> None:
        self.address = address
        self._connection: asyncpg.Connection | None = None

    async def _connect(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                **self.address, server_settings=SETTINGS, command_timeout=20, timeout=10
            )
        return self._connection

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            try:
                await connection.close(timeout=2)
            except (OSError, TimeoutError, asyncpg.PostgresError):
                connection.terminate()

    async def write(self, group: Sequence[Save]) -> list[Outcome]:
        """Write a group in one transaction; no two saves in it may share sitting and part.

        Raises asyncpg.PostgresError or OSError when none of it could be written. When one row is at fault, each is
        written alone and only that one is ``failed``.
        """
        connection = await self._connect()
        try:
            return await self._write(connection, group)
        except ROW_FAULTS:
            if connection.is_closed():
                raise
            if len(group) == 1:
                return [Outcome(FAILED)]
        return [outcome for save in group for outcome in await self.write([save])]

    async def _write(self, connection: asyncpg.Connection, group: Sequence[Save]) -> list[Outcome]:
        if not any(save.hits or save.submit for save in group):
            # The statement is its own transaction: one journey instead of three.
            written = await self._upsert(connection, group)
            done: set[int] = set()
        else:
            async with connection.transaction():
                written = await self._upsert(connection, group)
                await self._tell(connection, [save for save in group if save.hits and save.key in written], written)
                done = await self._finish(connection, [save for save in group if save.submit and save.key in written])
        return [
            Outcome(SAVED, save.sequence, done=save.sitting_id in done)
            if save.key in written
            else explain(save, await connection.fetchrow(STORED, *save.key))
            for save in group
        ]

    async def _upsert(self, connection: asyncpg.Connection, group: Sequence[Save]) -> dict[tuple[int, int], str]:
        """(sitting, part) → safety items told before, of the rows that were written."""
        rows = await connection.fetch(
            UPSERT,
            [save.sitting_id for save in group],
            [save.part for save in group],
            [save.instrument_hash for save in group],
            [save.sequence for save in group],
            [save.submit for save in group],
            [save.answers for save in group],
            [save.clocks for save in group],
            [save.at for save in group],
        )
        return {(row[0], row[1]): row[2] for row in rows}

    async def _tell(
        self, connection: asyncpg.Connection, saves: Sequence[Save], told: dict[tuple[int, int], str]
    ) -> None:
        for save in saves:
            new = newly(save.hits, told[save.key])
            if new:
                payload = json.dumps({"sitting_id": save.sitting_id, "part": save.part, "items": new})
                await connection.execute(ANNOUNCE, URGENT, payload, save.at)
                await connection.execute(TELL, *save.key, with_told(told[save.key], new))

    async def _finish(self, connection: asyncpg.Connection, saves: Sequence[Save]) -> set[int]:
        """Sittings that are complete by these submits."""
        if not saves:
            return set()
        ids = list({save.sitting_id for save in saves})
        return {row[0] for row in await connection.fetch(FINISH, saves[-1].at, ids)}
