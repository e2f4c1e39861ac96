"""Editions: brought in, copied, written, reviewed by a second person, moved to a newer parent."""

from __future__ import annotations

from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import a_bureau, a_school, an_actor
from tests.packs.factories import DERIVED, LATER, NOON, SMALL, a_desk, a_draft, an_edition, smaller, version_of
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import policies, selectors, services, vocabulary
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.rules import EDITION, next_version
from xinqiao.packs.services import shipping
from xinqiao.packs.services.writing import fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def any_code(monkeypatch):
    """What indicators exist is another room's business here."""
    monkeypatch.setattr(vocabulary, "_figures", [])


# --- the table ----------------------------------------------------------------------------------------------------

MOVES = ("edit", "submit", "discard", "take_back", "send_back", "publish", "withdraw", "restore")
ALLOWED = {
    ("draft", "edit"), ("draft", "submit"), ("draft", "discard"), ("in_review", "take_back"),
    ("in_review", "send_back"), ("in_review", "publish"), ("published", "withdraw"), ("withdrawn", "restore"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "move"), list(product(EditionState.values, MOVES)))
def test_only_these_moves_are_open(state, move):
    if (state, move) in ALLOWED:
        assert EDITION.after(state, move) in EditionState.values
    else:
        with pytest.raises(Refusal):
            EDITION.after(state, move)


@pytest.mark.parametrize(
    ("version", "taken", "following"),
    [("1.0", [], "1.1"), ("1.9", [], "1.10"), ("2", [], "2.1"), ("1.2.3", [], "1.2.4"), ("1.0", ["1.1", "1.2"], "1.3")],
)
def test_the_next_version_is_free(version, taken, following):
    assert next_version(version, taken) == following


# --- shipped ------------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(monkeypatch):
    texts = {"small.yaml": SMALL}
    monkeypatch.setattr(shipping, "shipped_texts", lambda: texts)
    return texts


def test_shipped_packs_come_in_once(shipped):
    (edition,) = services.load_shipped(NOON)

    assert (edition.pack, edition.state, edition.owner) == ("small", "published", None)
    assert services.load_shipped(LATER) == []
    assert Entry.objects.filter(action="pack.published").count() == 1


def test_a_new_version_is_a_new_edition_and_the_old_one_stays(shipped):
    services.load_shipped(NOON)
    shipped["small.yaml"] = version_of(SMALL, "1.1")

    services.load_shipped(LATER)

    assert set(Edition.objects.values_list("version", flat=True)) == {"1.0", "1.1"}
    assert selectors.newest(selectors.published())[0].version == "1.1"


def test_a_corrected_file_corrects_its_edition_only_while_nothing_hangs_on_it(shipped):
    (edition,) = services.load_shipped(NOON)
    shipped["small.yaml"] = smaller(SMALL, ("title: 校园倾听周", "title: 校园倾听月"))
    services.load_shipped(LATER)
    edition.refresh_from_db()
    assert edition.title == "校园倾听月"

    an_edition(DERIVED, parent=edition)
    shipped["small.yaml"] = SMALL
    services.load_shipped(LATER)
    edition.refresh_from_db()
    assert edition.title == "校园倾听月"


def test_a_file_with_faults_keeps_nothing_else_out(shipped, caplog):
    shipped["bad.yaml"] = smaller(SMALL, ("pack: small", "pack: bad"), ("owners: [moral_head]", "owners: []"))

    assert [edition.pack for edition in services.load_shipped(NOON)] == ["small"]
    assert "bad.yaml" in caplog.text


# --- writing ------------------------------------------------------------------------------------------------------


def test_a_copy_is_derived_and_runs_at_once():
    bureau, writer, _reviewer = a_desk()
    parent = an_edition()

    made = services.copy_edition(
        actor=writer, edition=parent, owner=bureau, name="small-2", title="我县: 倾听周", whole=False, at=NOON
    )

    assert (made.state, made.based_on, made.title) == ("draft", parent, "我县: 倾听周")
    assert made.data["measures"] == parent.data["measures"]
    assert made.writers == [writer.person.pk]


