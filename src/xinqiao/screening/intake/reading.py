"""From a request's bytes to a ``Save``: everything is checked against the definition before it waits to be written."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.instruments.definition import Definition
from xinqiao.instruments.errors import AnswerRefusal
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import clocks, questionnaires
from xinqiao.screening.intake.saves import Save
from xinqiao.screening.tokens import Claims

LONGEST_BODY = 64 * 1024
"""Bytes. A sheet of 300 items with its clocks stays under 16 KiB."""
LARGEST_SEQUENCE = 2**31 - 1
LONGEST_SUBMIT_ID = 36


class Unreadable(Refusal):
    """status: the HTTP status that says whose fault it is."""

    def __init__(self, status: int, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message, code=code, field=field)
        self.status = status


_definitions: dict[str, Definition] = {}


def definition_of(instrument_hash: str) -> Definition | None:
    """The definition a token names. Definitions never change, so one that was found is found for good."""
    known = _definitions.get(instrument_hash)
    if known is None:
        known = questionnaires.find(instrument_hash)
        if known is not None:
            _definitions[instrument_hash] = known
    return known


@lru_cache(maxsize=1024)
def _withheld(definition: Definition, age: int | None) -> tuple[str, ...]:
    return definition.withheld(age)


def _shape(field: str) -> Unreadable:
    return Unreadable(400, _("发来的内容不完整，请刷新页面后再试。"), code="shape", field=field)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise _shape("") from error
    if said.__class__ is not dict:
        raise _shape("")
    return said


def read(body: bytes, claims: Claims, at: datetime) -> Save:
    """The save a body asks for. Raises Unreadable (400, 410, 422) in words for the student.

    Body: ``{"seq": n, "answers": {item: option code or null}, "clocks": [ms of each item in sheet order] or absent,
    "submit": id or absent}``, always the whole state. Items withheld for the student's age are never stored, whatever
    was sent.
    """
    said = _object(body)
    sequence, answers, timed, submit = said.get("seq"), said.get("answers"), said.get("clocks"), said.get("submit")
    if sequence.__class__ is not int or not 0 < sequence <= LARGEST_SEQUENCE:
        raise _shape("seq")
    if answers.__class__ is not dict:
        raise _shape("answers")
    if timed.__class__ is not list and timed is not None:
        raise _shape("clocks")
    if submit is not None and (submit.__class__ is not str or not 0 < len(submit) <= LONGEST_SUBMIT_ID):
        raise _shape("submit")
    definition = definition_of(claims.instrument_hash)
    if definition is None:
        raise Unreadable(410, _("这份问卷已经停用，请告诉老师。"), code="definition")
    packed = _encode(definition, answers, _withheld(definition, claims.age))
    return Save(
        sitting_id=claims.sitting_id,
        part=claims.part,
        instrument_hash=claims.instrument_hash,
        sequence=sequence,
        answers=packed,
        clocks=_clocks(definition, timed or []),
        hits=tuple(definition.safety_hits(packed)),
        submit=submit or "",
        at=at,
    )


def _encode(definition: Definition, answers: dict[str, Any], withheld: tuple[str, ...]) -> bytes:
    try:
        return definition.encode(answers, not_shown=withheld)
    except AnswerRefusal as refusal:
        raise Unreadable(422, str(refusal), code=refusal.code, field=refusal.field) from refusal
    except TypeError as error:  # an option that is a list or an object
        raise _shape("answers") from error


def _clocks(definition: Definition, timed: list[Any]) -> bytes:
    try:
        return clocks.pack(timed, len(definition.items))
    except ValueError as error:
        raise _shape("clocks") from error
