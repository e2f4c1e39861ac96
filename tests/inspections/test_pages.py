"""The pages: an officer's round from the form to the papers, a school's part, and the page behind a guest's link."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook
from PIL import Image

from tests.factories import an_actor, sign_in
from tests.inspections.factories import (
    FORM,
    a_checking_round,
    a_county,
    a_draft,
    a_published_round,
    an_open_round,
    sheet_of,
)
from xinqiao.access.enums import PostKind
from xinqiao.inspections.models import Appeal, Mark, Mending, Proof, Report, Round
from xinqiao.plans.services import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_county()


@pytest.fixture
def now(monkeypatch):
    """The views' clock stands where the factories' round is."""
    from tests.inspections.factories import LATER

    monkeypatch.setattr(timezone, "now", lambda: LATER)
    return LATER


def text_of(document: bytes) -> str:
    paper = Document(io.BytesIO(document))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def test_from_a_blank_form_to_a_round_that_is_open(client, world):
    sign_in(client, world.shao)
    day = timezone.localdate()
    page = client.get(reverse("inspections:new")).content.decode()
    assert world.bureau.name in page
    facts = {
        "title": "秋季督导", "self_until": day + timedelta(days=7), "check_from": day + timedelta(days=8),
        "check_until": day + timedelta(days=9), "appeal_days": 7, "mend_days": 30,
    }  # fmt: skip
    wrong = {**facts, "organisation": world.bureau.pk, "source": "blank", "check_until": day}
    assert "不能早于第一天" in client.post(reverse("inspections:new"), wrong).content.decode()
    answer = client.post(reverse("inspections:new"), {**facts, "organisation": world.bureau.pk, "source": "blank"})
    round_ = Round.objects.get()
    assert answer["Location"] == reverse("inspections:edit", args=[round_.pk])
    assert round_.read.full == 100
    edit = {
        **facts, "items-TOTAL_FORMS": 3, "items-INITIAL_FORMS": 1, "items-0-id": "lead", "items-0-title": "组织领导",
        "items-0-weight": "40", "items-1-title": "没有瞒报", "items-1-weight": "60", "items-1-red_line": "on",
        "items-1-id": "", "items-2-title": "", "grades": "90 优秀\n0 需要整改",
    }  # fmt: skip
    bad = client.post(answer["Location"], {**edit, "grades": "优秀"})
    assert bad.status_code == 422
    assert "看不懂" in bad.content.decode()
    answer = client.post(answer["Location"], edit)
    round_.refresh_from_db()
    assert [(item.title, item.red_line) for item in round_.read.items] == [("组织领导", False), ("没有瞒报", True)]
    form = {"units": [node.pk for node in world.schools], "sampling": "random", "number": 1, "seed": 5}
    client.post(answer["Location"], form)
    assert round_.sheets.filter(drawn=True).count() == 1
    client.post(reverse("inspections:move", args=[round_.pk, "open"]))
    round_.refresh_from_db()
    assert round_.state == "open"
    page = client.get(reverse("inspections:round", args=[round_.pk])).content.decode()
    assert "抽签号 5" in page
    assert client.get(reverse("inspections:book", args=[round_.pk])).status_code == 200


def test_a_school_scores_itself_and_loses_nothing(client, world, now, monkeypatch):
    from tests.inspections.factories import NOON

    monkeypatch.setattr(timezone, "now", lambda: NOON)
    sheet = sheet_of(an_open_round(world), world.schools[0])
    sign_in(client, world.psychs[0])
    assert "秋季督导" in client.get(reverse("inspections:index")).content.decode()
    page = reverse("inspections:own", args=[sheet.pk])
    assert "有心理辅导室的学校" in client.get(page).content.decode(), "the house's own figure stands beside it"
    given = {"score_lead": "25", "words_lead": "会议三次"}
    wrong = client.post(page, given)
    assert wrong.status_code == 422
    assert "会议三次" in wrong.content.decode()
    given = {"score_lead": "18", "words_lead": "会议三次", "summary": "小结"}
    client.post(page, {**given, "file_lead": SimpleUploadedFile("记录.pdf", b"%PDF-1.7 x")})
    assert "还没有打分" in client.post(page, {**given, "submit": "1"}).content.decode()
    given |= {"score_room": "30", "words_room": "有", "score_hidden": "50", "words_hidden": "无", "submit": "1"}
    assert client.post(page, given).status_code == 302
    seen = client.get(reverse("inspections:sheet", args=[sheet.pk])).content.decode()
    assert "98.0%" in seen
    proof = Proof.objects.get()
    assert b"".join(client.get(reverse("inspections:proof", args=[proof.pk])).streaming_content).startswith(b"%PDF")
    other = sign_in(Client(), world.heads[1])
    assert other.get(reverse("inspections:sheet", args=[sheet.pk])).status_code == 404
    assert other.get(reverse("inspections:proof", args=[proof.pk])).status_code == 404


def messages(*entries, client="phone-0001"):
    return json.dumps({"client": client, "entries": list(entries)})


def a_photo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG")
    return SimpleUploadedFile("room.jpg", out.getvalue())


def test_a_phone_on_the_spot(client, world, now):
    sheet = sheet_of(a_checking_round(world), world.schools[0])
    sign_in(client, world.yan)
    page = client.get(reverse("inspections:check", args=[sheet.pk])).content.decode()
    assert "已存在手机上，等有网络再传" in page
    send = reverse("inspections:send", args=[sheet.pk])
    entry = {"key": "key-00000001", "seq": 1, "item": "lead", "score": "15", "words": "看了记录"}
    for _twice in range(2):
        answer = client.post(send, messages(entry), content_type="application/json").json()
        assert answer == {"kept": ["key-00000001"], "refused": {}}
    assert Mark.objects.get().words == "看了记录"
    assert client.post(send, "nonsense", content_type="application/json").status_code == 409
    for _twice in range(2):
        assert client.post(
            reverse("inspections:photo", args=[sheet.pk]), {"item": "lead", "key": "k", "photo": a_photo()}
        ).json()["kept"]
    assert Proof.objects.count() == 1
    unfinished = client.post(reverse("inspections:finish", args=[sheet.pk]), follow=True).content.decode()
    assert "还没有打分" in unfinished
    assert sign_in(Client(), world.heads[0]).get(reverse("inspections:check", args=[sheet.pk])).status_code == 403


def test_papers_say_no_ranks_and_name_what_has_to_be_mended(client, world, now):
    round_ = a_published_round(world, mend="补齐沙盘", red=True)
    sign_in(client, world.shao)
    notice = client.get(reverse("inspections:notice", args=[round_.pk]) + "?units=1")
    words = text_of(notice.content)
    assert "不分先后" in words
    assert not [word for word in ("排名", "倒数", "末位", "第一名") if word in words]
    assert "触及红线" in words
    assert world.schools[0].name in words
    sheet = sheet_of(round_, world.schools[0])
    letter = text_of(sign_in(Client(), world.heads[0]).get(reverse("inspections:letter", args=[sheet.pk])).content)
    assert "补齐沙盘" in letter
    assert world.schools[1].name not in letter
    other = sign_in(Client(), world.heads[1])
    assert other.get(reverse("inspections:letter", args=[sheet.pk])).status_code == 404
    book = load_workbook(io.BytesIO(client.get(reverse("inspections:book", args=[round_.pk])).content))
    assert len(book.sheetnames) == 4
    assert book[book.sheetnames[1]]._charts, "the points reached are drawn"


def test_appeal_answer_and_recheck_on_the_pages(client, world, now):
    round_ = a_published_round(world, mend="补齐沙盘")
    sheet = sheet_of(round_, world.schools[0])
    school, expert = sign_in(Client(), world.heads[0]), sign_in(client, world.yan)
    page = reverse("inspections:appeal", args=[sheet.pk])
    school.post(page, {"items": ["lead"], "words": "请再看会议记录"})
    row = Appeal.objects.get()
    decide = reverse("inspections:decide", args=[row.pk])
    assert sign_in(Client(), world.shao).get(decide).status_code == 403, "the one who checked"
    assert "请再看会议记录" in expert.get(decide).content.decode()
    expert.post(decide, {"uphold": "no", "answer": "维持原来的意见"})
    assert "维持原来的意见" in school.get(reverse("inspections:sheet", args=[sheet.pk])).content.decode()
    mending = Mending.objects.get()
    check = reverse("inspections:recheck", args=[mending.pk])
    assert "单位报告整改完成后" in expert.get(check).content.decode()
    tasks.hand_in(actor=world.again(world.morals[0], now), task=mending.task, text="装好了", at=now)
    assert "装好了" in expert.get(check).content.decode()
    expert.post(check, {"passed": "yes", "words": "看到沙盘"})
    assert "复查通过" in expert.get(reverse("inspections:round", args=[round_.pk])).content.decode()


def test_a_guest_opens_one_page_and_sees_no_other(client, world, now, monkeypatch):
    round_ = a_checking_round(world)
    monkeypatch.undo()
    sign_in(client, world.shao)
    page = reverse("inspections:guests", args=[round_.pk])
    shown = client.post(page, {"sheet": "", "for_whom": "某大学 钱老师", "days": 7}).content.decode()
    address = shown.split("/enter/")[1].split("<")[0].split('"')[0]
    code = shown.split('id="guest-code">')[1].split("<")[0]
    guest = Client()
    answer = guest.post(f"/enter/{address}", {"code": code}, follow=True)
    assert world.schools[0].name in answer.content.decode()
    sheet = sheet_of(round_, world.schools[0])
    here = f"{reverse('entry:outside_page')}?sheet={sheet.pk}"
    assert "没有隐瞒或拖延" in guest.get(here).content.decode()
    entries = [
        {"key": f"key-0000000{n}", "seq": n, "item": row["id"], "score": str(row["weight"]), "words": "齐"}
        for n, row in enumerate(FORM["items"], 1)
    ]
    sent = guest.post(f"{here}&do=send", messages(*entries), content_type="application/json")
    assert len(sent.json()["kept"]) == 3
    assert guest.post(f"{here}&do=finish").status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, sheet.checked_for, sheet.checked_by) == ("checked", "某大学 钱老师", None)
    assert guest.get(f"{reverse('entry:outside_page')}?sheet=999999").status_code == 404
    assert guest.get(reverse("inspections:sheet", args=[sheet.pk])).status_code == 302
    client.post(reverse("inspections:guest_end", args=[round_.pk, sheet.entries.first().link_id]))
    assert guest.get(here).status_code == 302


def test_score_cards_and_the_annual_evaluation(client, world, now):
    a_published_round(world, mend="补齐沙盘")
    leader = sign_in(client, world.zhou)
    card = leader.get(reverse("inspections:card", args=[world.bureau.pk])).content.decode()
    assert world.schools[0].name in card
    school = sign_in(Client(), world.heads[0])
    assert "100.0%" in school.get(reverse("inspections:card", args=[world.schools[0].pk])).content.decode()
    assert school.get(reverse("inspections:card", args=[world.schools[1].pk])).status_code == 404
    assert school.get(reverse("inspections:card", args=[world.bureau.pk])).status_code == 404
    officer = sign_in(Client(), world.shao)
    page = reverse("inspections:annual", args=[world.bureau.pk, 2026])
    officer.post(page, {"strengths": "课程开齐了"})
    assert Report.objects.get().strengths == "课程开齐了"
    assert leader.post(page, {"strengths": "改掉"}).status_code == 403
    paper = reverse("inspections:annual_paper", args=[world.bureau.pk, 2026, "docx"])
    words = text_of(officer.get(paper).content)
    assert "课程开齐了" in words
    assert "秋季督导" in words
    assert officer.get(paper.replace("docx", "pdf")).content.startswith(b"%PDF")
    book = load_workbook(io.BytesIO(officer.get(paper.replace("docx", "xlsx")).content))
    assert book[book.sheetnames[2]]._charts
    assert school.get(paper).status_code == 404


@pytest.mark.parametrize("schools", [1, 4])
def test_pages_take_a_fixed_number_of_queries(client, schools, django_assert_max_num_queries):
    world = a_county(schools)
    round_ = a_draft(world)
    sign_in(client, world.shao)
    client.get(reverse("inspections:index"))
    with django_assert_max_num_queries(40):
        client.get(reverse("inspections:round", args=[round_.pk]))


def test_strangers_by_post(client, world):
    round_ = a_draft(world)
    for actor in (world.heads[0], an_actor(PostKind.BUREAU_OFFICER, a_county(0).bureau)):
        for name in ("round", "edit", "units", "guests", "book"):
            page = reverse(f"inspections:{name}", args=[round_.pk])
            assert sign_in(client, actor).get(page).status_code in (403, 404)