def test_a_whole_copy_stands_alone_and_keeps_comments():
    bureau, writer, _reviewer = a_desk()
    derived = an_edition(DERIVED, parent=an_edition())

    made = services.copy_edition(
        actor=writer, edition=derived.based_on, owner=bureau, name="mine", title="我的", whole=True, at=NOON
    )
    other = services.copy_edition(
        actor=writer, edition=derived, owner=bureau, name="other", title="另一份", whole=True, at=NOON
    )

    assert made.based_on is None
    assert made.source.startswith("# 一份小方案")
    assert {m["id"] for m in other.data["measures"]} == {"activity-listening", "summary", "extra"}


def test_faults_do_not_stop_a_draft_from_being_kept():
    bureau, writer, _reviewer = a_desk()
    draft = a_draft(bureau, writer)
    broken = "pack: small\n\tbroken"

    services.save_draft(actor=writer, edition=draft, text=broken, seen=fingerprint(draft.source), at=LATER)

    draft.refresh_from_db()
    assert draft.source == broken + "\n"
    assert (draft.data, draft.digest, draft.pack) == ({}, "", "small")


def test_two_writers_do_not_overwrite_each_other():
    bureau, writer, reviewer = a_desk()
    draft = a_draft(bureau, writer)
    seen = fingerprint(draft.source)
    services.save_draft(actor=reviewer, edition=draft, text=SMALL + "# 加一行", seen=seen, at=LATER)

    with pytest.raises(Refusal) as refused:
        services.save_draft(actor=writer, edition=draft, text=SMALL, seen=seen, at=LATER)

    assert refused.value.code == "moved"
    assert "审的人" in refused.value.message


def test_names_are_unique_in_the_library():
    bureau, writer, _reviewer = a_desk()
    an_edition()

    with pytest.raises(Refusal) as refused:
        a_draft(bureau, writer)
    assert refused.value.code == "name"


def test_strangers_and_readers_do_not_write():
    bureau, writer, _reviewer = a_desk()
    draft = a_draft(bureau, writer)
    stranger = an_actor(PostKind.BUREAU_OFFICER, a_bureau("另一区教育局"))
    reader = an_actor(PostKind.BUREAU_LEADER, bureau)

    for actor in (stranger, reader):
        with pytest.raises(PermissionDenied):
            a_draft(bureau, actor, version_of(SMALL, "3.0"))
        with pytest.raises(PermissionDenied):
            services.save_draft(actor=actor, edition=draft, text=SMALL, seen=fingerprint(draft.source), at=LATER)
        with pytest.raises(PermissionDenied):
            services.discard(actor=actor, edition=draft, at=LATER)


def test_a_draft_can_be_thrown_away_and_a_published_pack_cannot():
    bureau, writer, reviewer = a_desk()
    draft = a_draft(bureau, writer)
    published = a_published(bureau, writer, reviewer, smaller(SMALL, ("pack: small", "pack: kept")))

    services.discard(actor=writer, edition=draft, at=LATER)
    with pytest.raises(Refusal):
        services.discard(actor=writer, edition=published, at=LATER)

    assert list(Edition.objects.all()) == [published]


# --- review -------------------------------------------------------------------------------------------------------


def a_published(bureau, writer, reviewer, text=SMALL):
    draft = a_draft(bureau, writer, text)
    draft = services.submit(actor=writer, edition=draft, at=NOON)
    return services.publish(actor=reviewer, edition=draft, at=LATER)


def test_a_second_person_publishes():
    bureau, writer, reviewer = a_desk()
    draft = services.submit(actor=writer, edition=a_draft(bureau, writer), at=NOON)

    with pytest.raises(Refusal) as refused:
        services.publish(actor=writer, edition=draft, at=LATER)
    assert refused.value.code == "second"

    edition = services.publish(actor=reviewer, edition=draft, at=LATER)
    assert (edition.state, edition.published_by) == ("published", reviewer.person)
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == [
        "pack.drafted",
        "pack.submitted",
        "pack.published",
    ]


def test_whoever_changed_a_comma_does_not_publish_either():
    bureau, writer, reviewer = a_desk()
    draft = a_draft(bureau, writer)
    services.save_draft(actor=reviewer, edition=draft, text=SMALL + "#", seen=fingerprint(draft.source), at=NOON)
    draft = services.submit(actor=writer, edition=draft, at=NOON)

    for actor in (writer, reviewer):
        with pytest.raises(Refusal):
            services.publish(actor=actor, edition=draft, at=LATER)


