"""The pages of the library, in both languages."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import a_bureau, a_school, an_actor, sign_in
from tests.packs.factories import DERIVED, LATER, NOON, SMALL, a_desk, a_draft, an_edition, smaller, version_of
from xinqiao.access.enums import PostKind
from xinqiao.packs import services, vocabulary
from xinqiao.packs.models import Edition
from xinqiao.packs.services.writing import fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def any_code(monkeypatch):
    monkeypatch.setattr(vocabulary, "_figures", [])


@pytest.fixture
def desk():
    bureau, writer, reviewer = a_desk()
    return bureau, sign_in(Client(), writer), sign_in(Client(), reviewer), writer, reviewer


def page(client, name, *arguments, query="", status=200, **headers):
    answer = client.get(reverse(f"packs:{name}", args=arguments) + query, **headers)
    assert answer.status_code == status
    return answer.content.decode()


def send(client, page_name, *arguments, follow=True, **fields):
    return client.post(reverse(f"packs:{page_name}", args=arguments), fields, follow=follow)


def test_the_library_lists_searches_and_filters(desk):
    _bureau, client, *_rest = desk
    an_edition()
    an_edition(version_of(SMALL, "1.1"))
    an_edition(smaller(SMALL, ("pack: small", "pack: court"), ("校园倾听周", "法院方案")))

    whole = page(client, "index")
    assert whole.count('class="pack"') == 2
    assert "第 1.1 版" in whole
    assert "第 1.0 版" in whole
    assert page(client, "index", query="?q=法院").count('class="pack"') == 1
    assert "没有符合条件的方案" in page(client, "index", query="?kind=court")


def test_the_number_of_queries_does_not_grow_with_the_library(desk, django_assert_num_queries):
    _bureau, client, *_rest = desk
    an_edition()
    page(client, "index")
    wanted = _queries(client)
    for number in range(3):
        an_edition(smaller(SMALL, ("pack: small", f"pack: more-{number}")))
    with django_assert_num_queries(wanted):
        page(client, "index")


def _queries(client):
    with CaptureQueriesContext(connection) as captured:
        page(client, "index")
    return len(captured)


def test_a_pack_reads_in_both_languages(desk):
    _bureau, client, *_rest = desk
    edition = an_edition()

    zh = page(client, "edition", edition.pk)
    en = page(client, "edition", edition.pk, HTTP_ACCEPT_LANGUAGE="en")

    for words in (
        "有人倾听",
        "每校办一次倾听活动",
        "4月2日 至 4月29日",
        "心理教师、德育主任",
        "每生每年 10 元",
        "满分 100",
    ):
        assert words in zh, words
    for words in ("Somebody listens", "One listening event at every school", "Hand in the summary", "Leading group"):
        assert words in en, words


def test_a_draft_is_edited_checked_and_kept(desk):
    bureau, client, _other, writer, _reviewer = desk
    draft = a_draft(bureau, writer)
    assert "没有要改的地方" in page(client, "edit", draft.pk)

    checked = send(client, "check", draft.pk, text=smaller(SMALL, ("kind: due\n", "kind: duty\n"))).content.decode()
    assert "1 处要改" in checked
    assert 'data-line="' in checked
    draft.refresh_from_db()
    assert draft.source == SMALL

    text = smaller(SMALL, ("校园倾听周", "倾听两周"))
    answer = send(client, "edit", draft.pk, text=text, seen=fingerprint(draft.source), stay="1")
    assert "没有要改的地方" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.title == "倾听两周"


def test_what_two_people_typed_is_shown_again(desk):
    bureau, client, other, writer, _reviewer = desk
    draft = a_draft(bureau, writer)
    seen = fingerprint(draft.source)
    send(other, "edit", draft.pk, text=SMALL + "# 同事", seen=seen)

    answer = send(client, "edit", draft.pk, text=SMALL + "# 我写的", seen=seen).content.decode()

    assert "# 我写的" in answer
    assert "审的人" in answer
    assert "form-errors" in answer


def test_the_checks_speak_english_too(desk):
    bureau, client, _other, writer, _reviewer = desk
    draft = a_draft(bureau, writer)
    text = smaller(SMALL, ("owners: [moral_head]", "owners: []"))

    answer = client.post(reverse("packs:check", args=[draft.pk]), {"text": text}, HTTP_ACCEPT_LANGUAGE="en")

    assert not any("\u4e00" <= letter <= "\u9fff" for letter in answer.content.decode())


def test_a_new_pack_starts_from_one_that_works(desk):
    _bureau, client, *_rest = desk
    answer = client.get(reverse("packs:new"))
    assert "没有要改的地方" in answer.content.decode()

    owner = answer.context["form"].initial["owner"]
    saved = send(client, "new", text=answer.context["text"], owner=owner.pk)

    edition = Edition.objects.get()
    assert saved.redirect_chain[-1][0] == reverse("packs:edit", args=[edition.pk])
    assert edition.data


def test_a_new_text_that_cannot_be_kept_stays_on_the_page(desk):
    bureau, client, *_rest = desk

    answer = send(client, "new", text="title: 没有编号", owner=bureau.pk).content.decode()

    assert "title: 没有编号" in answer
    assert "请先写好 pack" in answer


def test_copy_review_publish_by_hand(desk):
    _bureau, client, other, _writer, _reviewer = desk
    edition = an_edition()
    form = client.get(reverse("packs:copy", args=[edition.pk])).context["form"]
    fields = {"way": "derive", "title": "我县", "name": form.initial["name"], "owner": form.initial["owner"].pk}

    send(client, "copy", edition.pk, **fields)
    made = Edition.objects.get(title="我县")
    send(client, "submit", made.pk)
    assert "审核通过，发布" not in page(client, "edition", made.pk)
    assert "审核通过，发布" in page(other, "edition", made.pk)
    send(other, "send_back", made.pk, words="少一条")
    assert "少一条" in page(client, "edition", made.pk)
    send(client, "submit", made.pk)
    send(other, "publish", made.pk)

    made.refresh_from_db()
    assert made.state == "published"
    assert send(client, "copy", edition.pk, **fields).context["form"].errors["name"]


def test_import_and_export_are_inverse(desk):
    bureau, client, *_rest = desk
    edition = an_edition()
    told = client.get(reverse("packs:file", args=[edition.pk]))
    assert told.content.decode() == SMALL
    assert "small-1.0.yaml" in told["Content-Disposition"]
    edition.delete()

    upload = SimpleUploadedFile("my.yaml", told.content)
    send(client, "import", file=upload, owner=bureau.pk)

    assert Edition.objects.get().source == SMALL


@pytest.mark.parametrize(
    ("data", "said"),
    [("pack: 方案".encode("gb18030"), "UTF-8"), (b"x" * 1_000_001, "1 MB"), (b"- a", "键: 值")],
)
def test_a_file_that_is_no_pack_is_refused_kindly(desk, data, said):
    bureau, client, *_rest = desk

    answer = send(client, "import", file=SimpleUploadedFile("my.yaml", data), owner=bureau.pk)

    assert said in answer.content.decode()
    assert not Edition.objects.exists()


def test_a_derived_pack_is_exported_whole(desk):
    _bureau, client, *_rest = desk
    child = an_edition(DERIVED, parent=an_edition())

    text = client.get(reverse("packs:file", args=[child.pk]) + "?whole=1").content.decode()

    assert "based_on" not in text
    assert "activity-listening" in text


def test_two_versions_side_by_side(desk):
    _bureau, client, *_rest = desk
    old = an_edition()
    new = an_edition(smaller(version_of(SMALL, "1.1"), ("per_student: 10", "per_student: 12")))

    shown = page(client, "compare", new.pk, query=f"?with={old.pk}")

    assert "2 处不同" in shown
    assert "每生金额（元）" in shown
    assert shown.index('diff-old">10') < shown.index('diff-new">12')


def test_the_parents_new_version_is_seen_before_it_is_taken(desk):
    bureau, client, _other, writer, reviewer = desk
    an_edition()
    child = services.submit(actor=writer, edition=a_draft(bureau, writer, DERIVED), at=NOON)
    child = services.publish(actor=reviewer, edition=child, at=LATER)
    an_edition(
        smaller(version_of(SMALL, "1.1"), ("每校至少一次", "每校至少两次"), ("per_student: 10", "per_student: 15"))
    )

    assert reverse("packs:parent", args=[child.pk]) in page(client, "edition", child.pk)
    shown = page(client, "parent", child.pk)
    assert "每校至少两次" in shown
    assert "budget.own.per_student" in shown
    send(client, "parent", child.pk, take="budget.own.per_student")

    draft = Edition.objects.get(state="draft")
    assert draft.data["budget"][0]["per_student"] == 15


def test_strangers_find_no_draft(desk):
    bureau, _client, _other, writer, _reviewer = desk
    draft = a_draft(bureau, writer)
    stranger = sign_in(Client(), an_actor(PostKind.BUREAU_OFFICER, a_bureau("另一区教育局")))
    teacher = sign_in(Client(), an_actor(PostKind.PSYCH_TEACHER, a_school(bureau)))

    for name in ("edition", "file", "compare"):
        page(stranger, name, draft.pk, status=404)
        page(teacher, name, draft.pk, status=404)
    assert send(stranger, "publish", draft.pk).status_code == 404
    assert send(teacher, "edit", draft.pk).status_code == 403
