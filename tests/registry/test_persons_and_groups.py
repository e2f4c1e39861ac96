"""Particulars, guardians, sealed numbers, and groups that only show from their own depth."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, TODAY, a_student, an_actor
from tests.registry.factories import a_world
from xinqiao.access.enums import Depth, PostKind
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.identity import Unfit, check_character, identity_of, masked, phone_of
from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Person, PopulationGroup
from xinqiao.registry import policies
from xinqiao.registry.selectors import classes, persons
from xinqiao.registry.services.groups import add_group, put_in, set_members, take_out
from xinqiao.registry.services.guardians import Guardian, add_guardian, edit_guardian, end_guardian
from xinqiao.registry.services.persons import (
    Student,
    add_student,
    edit_student,
    read_identity,
    read_phones,
    set_identity,
)

pytestmark = pytest.mark.django_db
BODY = "99000020120501004"  # no such region: nobody has this number
NUMBER = BODY + check_character(BODY)
DAY = timedelta(days=1)


def student_of(world):
    return world.students[0]


# --- particulars ----------------------------------------------------------------------------------------------------
def test_a_new_student_is_in_the_class_from_today():
    world = a_world()
    typed = Student("新同学", "2026999", "f", date(2012, 1, 2), True)
    person = add_student(actor=world.admin, class_node=world.node, student=typed, at=NOON)
    place = Enrolment.objects.get(person=person)
    assert (place.class_node, place.school, place.starts_on, place.boarding) == (world.node, world.school, TODAY, True)
    assert person.keeper == world.school


def test_a_number_in_use_is_refused_and_an_impossible_birth_too():
    world = a_world()
    held = Enrolment.objects.get(person=student_of(world)).student_number
    for typed, field in ((Student("x", held), "number"), (Student("x", "1", "", date(1800, 1, 1)), "birth_date")):
        with pytest.raises(Refusal) as refused:
            add_student(actor=world.admin, class_node=world.node, student=typed, at=NOON)
        assert refused.value.field == field


@pytest.mark.parametrize("who", ["lin", "leader", "teacher", "officer", "system", "stranger"])
def test_only_the_administrator_of_the_school_keeps_particulars(who):
    world = a_world()
    actor, child, typed = getattr(world, who), student_of(world), Student("x", "1")
    row = Guardianship.objects.get(child=child)
    for verb, asked in (
        (add_student, {"class_node": world.node, "student": typed}),
        (edit_student, {"person": child, "student": typed}),
        (set_identity, {"person": child, "number": NUMBER}),
        (read_identity, {"person": child}),
        (add_guardian, {"child": child, "guardian": Guardian("x", "mother")}),
        (edit_guardian, {"guardianship": row, "guardian": Guardian("x", "mother")}),
        (end_guardian, {"guardianship": row}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=actor, at=NOON, **asked)


def test_the_number_is_corrected_where_the_student_is():
    world = a_world()
    typed = Student("改名", "777", "m", date(2012, 5, 2), False)
    edit_student(actor=world.admin, person=student_of(world), student=typed, at=NOON)
    place = Enrolment.objects.select_related("person").get(person=student_of(world))
    assert (place.student_number, place.boarding, place.person.name) == ("777", False, "改名")


def test_a_student_who_left_is_still_kept_by_the_old_school_and_one_who_is_elsewhere_is_not():
    world = a_world()
    child = student_of(world)
    Enrolment.objects.filter(person=child).update(ends_on=TODAY, left_for="transfer")
    assert policies.students_to_keep(world.admin, NOON).filter(pk=child.pk).exists()
    assert not policies.students_to_see(world.lin, NOON).filter(pk=child.pk).exists()
    from tests.factories import a_class

    there = a_class(world.next_door)
    Enrolment.objects.create(
        person=child, class_node=there, school=world.next_door, student_number="1", starts_on=TODAY
    )
    assert not policies.students_to_keep(world.admin, NOON).filter(pk=child.pk).exists()
    assert policies.students_to_keep(world.stranger, NOON).filter(pk=child.pk).exists()


# --- numbers --------------------------------------------------------------------------------------------------------
def test_an_identity_number_is_sealed_and_its_reading_leaves_a_trace():
    world = a_world()
    child = student_of(world)
    Person.objects.filter(pk=child.pk).update(birth_date=None, sex="")
    set_identity(actor=world.admin, person=child, number=NUMBER.lower(), at=NOON)
    child.refresh_from_db()
    assert child.birth_date == date(2012, 5, 1)
    assert str(child.id_number) == "〔密〕"
    if connection.vendor == "sqlite":
        raw = connection.connection.execute("select id_number from people_person where id=?", [child.pk]).fetchone()[0]
        assert isinstance(connection.connection, sqlite3.Connection)
        assert NUMBER.encode() not in bytes(raw)
    assert read_identity(actor=world.admin, person=child, at=NOON) == NUMBER
    entry = Entry.objects.filter(reading=True).get()
    assert (entry.action, entry.person, NUMBER in str(entry.facts)) == ("person.identity_read", child.pk, False)
    set_identity(actor=world.admin, person=child, number="", at=NOON)
    assert read_identity(actor=world.admin, person=child, at=NOON) == ""


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "identity_check"),
        ("990000201205", "identity_form"),
        ("99000020121301004" + check_character("99000020121301004"), "identity_date"),
        ("99000020120502004" + check_character("99000020120502004"), "identity_birth"),
        ("99000020120501003" + check_character("99000020120501003"), "identity_sex"),
    ],
)
def test_identity_numbers_that_cannot_be_right(number, code):
    world = a_world()
    with pytest.raises(Refusal) as refused:
        set_identity(actor=world.admin, person=student_of(world), number=number, at=NOON)
    assert (refused.value.code, refused.value.field) == (code, "number")
    assert number not in str(refused.value)


def test_two_people_of_a_school_do_not_have_one_number():
    world = a_world()
    set_identity(actor=world.admin, person=world.students[0], number=NUMBER, at=NOON)
    with pytest.raises(Refusal) as refused:
        set_identity(actor=world.admin, person=world.students[1], number=NUMBER, at=NOON)
    assert refused.value.code == "identity_taken"


@given(
    body=st.from_regex(r"\A[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}\Z"),
    place=st.integers(0, 16),
)
def test_one_wrong_digit_never_passes(body, place):
    """ISO 7064 MOD 11-2 finds every single wrong digit."""
    number = body + check_character(body)
    assert identity_of(number, latest=date(2100, 1, 1)).value == number
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    with pytest.raises(Unfit):
        identity_of(wrong, latest=date(2100, 1, 1))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("138 0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("(010)62345678", "010-62345678"),
        ("010—62345678转12", "010-62345678转12"),
        ("400-123-4567", "4001234567"),
        ("", ""),
    ],
)
def test_phones_come_into_one_writing(typed, number):
    assert phone_of(typed) == number


def test_a_phone_shows_masked():
    assert masked("13800138000") == "138****8000"


# --- guardians ------------------------------------------------------------------------------------------------------
def test_brothers_and_sisters_share_a_guardian():
    world = a_world()
    typed = Guardian("赵芳", "mother", "13800138000", first_contact=True)
    rows = [add_guardian(actor=world.admin, child=child, guardian=typed, at=NOON) for child in world.students]
    assert rows[0].guardian == rows[1].guardian
    with pytest.raises(Refusal):
        add_guardian(actor=world.admin, child=world.students[0], guardian=typed, at=NOON)
    edit_guardian(actor=world.admin, guardianship=rows[0], guardian=Guardian("赵芳", "mother", "13900139000"), at=NOON)
    phones = read_phones(actor=world.admin, child=world.students[1], at=NOON)
    assert phones == {rows[1].pk: "13900139000"}


def test_exactly_one_is_called_first():
    world = a_world()
    child = student_of(world)
    old = Guardianship.objects.get(child=child)
    new = add_guardian(actor=world.admin, child=child, guardian=Guardian("爷爷", "grandparent"), at=NOON)
    assert (old.first_contact, new.first_contact) == (True, False)
    edit_guardian(
        actor=world.admin, guardianship=new, guardian=Guardian("爷爷", "grandparent", first_contact=True), at=NOON
    )
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.first_contact, new.first_contact) == (False, True)
    end_guardian(actor=world.admin, guardianship=new, at=NOON)
    old.refresh_from_db()
    assert old.first_contact
    with pytest.raises(Refusal):
        end_guardian(actor=world.admin, guardianship=new, at=NOON)


@pytest.mark.parametrize(
    ("who", "may"), [("teacher", True), ("lin", True), ("admin", True), ("stranger", False), ("officer", False)]
)
def test_who_reads_a_guardians_phone_and_that_it_is_noted(who, may):
    world = a_world()
    child = student_of(world)
    if not may:
        with pytest.raises(PermissionDenied):
            read_phones(actor=getattr(world, who), child=child, at=NOON)
        return
    read_phones(actor=getattr(world, who), child=child, at=NOON)
    assert Entry.objects.get().action == "person.phones_read"


# --- groups ---------------------------------------------------------------------------------------------------------
SEES = {
    "lin": {2, 3, 4},
    "leader": {2, 3},
    "teacher": {2},
    "admin": {2},
    "officer": set(),
    "system": set(),
    "stranger": set(),
}
KEEPS = {"lin"}


@pytest.mark.parametrize("who", SEES)
def test_a_group_shows_from_its_own_depth_everywhere(who):
    """The truth table: class page, person page, list of groups, member list, export."""
    world = a_world()
    actor, child = getattr(world, who), student_of(world)
    PopulationGroup.objects.filter(owner=None).delete()
    groups = {
        depth: PopulationGroup.objects.create(owner=world.school, code=f"g{depth}", name=f"群{depth}", depth=depth)
        for depth in (2, 3, 4)
    }
    for group in groups.values():
        GroupMembership.objects.create(person=child, group=group, source="x", starts_on=TODAY)
    seen = {f"群{depth}" for depth in SEES[who]}
    rows = list(classes.students(world.node, "", NOON))
    assert set(classes.groups_of(rows, actor, world.node, NOON).get(child.pk, [])) == seen
    assert {line.group.name for line in persons.groups_with_counts(actor, world.node, NOON)} == seen
    assert {row.group.name for row in persons.about(actor, child, NOON).memberships or []} == seen
    kept = {group.name for group in policies.groups_to_keep(actor, world.node)}
    assert kept == (seen if who in KEEPS else set())


@pytest.mark.parametrize("who", [who for who in SEES if who not in KEEPS])
def test_only_the_psychology_teacher_puts_people_into_groups(who):
    world = a_world()
    actor, child = getattr(world, who), student_of(world)
    group = PopulationGroup.objects.create(owner=world.school, code="g", name="群", depth=2)
    held = GroupMembership.objects.create(person=world.students[1], group=group, source="x", starts_on=TODAY)
    for verb, asked in (
        (add_group, {"owner": world.school, "name": "x", "depth": 4}),
        (put_in, {"person": child, "group": group, "source": "x", "starts_on": TODAY}),
        (take_out, {"membership": held}),
        (set_members, {"class_node": world.node, "group": group, "people": [], "source": "x"}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=actor, at=NOON, **asked)


def test_in_and_out_keep_source_and_dates():
    world = a_world()
    group = PopulationGroup.objects.get(code="left_behind")
    asked = {"actor": world.lin, "person": student_of(world), "group": group, "at": NOON}
    row = put_in(source="班主任了解", starts_on=TODAY - 5 * DAY, **asked)
    with pytest.raises(Refusal):
        put_in(source="家长告知", starts_on=TODAY, **asked)
    out = take_out(actor=world.lin, membership=row, at=NOON)
    assert (out.source, out.starts_on, out.ends_on) == ("班主任了解", TODAY - 5 * DAY, TODAY)
    with pytest.raises(Refusal):
        take_out(actor=world.lin, membership=row, at=NOON)
    put_in(source="家长告知", starts_on=TODAY, **asked)


def test_a_class_is_ticked_in_one_go():
    world = a_world(3)
    group = PopulationGroup.objects.get(code="migrant")
    ids = [person.pk for person in world.students]
    asked = {"actor": world.lin, "class_node": world.node, "group": group, "at": NOON}
    with pytest.raises(Refusal) as refused:
        set_members(people=ids[:1], source=" ", **asked)
    assert refused.value.field == "source"
    changed = set_members(people=ids[:2], source="花名册", **asked)
    assert (changed.added, changed.removed) == (2, 0)
    changed = set_members(people=ids[1:], source="花名册", **asked)
    assert (changed.added, changed.removed) == (1, 1)
    assert set(persons.members(group, world.node, NOON).values_list("person", flat=True)) == set(ids[1:])
    assert Entry.objects.filter(action="group.class_set").count() == 2
    with pytest.raises(Refusal):
        set_members(people=[a_student(world.other).pk], source="x", **asked)


def test_an_own_group_is_known_in_its_school_only():
    world = a_world()
    group = add_group(actor=world.lin, owner=world.school, name="新转入", depth=2, at=NOON)
    assert group in policies.groups_at(world.node)
    assert group not in policies.groups_at(world.next_door)
    for name in ("新转入", "留守儿童"):
        with pytest.raises(Refusal):
            add_group(actor=world.lin, owner=world.school, name=name, depth=2, at=NOON)
    with pytest.raises(Refusal):
        add_group(actor=world.lin, owner=world.school, name="x", depth=5, at=NOON)


def test_the_depth_into_groups_follows_list_or_file():
    world = a_world()
    assert policies.group_depth(world.leader, world.node.path) == Depth.PLAN
    assert policies.group_depth(world.teacher, world.other.path) == Depth.NONE
    head = an_actor(PostKind.GRADE_HEAD, world.node.parent)
    assert policies.group_depth(head, world.node.path) == Depth.CARE
