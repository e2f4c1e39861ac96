"""The name of a class in the school year of a list."""

from __future__ import annotations

from xinqiao.people.models import Organisation
from xinqiao.people.rules import class_name
from xinqiao.rosters.reading.classnames import ClassKey


def class_words(school: Organisation, key: ClassKey | None, school_year: int) -> str:
    """七年级(3)班 in the school year of the list; "" without a class."""
    if key is None:
        return ""
    return class_name(
        system=school.system or "63",
        stage=key.stage,
        entry_year=key.entry_year,
        number=key.number,
        school_year=school_year,
    )
