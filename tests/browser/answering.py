"""A class in the middle of a screening, for tests of the page that asks: students with a session, ready to answer.

python -m tests.browser.answering STUDENTS   on the data of XINQIAO_HOME; prints [{"session": …, "sitting": …}, …]
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.house import ROOT, House, free_port, stop, wait_until_it_answers


@contextlib.contextmanager
def answering_house(home: Path, students: int) -> Iterator[tuple[House, list[dict[str, Any]]]]:
    """A server whose students are in the middle of a screening, and who they are."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "PYTEST_"))}
    environment |= {"XINQIAO_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.answering", str(students)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    port, log = free_port(), home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "xinqiao", "serve", "--no-worker", "--port", str(port)],
            cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    house = House(f"http://127.0.0.1:{port}", home, log, process, environment, [])
    try:
        wait_until_it_answers(house.url, process, log)
        yield house, json.loads(made.stdout)
    finally:
        stop(process)


def build(students: int, at: datetime) -> list[dict[str, object]]:
    """An open campaign with PHQ-9 and GAD-7 for one class of 14-year-olds; everybody said yes and has begun."""
    from tests.factories import a_class, a_person, a_school, a_student
    from tests.screening.factories import says_yes
    from xinqiao.screening import questionnaires
    from xinqiao.screening.models import Approval, Campaign, CampaignPart, Filing, Sitting

    school = a_school()
    node = a_class(school)
    officer = a_person(school.parent, "周专干")
    opens, closes = at - timedelta(days=1), at + timedelta(days=5)
    filing = Filing.objects.create(
        school=school, school_year=2026, title="秋季心理健康测评", purpose="关心", opens_at=opens, closes_at=closes,
        made_by=officer.account, made_at=opens, submitted_at=opens, state="approved", decided_by=officer,
        decided_at=opens,
    )  # fmt: skip
    approval = Approval.objects.create(filing=filing, decided_by=officer, decided_at=opens)
    campaign = Campaign.objects.create(
        approval=approval, school=school, title=filing.title, consent_mode="online", opens_at=opens, closes_at=closes,
        day_from=time(0, 0), day_until=time(23, 59, 59), state="open", made_at=opens, opened_at=opens,
    )  # fmt: skip
    for number, name in enumerate(("phq-9", "gad-7"), 1):
        found = questionnaires.current(name)
        CampaignPart.objects.create(campaign=campaign, number=number, instrument_id=name, instrument_hash=found.hash)
    made = []
    for _place in range(students):
        person = a_student(node, birth=at.date().replace(year=at.year - 14, day=1))
        says_yes(person, at)
        sitting = Sitting.objects.create(
            campaign=campaign, person=person, class_node=node, state="started", invited_at=opens, started_at=at
        )
        made.append({"session": session_of(person.account), "sitting": sitting.pk})
    return made


def session_of(account: object) -> str:
    """A signed-in session, as the entrance for students leaves one."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "xinqiao.accounts.backends.TicketBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return session.session_key


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    json.dump(build(int(sys.argv[1]), datetime.now(ZoneInfo("Asia/Shanghai"))), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
