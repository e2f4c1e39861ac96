"""What somebody outside is told: by consent, typed for it, behind a link with a code, until it is taken back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cases.factories import DAY, a_case, a_world, closed_case
from tests.factories import NOON, a_guardian
from xinqiao.access.enums import ConsentForm, ConsentParty, Purpose
from xinqiao.access.models import Consent, OutsideLink
from xinqiao.access.services import consents, open_link
from xinqiao.access.services.consents import Signature
from xinqiao.audit.models import Entry
from xinqiao.cases.models import Summary
from xinqiao.cases.selectors.sharing import consented_scopes, shared_of
from xinqiao.cases.services.sharing import revoke_summary, share_summary
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
SCOPE = "市第一医院心理科：情况说明"
TEXTS = {"seen": "近两周睡得少，上课走神", "asked": "请评估睡眠", "contact": "林老师 心理辅导室"}
EVERYBODY = ["he", "ding", "gao", "bai", "shen", "wei", "zhou", "shao", "stranger"]


@pytest.fixture
def world():
    return a_world()


def consent(world, child, scope=SCOPE, at=NOON):
    """On paper: the student and the mother."""
    mother = child.guardianships.first().guardian if child.guardianships.exists() else a_guardian(child)
    for party, giver in ((ConsentParty.SELF, None), (ConsentParty.GUARDIAN, mother)):
        consents.give_consent(
            actor=world.lin,
            person=child,
            purpose=Purpose.SHARING,
            signature=Signature(party=party, form=ConsentForm.PAPER, given_by=giver, scope=scope),
            at=at,
        )


def share(world, case, **more):
    facts = {"scope": SCOPE, "for_whom": "市第一医院 王医生", "texts": TEXTS, "days": 7, "at": NOON, **more}
    return share_summary(actor=facts.pop("actor", world.lin), case=case, **facts)


def test_with_consent_there_is_a_link_and_a_code(world):
    case = a_case(world, 3)
    consent(world, case.person)
    summary, new = share(world, case)
    assert (summary.link, summary.link.expires_at) == (new.link, NOON + 7 * DAY)
    assert open_link(token=new.token, code=new.code, at=NOON).kind == "outside"
    assert Entry.objects.filter(action="summary.shared", person=case.person_id).count() == 1


def test_without_consent_there_is_none(world):
    case = a_case(world, 3)
    with pytest.raises(Refusal) as refused:
        share(world, case)
    assert refused.value.code == "consent"
    assert not OutsideLink.objects.exists()


def test_consent_for_another_hospital_is_none(world):
    case = a_case(world, 3)
    consent(world, case.person, "市第二医院：情况说明")
    assert consented_scopes(case.person, NOON) == ["市第二医院：情况说明"]
    with pytest.raises(Refusal):
        share(world, case)


@pytest.mark.parametrize("name", ["seen", "asked", "contact"])
def test_every_text_is_needed(world, name):
    case = a_case(world, 3)
    consent(world, case.person)
    with pytest.raises(Refusal) as refused:
        share(world, case, texts={**TEXTS, name: " "})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("facts", "code"), [({"days": 0}, "days"), ({"days": 91}, "days"), ({"for_whom": " "}, "for_whom")]
)
def test_for_how_long_and_for_whom(world, facts, code):
    case = a_case(world, 3)
    consent(world, case.person)
    with pytest.raises(Refusal) as refused:
        share(world, case, **facts)
    assert refused.value.code == code


def test_not_from_a_closed_case(world):
    case = closed_case(world)
    consent(world, case.person)
    with pytest.raises(Refusal):
        share(world, case)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_shares_and_who_takes_it_back(world, who):
    case, actor = a_case(world, 4), getattr(world, who)
    consent(world, case.person)
    if who == "bai":
        summary, _new = share(world, case, actor=actor)
        revoke_summary(actor=actor, summary=summary, at=NOON)
        return
    with pytest.raises(PermissionDenied):
        share(world, case, actor=actor)
    summary, _new = share(world, case)
    with pytest.raises(PermissionDenied):
        revoke_summary(actor=actor, summary=summary, at=NOON)


def test_the_list_says_what_still_opens(world):
    case = a_case(world, 3)
    consent(world, case.person)
    first, _new = share(world, case)
    share(world, case, days=1)
    revoke_summary(actor=world.lin, summary=first, at=NOON)
    assert [row.alive for row in shared_of(case, NOON)] == [True, False]
    assert [row.alive for row in shared_of(case, NOON + 2 * DAY)] == [False, False]


def test_taking_back_the_consent_closes_the_page(world):
    case = a_case(world, 3)
    consent(world, case.person)
    share(world, case)
    row = Consent.objects.filter(party=ConsentParty.GUARDIAN).first()
    consents.withdraw(actor=world.lin, consent=row, channel="phone", at=NOON)
    assert [each.alive for each in shared_of(case, NOON)] == [False]


def test_what_is_told_is_sealed(world):
    case = a_case(world, 3)
    consent(world, case.person)
    share(world, case)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seen, asked, contact FROM cases_summary")
        raw = b"".join(bytes(each) for each in cursor.fetchone())
    assert not any(text.encode() in raw for text in TEXTS.values())
    assert Summary.objects.get().seen.reveal() == TEXTS["seen"]


def _enter(token, code):
    client = Client()
    client.post(reverse("entry:outside", args=[token]), {"code": code})
    return client


def test_the_page_outside_shows_what_was_typed_and_no_more(world):
    now = timezone.now()
    case = a_case(world, 3, at=now)
    consent(world, case.person, at=now)
    _summary, new = share(world, case, at=now)
    client = _enter(new.token, new.code)
    page = client.get(reverse("entry:outside_page")).content.decode()
    assert all(text in page for text in TEXTS.values())
    for hidden in (case.person.name, "预警", "想有人听", world.lin.person.name + "（", "失眠"):
        assert hidden not in page
    assert Entry.objects.filter(action="summary.read", reading=True, person=case.person_id).count() == 1
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 302


def test_when_the_consent_is_taken_back_the_open_page_ends(world):
    now = timezone.now()
    case = a_case(world, 3, at=now)
    consent(world, case.person, at=now)
    _summary, new = share(world, case, at=now)
    client = _enter(new.token, new.code)
    Consent.objects.update(withdrawn_at=now, withdraw_channel="phone")
    answer = client.get(reverse("entry:outside_page"))
    assert answer.status_code == 410
    assert TEXTS["seen"] not in answer.content.decode()
