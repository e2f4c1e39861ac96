"""Reads of this room. Other rooms take ``vacancies`` and ``lineups`` from here."""

from xinqiao.teams.selectors.meetings import Rhythm, rhythms
from xinqiao.teams.selectors.seats import Lineup, Vacancy, held, lineups, teams_of, vacancies

__all__ = ["Lineup", "Rhythm", "Vacancy", "held", "lineups", "rhythms", "teams_of", "vacancies"]
