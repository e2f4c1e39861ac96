"""From the file to the school and back again: what a preview says, what applying does, what an undo leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from tests.factories import NOON, a_class, a_person, a_post, a_school, an_actor
from tests.rosters.factories import HEAD, applied, kinds, previewed
from xinqiao.access.enums import PostKind
from xinqiao.access.models import StudentCode
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement, Job
from xinqiao.outbox.services import settle
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person
from xinqiao.rosters import services
from xinqiao.rosters.enums import ImportState, Scope
from xinqiao.rosters.models import RosterFile, RosterImport
from xinqiao.rosters.reading.identity import check_character
from xinqiao.vault.fields import fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LIN = ("2026001", "林小禾", "女", "2013-05-01", "七年级1班")
HE = ("2026002", "何山", "男", "2013-06-02", "七年级1班")
BAI = ("2026003", "白云川", "男", "2013-07-03", "七年级2班")


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def admin(school):
    return an_actor(PostKind.SCHOOL_ADMIN, school)


def placed(school: Organisation) -> dict[str, tuple[str, int]]:
    """Student number → (name, class number), for everybody enrolled now."""
    rows = Enrolment.objects.filter(school=school, ends_on=None)
    return {
        number: (name, class_number)
        for number, name, class_number in rows.values_list("student_number", "person__name", "class_node__number")
    }


def test_a_first_roster_makes_grades_classes_and_students(school, admin):
    roster = applied(admin, school, [LIN, HE, BAI])

    assert roster.state == ImportState.APPLIED, roster.said
    assert placed(school) == {"2026001": ("林小禾", 1), "2026002": ("何山", 1), "2026003": ("白云川", 2)}
    lin = Person.objects.get(name="林小禾")
    assert (lin.sex, lin.birth_date, lin.keeper) == ("f", date(2013, 5, 1), school)
    node = lin.enrolments.get().class_node
    assert (node.kind, node.stage, node.entry_year, node.parent.kind) == ("class", "junior", 2026, "grade")
    assert node.name == "七年级(1)班"


def test_applying_leaves_a_trace_and_tells_the_upper_rooms(school, admin):
    roster = applied(admin, school, [LIN])

    assert Entry.objects.filter(action="roster.applied", chain__owner=school.pk).count() == 1
    told = Announcement.objects.get(topic="roster.applied")
    assert told.payload["school_id"] == school.pk
    assert told.payload["roster_id"] == roster.pk


def test_nothing_changes_before_it_is_applied(school, admin):
    roster = previewed(admin, school, [LIN, HE])

    assert roster.state == ImportState.READY
    assert not Person.objects.filter(name="林小禾").exists()
    assert Organisation.objects.filter(kind="class").count() == 0


def test_a_second_roster_tells_new_changed_moved_left_and_same_apart(school, admin):
    old = ("2026004", "乔木", "女", "2013-08-04", "七年级1班")
    applied(admin, school, [LIN, HE, BAI, old])

    roster = previewed(
        admin,
        school,
        [
            LIN,
            ("2026002", "何山", "男", "2013-06-20", "七年级1班"),
            ("2026003", "白云川", "男", "2013-07-03", "七年级1班"),
            ("2026005", "石溪", "男", "2013-09-05", "七年级2班"),
        ],
    )

    assert kinds(roster) == {
        "林小禾": "same",
        "何山": "changed",
        "白云川": "moved",
        "石溪": "new",
        "乔木": "left",
    }
    assert roster.rows.get(name="何山").changes == {"birth_date": ["2013-06-02", "2013-06-20"]}


def test_a_student_who_left_is_marked_and_kept(school, admin):
    applied(admin, school, [LIN, HE])
    applied(admin, school, [LIN], at=NOON + timedelta(days=30))

    he = Person.objects.get(name="何山")
    place = he.enrolments.get()
    assert (place.ends_on, place.left_for) == ((NOON + timedelta(days=30)).date(), "missing")


def test_a_moved_student_keeps_the_old_place_with_its_end(school, admin):
    applied(admin, school, [LIN])
    later = NOON + timedelta(days=30)
    applied(admin, school, [(*LIN[:4], "七年级2班")], at=later)

    old, new = Person.objects.get(name="林小禾").enrolments.order_by("pk")
    assert (old.class_node.number, old.ends_on, old.left_for) == (1, later.date(), "moved")
    assert (new.class_node.number, new.starts_on, new.ends_on) == (2, later.date(), None)


def test_a_student_who_comes_back_is_the_same_person(school, admin):
    applied(admin, school, [LIN, HE])
    applied(admin, school, [LIN], at=NOON + timedelta(days=10))
    roster = applied(admin, school, [LIN, HE], at=NOON + timedelta(days=20))

    assert roster.counts["returned"] == 1
    assert Person.objects.filter(name="何山").count() == 1
    assert placed(school)["2026002"] == ("何山", 1)


def test_two_students_who_swap_numbers_keep_who_they_are(school, admin):
    applied(admin, school, [LIN, HE])
    roster = applied(admin, school, [("2026002", *LIN[1:]), ("2026001", *HE[1:])])

    assert roster.counts["changed"] == 2
    assert placed(school) == {"2026002": ("林小禾", 1), "2026001": ("何山", 1)}


def test_a_number_that_belongs_to_somebody_else_is_refused_and_nobody_leaves_for_it(school, admin):
    applied(admin, school, [LIN])
    roster = previewed(admin, school, [("2026001", "石溪", "男", "", "七年级1班"), HE])

    assert kinds(roster) == {"石溪": "faulty", "何山": "new"}
    assert roster.rows.get(name="石溪").faults[0][1] == "number_held"


class TestNamesakes:
    def test_same_name_and_birth_date_is_the_same_student_with_a_new_number(self, school, admin):
        applied(admin, school, [LIN])
        roster = previewed(admin, school, [("2026099", *LIN[1:])])
        assert kinds(roster) == {"林小禾": "changed"}

    def test_same_name_and_another_birth_date_is_another_student(self, school, admin):
        applied(admin, school, [LIN])
        roster = previewed(admin, school, [LIN, ("2026099", "林小禾", "女", "2013-11-30", "七年级2班")])
        assert roster.counts == {"same": 1, "new": 1, "warned": 0}

    def test_without_a_birth_date_a_person_decides(self, school, admin):
        applied(admin, school, [LIN])
        roster = previewed(admin, school, [("2026099", "林小禾", "女", "", "七年级2班")])
        assert kinds(roster) == {"林小禾": "undecided"}

        with pytest.raises(Refusal) as refused:
            services.start_applying(actor=admin, roster=roster, at=NOON)
        assert refused.value.code == "undecided"

    def test_deciding_that_it_is_the_same_student_makes_it_a_move(self, school, admin):
        applied(admin, school, [LIN])
        lin = Person.objects.get(name="林小禾")
        roster = previewed(admin, school, [("2026099", "林小禾", "女", "", "七年级2班")])

        services.decide_row(actor=admin, roster=roster, row_id=roster.rows.get().pk, person_id=lin.pk, at=NOON)
        services.start_applying(actor=admin, roster=roster, at=NOON)
        settle(NOON)

        assert placed(school) == {"2026099": ("林小禾", 2)}
        assert Person.objects.filter(name="林小禾").count() == 1

    def test_deciding_that_it_is_somebody_new_lets_the_other_one_leave(self, school, admin):
        applied(admin, school, [LIN])
        roster = previewed(admin, school, [("2026099", "林小禾", "女", "", "七年级2班")])

        services.decide_row(actor=admin, roster=roster, row_id=roster.rows.get().pk, person_id=None, at=NOON)
        roster.refresh_from_db()
        assert (roster.counts["new"], roster.counts["left"]) == (1, 1)

        services.decide_row(
            actor=admin,
            roster=roster,
            row_id=roster.rows.get(number__gt=0).pk,
            person_id=Person.objects.get(name="林小禾").pk,
            at=NOON,
        )
        roster.refresh_from_db()
        assert (roster.counts.get("new", 0), roster.counts.get("left", 0), roster.counts["moved"]) == (0, 0, 1)

    def test_all_at_once(self, school, admin):
        applied(admin, school, [LIN, HE])
        rows = [("2026098", "何山", "男", "", "七年级1班"), ("2026099", "林小禾", "女", "", "七年级2班")]
        roster = previewed(admin, school, rows)

        assert services.decide_all(actor=admin, roster=roster, same=True, at=NOON) == 2
        roster.refresh_from_db()
        assert (roster.counts["changed"], roster.counts["moved"]) == (1, 1)

    def test_nobody_outside_the_candidates_can_be_chosen(self, school, admin):
        applied(admin, school, [LIN, HE])
        roster = previewed(admin, school, [("2026099", "林小禾", "女", "", "七年级2班")])
        row, he = roster.rows.get(kind="undecided"), Person.objects.get(name="何山")

        with pytest.raises(Refusal):
            services.decide_row(actor=admin, roster=roster, row_id=row.pk, person_id=he.pk, at=NOON)


class TestScope:
    EIGHTH = ("2025001", "方晴", "女", "2012-05-01", "八年级1班")

    @pytest.mark.parametrize(
        ("scope", "leavers"),
        [
            (Scope.SCHOOL, {"何山", "白云川", "方晴"}),
            (Scope.COHORTS, {"何山", "白云川"}),
            (Scope.CLASSES, {"何山"}),
            (Scope.NOBODY, set()),
        ],
    )
    def test_only_students_the_list_should_have_can_leave(self, school, admin, scope, leavers):
        applied(admin, school, [LIN, HE, BAI, self.EIGHTH])
        roster = previewed(admin, school, [LIN], scope=scope)
        assert {name for name, kind in kinds(roster).items() if kind == "left"} == leavers


class TestUndo:
    def test_puts_everything_back(self, school, admin):
        applied(admin, school, [LIN, HE, BAI], head=HEAD)
        before = (placed(school), list(Person.objects.order_by("pk").values_list("pk", "name", "birth_date")))
        roster = applied(
            admin,
            school,
            [
                ("2026002", "林小禾", "女", "2013-05-01", "七年级1班"),
                ("2026001", "何山", "男", "2013-06-20", "七年级3班"),
                ("2026005", "石溪", "男", "2013-09-05", "七年级4班"),
            ],
            at=NOON + timedelta(days=1),
        )
        assert len(placed(school)) == 3

        services.undo_roster(actor=admin, roster=roster, at=NOON + timedelta(days=2))

        after = (placed(school), list(Person.objects.order_by("pk").values_list("pk", "name", "birth_date")))
        assert after == before
        assert not Organisation.objects.filter(kind="class", number__in=[3, 4]).exists()
        assert Announcement.objects.filter(topic="roster.undone").count() == 1

    def test_leaves_a_class_in_which_somebody_was_appointed_since(self, school, admin):
        roster = applied(admin, school, [LIN, BAI])
        node = Organisation.objects.get(kind="class", number=2)
        a_post(a_person(school), PostKind.CLASS_TEACHER, node)

        services.undo_roster(actor=admin, roster=roster, at=NOON)

        left = Organisation.objects.filter(path__startswith=school.path).exclude(pk=school.pk)
        assert set(left) == {node, node.parent}

    def test_takes_guardians_and_groups_back(self, school, admin):
        head = (*HEAD, "监护人姓名", "关系", "监护人电话", "是否留守")
        applied(admin, school, [(*LIN, "林一", "父亲", "13800138001", "否")], head=head)
        roster = applied(
            admin,
            school,
            [(*LIN, "林一", "父亲", "13800138002", "是"), (*HE, "何大", "母亲", "13800138003", "否")],
            head=head,
        )
        lin = Person.objects.get(name="林小禾")
        assert lin.memberships.filter(ends_on=None).count() == 1

        services.undo_roster(actor=admin, roster=roster, at=NOON)

        father = lin.guardianships.get().guardian
        assert father.phone.reveal() == "13800138001"
        assert lin.memberships.count() == 0
        assert not Person.objects.filter(name__in=["何山", "何大"]).exists()

    def test_only_the_latest_import_can_be_undone(self, school, admin):
        first = applied(admin, school, [LIN])
        applied(admin, school, [LIN, HE])
        with pytest.raises(Refusal) as refused:
            services.undo_roster(actor=admin, roster=first, at=NOON)
        assert refused.value.code == "not_latest"

    def test_imports_are_undone_one_after_the_other(self, school, admin):
        first = applied(admin, school, [LIN])
        second = applied(admin, school, [LIN, HE])
        services.undo_roster(actor=admin, roster=second, at=NOON)
        services.undo_roster(actor=admin, roster=first, at=NOON)
        assert placed(school) == {}

    def test_is_refused_once_somebody_moved_a_student_by_hand(self, school, admin):
        roster = applied(admin, school, [LIN])
        Enrolment.objects.filter(school=school).update(ends_on=NOON.date(), left_for="transfer")
        with pytest.raises(Refusal) as refused:
            services.undo_roster(actor=admin, roster=roster, at=NOON)
        assert refused.value.code == "changed_since"
        assert "林小禾" in refused.value.message

    def test_is_refused_once_an_upper_room_knows_a_student(self, school, admin):
        roster = applied(admin, school, [LIN])
        lin = Person.objects.get(name="林小禾")
        StudentCode.objects.create(person=lin, code_hash="x", made_at=NOON, expires_at=NOON)
        with pytest.raises(Refusal) as refused:
            services.undo_roster(actor=admin, roster=roster, at=NOON)
        assert refused.value.code == "in_use"

    def test_older_records_of_known_students_do_not_stand_in_the_way(self, school, admin):
        applied(admin, school, [LIN])
        lin = Person.objects.get(name="林小禾")
        StudentCode.objects.create(person=lin, code_hash="x", made_at=NOON, expires_at=NOON)
        roster = applied(admin, school, [(*LIN[:4], "七年级2班")])

        services.undo_roster(actor=admin, roster=roster, at=NOON)
        assert placed(school) == {"2026001": ("林小禾", 1)}

    def test_what_was_corrected_by_hand_since_stays(self, school, admin):
        applied(admin, school, [LIN])
        roster = applied(admin, school, [(LIN[0], "林小河", *LIN[2:])])
        Person.objects.filter(name="林小河").update(name="林晓禾")
        services.undo_roster(actor=admin, roster=roster, at=NOON)
        assert placed(school) == {"2026001": ("林晓禾", 1)}


class TestApplyingTwice:
    def test_a_job_that_runs_again_changes_nothing(self, school, admin):
        roster = applied(admin, school, [LIN, HE])
        counts = services.apply_roster(actor=admin, roster=roster, at=NOON, progress=lambda *_: None)
        assert counts["new"] == 2
        assert Person.objects.filter(name="何山").count() == 1

    def test_a_stale_preview_is_refused_and_can_be_made_again(self, school, admin):
        roster = previewed(admin, school, [LIN])
        applied(admin, school, [LIN, HE])
        with pytest.raises(Refusal) as refused:
            services.start_applying(actor=admin, roster=roster, at=NOON)
        assert refused.value.code == "stale"

        services.ask_for_preview(actor=admin, roster=roster, at=NOON)
        settle(NOON)
        roster.refresh_from_db()
        assert kinds(roster) == {"林小禾": "same", "何山": "left"}

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, school, admin, monkeypatch):
        roster = previewed(admin, school, [LIN, HE])
        services.start_applying(actor=admin, roster=roster, at=NOON)

        def broken(*_args, **_kwargs):
            raise RuntimeError

        monkeypatch.setattr("xinqiao.rosters.services.writing.Writer._write_groups", broken)
        with pytest.raises(RuntimeError):
            services.apply_roster(actor=admin, roster=roster, at=NOON, progress=lambda *_: None)

        roster.refresh_from_db()
        assert roster.state == ImportState.READY
        assert "什么都没有改动" in roster.said
        assert not Person.objects.filter(name="何山").exists()

    def test_nothing_to_do_is_said_and_not_called_success(self, school, admin):
        applied(admin, school, [LIN])
        roster = previewed(admin, school, [LIN])
        with pytest.raises(Refusal) as refused:
            services.start_applying(actor=admin, roster=roster, at=NOON)
        assert refused.value.code == "nothing"


class TestGuardians:
    head = (*HEAD, "父亲姓名", "父亲电话", "母亲姓名", "母亲电话")

    def test_are_made_with_relation_and_sealed_phone(self, school, admin):
        applied(admin, school, [(*LIN, "林一", "138 0013 8001", "周二", "")], head=self.head)
        lin = Person.objects.get(name="林小禾")
        father, mother = Guardianship.objects.filter(child=lin).order_by("pk")
        assert (father.guardian.name, father.relation, father.first_contact) == ("林一", "father", True)
        assert father.guardian.phone.reveal() == "13800138001"
        assert (mother.relation, mother.first_contact) == ("mother", False)

    def test_brothers_and_sisters_share_one(self, school, admin):
        rows = [(*LIN, "林一", "13800138001", "", ""), (*HE[:1], "林小山", *HE[2:], "林一", "13800138001", "", "")]
        applied(admin, school, rows, head=self.head)
        assert Person.objects.filter(name="林一").count() == 1
        assert Guardianship.objects.filter(guardian__name="林一").count() == 2

    def test_a_new_phone_replaces_the_old_one_and_an_empty_cell_erases_nothing(self, school, admin):
        applied(admin, school, [(*LIN, "林一", "13800138001", "", "")], head=self.head)
        applied(admin, school, [(*LIN, "林一", "13800138009", "", "")], head=self.head)
        father = Person.objects.get(name="林一")
        assert father.phone.reveal() == "13800138009"

        roster = previewed(admin, school, [(*LIN, "林一", "", "", "")], head=self.head)
        assert kinds(roster) == {"林小禾": "same"}

    def test_a_bad_phone_is_left_out_and_the_student_comes_in(self, school, admin):
        roster = applied(admin, school, [(*LIN, "林一", "1380013", "", "")], head=self.head)
        assert roster.counts == {"new": 1, "warned": 1}
        assert not Person.objects.get(name="林一").phone


class TestSecrets:
    head = (*HEAD, "身份证号", "监护人姓名", "监护人电话")

    @staticmethod
    def number(order: int) -> str:
        """A number of a girl born on 1 May 2013, made up but with a fitting check character."""
        body = f"1101012013050100{order}"
        return body + check_character(body)

    def test_identity_numbers_are_left_out_unless_switched_on(self, school, admin):
        applied(admin, school, [(*LIN, "11010120130501001X", "林一", "13800138001")], head=self.head)
        lin = Person.objects.get(name="林小禾")
        assert (bool(lin.id_number), lin.id_fingerprint) == (False, "")

    def test_switched_on_they_are_sealed_and_found_by_their_mark(self, school, admin):
        number = self.number(2)
        roster = applied(
            admin, school, [(*LIN, number, "林一", "13800138001")], head=self.head, fields={5: "id_number"}
        )
        assert roster.counts == {"new": 1, "warned": 0}, list(roster.rows.values_list("faults", flat=True))
        lin = Person.objects.get(id_fingerprint=fingerprint(number))
        assert lin.id_number.reveal() == number

    def test_a_replaced_number_and_phone_return_with_an_undo_even_after_the_keys_were_changed(self, school, admin):
        from xinqiao.vault.services import reseal, rotate

        on = {5: "id_number"}
        applied(admin, school, [(*LIN, self.number(2), "林一", "13800138001")], head=self.head, fields=on)
        changed = [(*LIN, self.number(4), "林一", "13800138002")]
        roster = applied(admin, school, changed, head=self.head, fields=on)
        lin, father = Person.objects.get(name="林小禾"), Person.objects.get(name="林一")
        assert (lin.id_number.reveal(), father.phone.reveal()) == (self.number(4), "13800138002")

        rotate([school.pk], NOON)
        reseal([school.pk])
        services.undo_roster(actor=admin, roster=roster, at=NOON)

        lin, father = Person.objects.get(name="林小禾"), Person.objects.get(name="林一")
        assert (lin.id_number.reveal(), father.phone.reveal()) == (self.number(2), "13800138001")
        assert lin.id_fingerprint == fingerprint(self.number(2))

    def test_a_student_enrolled_elsewhere_is_not_taken_over(self, school, admin):
        other = a_school()
        on = {5: "id_number"}
        row = (*LIN, self.number(2), "", "")
        applied(an_actor(PostKind.SCHOOL_ADMIN, other), other, [row], head=self.head, fields=on)
        roster = previewed(admin, school, [row], head=self.head, fields=on)
        assert roster.rows.get().faults[0][1] == "identity_elsewhere"

    def test_no_plain_number_reaches_the_database(self, school, admin):
        first = [(*LIN, self.number(2), "林一", "13800138001")]
        applied(admin, school, first, head=self.head, fields={5: "id_number"})
        second = [(*LIN, self.number(4), "林一", "13800138002")]
        applied(admin, school, second, head=self.head, fields={5: "id_number"})
        previewed(admin, school, first, head=self.head, fields={5: "id_number"})
        dump = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                cursor.execute(f'select * from "{table}"')
                dump += [repr(bytes(v) if isinstance(v, memoryview) else v) for row in cursor.fetchall() for v in row]
        whole = "".join(dump)
        for secret in (self.number(2), self.number(4), "13800138001", "13800138002"):
            assert secret not in whole


class TestWhoMay:
    def test_owner_colleague_and_stranger(self, school, admin):
        from django.core.exceptions import PermissionDenied

        roster = previewed(admin, school, [LIN])
        colleague = an_actor(PostKind.SCHOOL_ADMIN, school)
        teacher = an_actor(PostKind.CLASS_TEACHER, a_class(school))
        stranger = an_actor(PostKind.SCHOOL_ADMIN, a_school())
        former = a_person(school)
        a_post(former, PostKind.SCHOOL_ADMIN, school, ends_on=NOON.date())
        from xinqiao.access.actor import actor_of

        for actor in (teacher, stranger, actor_of(former, NOON)):
            with pytest.raises(PermissionDenied):
                services.start_applying(actor=actor, roster=roster, at=NOON)
        with pytest.raises(Refusal):  # the class made above changed nothing, the refusal is about nothing else
            services.choose_sheet(actor=colleague, roster=roster, sheet="没有", at=NOON)
        services.start_applying(actor=colleague, roster=roster, at=NOON)
        settle(NOON)
        roster.refresh_from_db()
        assert roster.state == ImportState.APPLIED

    def test_a_right_that_ended_before_the_worker_came_does_nothing(self, school, admin):
        from xinqiao.access.models import Post

        roster = previewed(admin, school, [LIN])
        services.start_applying(actor=admin, roster=roster, at=NOON)
        Post.objects.filter(person=admin.person).update(ends_on=NOON.date())
        settle(NOON)
        assert not Person.objects.filter(name="林小禾").exists()


def test_a_closed_class_that_has_students_again_is_opened_and_closed_again_by_an_undo(school, admin):
    applied(admin, school, [LIN, BAI])
    Organisation.objects.filter(kind="class", number=2).update(closed_on=NOON.date())
    roster = applied(admin, school, [LIN, (*HE[:4], "七年级2班"), BAI])
    assert Organisation.objects.get(kind="class", number=2).closed_on is None

    services.undo_roster(actor=admin, roster=roster, at=NOON)
    assert Organisation.objects.get(kind="class", number=2).closed_on == NOON.date()


@pytest.mark.parametrize(("state", "back"), [("reading", "mapping"), ("applying", "ready")])
def test_an_import_whose_worker_gave_up_is_given_back(school, admin, state, back):
    from xinqiao.rosters.sweeps import release

    roster = previewed(admin, school, [LIN])
    Job.objects.filter(pk=roster.job_id).update(state="failed")
    RosterImport.objects.update(state=state)
    release(NOON)
    roster.refresh_from_db()
    assert roster.state == back
    assert roster.said


def test_unfinished_uploads_and_old_rows_do_not_stay(school, admin):
    from xinqiao.rosters.sweeps import tidy

    done = applied(admin, school, [LIN])
    waiting = previewed(admin, school, [LIN, HE])
    tidy(NOON + timedelta(days=8))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rows.count(), RosterFile.objects.count()) == ("discarded", 0, 0)
    assert done.rows.count() == 1
    tidy(NOON + timedelta(days=70))
    assert done.rows.count() == 0
    services.undo_roster(actor=admin, roster=done, at=NOON)  # what was done is still known
    assert placed(school) == {}


def test_the_file_is_dropped_when_the_import_is_over(school, admin):
    previewed(admin, school, [LIN])
    assert RosterFile.objects.count() == 1
    applied(admin, school, [LIN])
    assert RosterFile.objects.count() == 1
    roster = previewed(admin, school, [HE])
    services.discard(actor=admin, roster=roster, at=NOON)
    assert RosterFile.objects.count() == 1