def test_the_database_refuses_a_publisher_who_wrote_it():
    bureau, writer, _reviewer = a_desk()
    draft = a_draft(bureau, writer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(published_by=writer.person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=draft.pk).update(state="published", digest="")


def test_a_draft_with_faults_is_not_submitted():
    bureau, writer, _reviewer = a_desk()
    draft = a_draft(bureau, writer, smaller(SMALL, ("owners: [moral_head]", "owners: [bureau_officer]")))

    with pytest.raises(Refusal) as refused:
        services.submit(actor=writer, edition=draft, at=NOON)
    assert refused.value.code == "faults"


def test_sent_back_with_words_and_taken_back():
    bureau, writer, reviewer = a_desk()
    draft = services.submit(actor=writer, edition=a_draft(bureau, writer), at=NOON)

    with pytest.raises(Refusal):
        services.send_back(actor=reviewer, edition=draft, words="  ", at=LATER)
    draft = services.send_back(actor=reviewer, edition=draft, words="日期不对", at=LATER)
    assert (draft.state, draft.words) == ("draft", "日期不对")

    draft = services.submit(actor=writer, edition=draft, at=LATER)
    assert draft.words == ""
    assert services.take_back(actor=writer, edition=draft, at=LATER).state == "draft"


def test_withdrawn_and_restored():
    bureau, writer, reviewer = a_desk()
    edition = a_published(bureau, writer, reviewer)

    edition = services.withdraw(actor=reviewer, edition=edition, words="有新办法", at=LATER)
    assert edition not in selectors.published()
    assert services.restore(actor=reviewer, edition=edition, at=LATER).state == "published"


def test_what_came_with_the_house_is_nobodys_to_withdraw():
    _bureau, writer, reviewer = a_desk()
    edition = an_edition()

    for actor in (writer, reviewer):
        with pytest.raises(PermissionDenied):
            services.withdraw(actor=actor, edition=edition, words="不要了", at=LATER)


# --- who sees -----------------------------------------------------------------------------------------------------


def test_who_sees_which_editions():
    bureau, writer, reviewer = a_desk()
    school = a_school(bureau)
    came = an_edition()
    draft = a_draft(bureau, writer, smaller(SMALL, ("pack: small", "pack: draft")))
    ours = a_published(bureau, writer, reviewer, smaller(SMALL, ("pack: small", "pack: ours")))
    below = an_actor(PostKind.PSYCH_TEACHER, school)
    elsewhere = an_actor(PostKind.BUREAU_OFFICER, a_bureau("另一区教育局"))
    nobody = an_actor(PostKind.CLASS_TEACHER, school)

    assert set(policies.visible_editions(writer)) == {came, draft, ours}
    assert set(policies.visible_editions(below)) == {came, ours}
    assert set(policies.visible_editions(elsewhere)) == {came}
    assert set(policies.visible_editions(nobody)) == set()


# --- versions and parents -----------------------------------------------------------------------------------------


def test_the_next_version_of_ones_own_pack():
    bureau, writer, reviewer = a_desk()
    edition = a_published(bureau, writer, reviewer)

    draft = services.new_version(actor=writer, edition=edition, at=LATER)

    assert (draft.pack, draft.version, draft.state) == ("small", "1.1", "draft")
    with pytest.raises(Refusal) as refused:
        services.new_version(actor=writer, edition=edition, at=LATER)
    assert refused.value.code == "open"


def test_a_derived_pack_takes_over_its_parents_correction():
    bureau, writer, reviewer = a_desk()
    an_edition()
    child = a_published(bureau, writer, reviewer, DERIVED)
    assert selectors.newer_parent(child) is None
    newer = an_edition(
        smaller(version_of(SMALL, "1.1"), ("每校至少一次", "每校至少两次"), ("per_student: 10", "per_student: 15"))
    )

    assert selectors.newer_parent(child) == newer
    draft = services.move_to_parent(actor=writer, edition=child, take=["budget.own.per_student"], at=LATER)

    assert (draft.version, draft.state, draft.based_on) == ("1.1", "draft", newer)
    assert draft.data["budget"][0]["per_student"] == 15
    assert draft.data["measures"][0]["text"].startswith("每校至少两次")
    with pytest.raises(Refusal):
        services.move_to_parent(actor=writer, edition=draft, take=[], at=LATER)


def test_a_parent_that_is_missing_is_a_problem_of_the_draft():
    bureau, writer, _reviewer = a_desk()

    draft = a_draft(bureau, writer, DERIVED)

    assert draft.data == {}
    assert any("请先导入" in problem.words for problem in selectors.problems_of(draft.source, draft))
