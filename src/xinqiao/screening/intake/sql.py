"""The statements, with names taken from the models, so that a renamed table breaks a test and not a night.

They hold what no cache may answer: a sheet is written only while its sitting and its campaign are open, only forward
in sequence, and never after its submit.
"""

from __future__ import annotations

from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Organisation
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Campaign, CampaignPart, Sheet, Sitting

SHEET = Sheet._meta.db_table
SITTING = Sitting._meta.db_table
CAMPAIGN = Campaign._meta.db_table
PART = CampaignPart._meta.db_table
ORGANISATION = Organisation._meta.db_table
ANNOUNCEMENT = Announcement._meta.db_table

URGENT = "answer.urgent"
DONE = "sitting.submitted"

COLUMNS = "sitting_id, part, instrument_hash, sequence, client_key, answers, clocks, saved_at, submitted_at, told"
SITTING_IS_OPEN = f"s.state IN ('{SittingState.INVITED.value}', '{SittingState.STARTED.value}')"
CAMPAIGN_IS_OPEN = f"c.state = '{CampaignState.OPEN.value}'"
ON_CONFLICT = f"""
ON CONFLICT (sitting_id, part) DO UPDATE SET
  instrument_hash = excluded.instrument_hash, sequence = excluded.sequence, client_key = excluded.client_key,
  answers = excluded.answers, clocks = excluded.clocks, saved_at = excluded.saved_at,
  submitted_at = excluded.submitted_at
WHERE {SHEET}.submitted_at IS NULL
  AND (excluded.sequence > {SHEET}.sequence
       OR (excluded.sequence = {SHEET}.sequence AND excluded.submitted_at IS NOT NULL
           AND excluded.answers = {SHEET}.answers))
"""
"""The last line lets a submit carry the number of the save before it, when nothing was changed in between."""

EVERY_PART_SUBMITTED = f"""
NOT EXISTS (
  SELECT 1 FROM {PART} p JOIN {ORGANISATION} o ON o.id = {SITTING}.class_node_id
  WHERE p.campaign_id = {SITTING}.campaign_id
    AND (p.stage = '' OR (p.stage = o.stage AND p.entry_year = o.entry_year))
    AND ({SITTING}.only_part IS NULL OR p.number = {SITTING}.only_part)
    AND ({SITTING}.only_part IS NULL OR p.number = {SITTING}.only_part)
    AND NOT EXISTS (
      SELECT 1 FROM {SHEET} h
      WHERE h.sitting_id = {SITTING}.id AND h.part = p.number AND h.submitted_at IS NOT NULL))
"""  # noqa: S608  names of our own tables
"""The parts a sitting answers are those ``CampaignPart.is_for`` its class; a retest may be for one of them only."""
