"""Questionnaires as data: definitions, answer sheets, scoring. Plain Python and NumPy; see docs/instruments.md.

The doors: ``registry.load/all_definitions/by_hash/parse/remember``, the methods of ``Definition``
(``runner_json``, ``sheet_layout``, ``encode``, ``decode``, ``safety_hits``, ``withheld``), and
``scoring.score_sheet``, ``scoring.score_sheets``, ``scoring.score_matrix``.
"""
