"""An open campaign with as many sittings as wanted, in the database that XINQIAO_HOME and XINQIAO_DATABASE_URL name.

python -m bench.world SITTINGS TOKENS   migrate, fill, and write one token a line to the file TOKENS
"""

from __future__ import annotations

import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
SLICE = 5_000


def build(sittings: int, *, at: datetime) -> list[str]:
    """Make the world; returns a token for each sitting, in the order of their ids. ``at`` lies inside the campaign."""
    from bench import questionnaire
    from xinqiao.accounts.models import Account
    from xinqiao.people.models import Person
    from xinqiao.people.services import add_organisation
    from xinqiao.screening import questionnaires, tokens
    from xinqiao.screening.models import Approval, Campaign, CampaignPart, Filing, Sitting

    definition = questionnaires.import_wording(questionnaire.text(), source="bench")
    school = add_organisation(parent=None, kind="school", name="测速学校", code="BENCH", system="63")
    cohort = {"stage": "junior", "entry_year": 2025}
    grade = add_organisation(parent=school, kind="grade", name="年级", **cohort)
    node = add_organisation(parent=grade, kind="class", name="班级", number=1, **cohort)
    officer = Account.objects.create_user("bench", "correct horse battery")
    decider = Person.objects.create(name="审批人", keeper=school)
    opens, closes = at - timedelta(days=1), at + timedelta(days=20)
    filing = Filing.objects.create(
        school=school, school_year=2026, title="测速", purpose="测速", opens_at=opens, closes_at=closes,
        made_by=officer, made_at=opens, submitted_at=opens, state="approved", decided_by=decider, decided_at=opens,
    )  # fmt: skip
    approval = Approval.objects.create(filing=filing, decided_by=decider, decided_at=opens)
    campaign = Campaign.objects.create(
        approval=approval, school=school, title="测速", consent_mode="online", opens_at=opens, closes_at=closes,
        day_from=time(0, 0), day_until=time(23, 59), state="open", made_at=opens, opened_at=opens,
    )  # fmt: skip
    CampaignPart.objects.create(
        campaign=campaign, number=1, instrument_id=definition.id, instrument_hash=definition.hash
    )
    for start in range(0, sittings, SLICE):
        people = Person.objects.bulk_create(
            Person(name=f"学生{n}", keeper=school, birth_date=date(2012, 5, 1))
            for n in range(start, min(start + SLICE, sittings))
        )
        Sitting.objects.bulk_create(
            Sitting(
                campaign=campaign, person=person, class_node=node, state="started", invited_at=opens, started_at=opens
            )
            for person in people
        )
    ids = Sitting.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True)
    return [tokens.issue(sitting_id=pk, part=1, instrument_hash=definition.hash, expires=closes, age=14) for pk in ids]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    made = build(int(sys.argv[1]), at=datetime.now(LOCAL))
    Path(sys.argv[2]).write_text("\n".join(made), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
