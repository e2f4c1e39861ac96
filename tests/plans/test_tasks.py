"""The verbs of a task as owner, colleague, stranger, other school, ended post; and what they refuse in words."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from PIL import Image

from tests.factories import NOON, a_class, a_post, a_school, an_actor
from tests.plans.factories import DAY, a_county, a_plan, a_task, end_posts, handed_in
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.plans import policies
from xinqiao.plans.models import Attachment, HandIn, Task
from xinqiao.plans.selectors import heirs
from xinqiao.plans.services import attaching, giving, tasks

pytestmark = pytest.mark.django_db

OWNER_VERBS = {
    "take": lambda actor, task: tasks.take(actor=actor, task=task, at=NOON),
    "hand_in": lambda actor, task: tasks.hand_in(actor=actor, task=task, text="做了", at=NOON),
    "attach": lambda actor, task: attaching.attach(actor=actor, task=task, upload=a_photo(), at=NOON),
}
ASKER_VERBS = {
    "waive": lambda actor, task: tasks.waive(actor=actor, task=task, reason="停课", at=NOON),
    "postpone": lambda actor, task: tasks.postpone(
        actor=actor, task=task, due_on=task.due_on + 9 * DAY, reason="停课", at=NOON
    ),
    "accept": lambda actor, task: tasks.accept(actor=actor, task=task, at=NOON),
    "return": lambda actor, task: tasks.give_back(actor=actor, task=task, words="缺照片", at=NOON),
}
PEOPLE = ("owner", "colleague", "head", "officer", "expert", "leader", "teacher", "other", "ended")
MAY = {
    **{verb: {"owner", "colleague", "head"} for verb in OWNER_VERBS},
    "waive": {"officer"},
    "postpone": {"officer"},
    "accept": {"officer", "leader"},
    "return": {"officer", "leader"},
}


def a_photo() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    out.seek(0)
    out.name = "照片.jpg"
    return out


def people(world, task):
    """Everybody around a task, as they stand today."""
    owner = actor_of(task.owner.person, NOON)
    colleague = next(each for each in (world.psychs[0], world.seconds[0]) if each.person.pk != task.owner.person_id)
    gone = an_actor(PostKind.PSYCH_TEACHER, world.schools[0])
    end_posts(gone, NOON.date())
    return {
        "owner": owner,
        "colleague": colleague,
        "head": world.heads[0],
        "officer": world.shao,
        "expert": world.yan,
        "leader": world.zhou,
        "teacher": an_actor(PostKind.CLASS_TEACHER, a_class(world.schools[0])),
        "other": world.psychs[1],
        "ended": actor_of(gone.person, NOON),
    }


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("verb", [*OWNER_VERBS, *ASKER_VERBS])
def test_who_may_do_what(verb, who):
    world = a_county()
    task = a_task(a_plan(world), unit=world.schools[0])
    actor = people(world, task)[who]
    if verb in ("accept", "return"):
        task = handed_in(world, task)
    before = Task.objects.values().get(pk=task.pk)
    act = {**OWNER_VERBS, **ASKER_VERBS}[verb]

    if who in MAY[verb]:
        act(actor, task)
        assert Entry.objects.filter(action__startswith="plan_task.", account=actor.account).exists()
    else:
        with pytest.raises(PermissionDenied):
            act(actor, task)
        assert Task.objects.values().get(pk=task.pk) == before


@pytest.mark.parametrize(
    ("who", "sees"),
    [("owner", True), ("colleague", True), ("head", True), ("officer", True), ("expert", True), ("leader", True),
     ("teacher", False), ("other", False), ("ended", False)],
)  # fmt: skip
def test_who_sees_a_task_and_the_plan(who, sees):
    world = a_county()
    plan = a_plan(world)
    task = a_task(plan, unit=world.schools[0])
    actor = people(world, task)[who]

    assert policies.may_see(actor, task) is sees
    assert policies.visible_plans(actor).filter(pk=plan.pk).exists() is (sees or who == "other")


def test_a_class_teacher_sees_the_task_that_is_theirs_and_nothing_else():
    world = a_county(1)
    task = a_task(a_plan(world))
    he = an_actor(PostKind.CLASS_TEACHER, a_class(world.schools[0]))
    post = next(post for post in heirs(task, NOON.date()) if post.person_id == he.person.pk)

    tasks.hand_on(actor=actor_of(task.owner.person, NOON), task=task, to=post, at=NOON)

    assert list(policies.visible_tasks(he)) == [task]
    tasks.hand_in(actor=he, task=task, text="班会开了", at=NOON)
    task.refresh_from_db()
    assert task.state == "handed_in"


def test_handing_on_stays_within_the_unit():
    world = a_county()
    task = a_task(a_plan(world), unit=world.schools[0])
    elsewhere = a_post(world.morals[1].person, PostKind.MORAL_HEAD, a_school())

    with pytest.raises(Refusal) as refused:
        tasks.hand_on(actor=actor_of(task.owner.person, NOON), task=task, to=elsewhere, at=NOON)
    assert refused.value.code == "to"


def test_a_colleague_who_begins_takes_it_over():
    world = a_county()
    task = a_task(a_plan(world), unit=world.schools[0])
    colleague = people(world, task)["colleague"]

    tasks.take(actor=colleague, task=task, at=NOON)

    task.refresh_from_db()
    assert (task.state, task.owner.person) == ("taken", colleague.person)


@pytest.mark.parametrize(("text", "photos", "code"), [("", 1, "text"), ("  ", 1, "text"), ("上课了", 0, "pictures")])
def test_too_little_proof_is_refused(text, photos, code):
    world = a_county(1)
    task = a_task(a_plan(world), "activity-first")
    owner = actor_of(task.owner.person, NOON)
    files = [
        attaching.attach(actor=owner, task=task, upload=a_photo(), picture=True, people_agree=True, at=NOON).pk
        for _ in range(photos)
    ]

    with pytest.raises(Refusal) as refused:
        tasks.hand_in(actor=owner, task=task, text=text, attachments=files, at=NOON)
    assert refused.value.code == code
    assert not HandIn.objects.exists()
    task.refresh_from_db()
    assert task.state == "open"


def test_photos_need_the_tick_and_come_without_their_place():
    world = a_county(1)
    task = a_task(a_plan(world), "activity-first")
    owner = actor_of(task.owner.person, NOON)
    with pytest.raises(Refusal) as refused:
        attaching.attach(actor=owner, task=task, upload=a_photo(), picture=True, at=NOON)
    assert refused.value.code == "consent"

    one = attaching.attach(actor=owner, task=task, upload=a_photo(), picture=True, people_agree=True, at=NOON)
    again = attaching.attach(actor=owner, task=task, upload=a_photo(), picture=True, people_agree=True, at=NOON)
    assert one == again
    row = tasks.hand_in(actor=owner, task=task, text="上了课", attachments=[one.pk], at=NOON)

    assert [file.pk for file in row.attachments.all()] == [one.pk]
    with Image.open(one.file.path) as kept:
        assert not kept.getexif()


@pytest.mark.parametrize("url", ["https://example.com/a", "//example.com", "relative"])
def test_links_stay_in_the_house(url):
    world = a_county(1)
    task = a_task(a_plan(world))

    with pytest.raises(Refusal) as refused:
        tasks.hand_in(actor=actor_of(task.owner.person, NOON), task=task, text="做了", links=[("记录", url)], at=NOON)
    assert refused.value.code == "link"


def test_files_of_another_task_are_not_taken():
    world = a_county(1)
    plan = a_plan(world)
    task, other = a_task(plan), a_task(plan, "activity-first")
    owner = actor_of(other.owner.person, NOON)
    file = attaching.attach(actor=owner, task=other, upload=a_photo(), at=NOON)

    tasks.hand_in(actor=actor_of(task.owner.person, NOON), task=task, text="做了", attachments=[file.pk], at=NOON)

    assert Attachment.objects.get(pk=file.pk).hand_in is None


def test_withdrawn_material_can_be_changed_and_handed_in_again():
    world = a_county(1)
    task = a_task(a_plan(world))
    owner = actor_of(task.owner.person, NOON)
    file = attaching.attach(actor=owner, task=task, upload=a_photo(), at=NOON)
    tasks.hand_in(actor=owner, task=task, text="做了", attachments=[file.pk], at=NOON)

    tasks.withdraw(actor=owner, task=task, at=NOON)
    attaching.detach(actor=owner, attachment=file, at=NOON)
    tasks.hand_in(actor=owner, task=task, text="做了两次", at=NOON)

    assert list(task.hand_ins.order_by("number").values_list("number", "verdict")) == [(1, "withdrawn"), (2, "")]


def test_what_is_handed_in_cannot_be_let_go():
    world = a_county(1)
    task = a_task(a_plan(world))
    owner = actor_of(task.owner.person, NOON)
    file = attaching.attach(actor=owner, task=task, upload=a_photo(), at=NOON)
    tasks.hand_in(actor=owner, task=task, text="做了", attachments=[file.pk], at=NOON)

    with pytest.raises(Refusal):
        attaching.detach(actor=owner, attachment=file, at=NOON)


def test_nobody_accepts_their_own_while_somebody_else_could():
    world = a_county(1)
    plan = a_plan(world)
    report = a_task(plan, "report-year")
    Task.objects.filter(pk=report.pk).update(owner=world.shao.posts[0].id)
    report.refresh_from_db()
    tasks.hand_in(actor=world.shao, task=report, text="总结", at=NOON)

    with pytest.raises(PermissionDenied):
        tasks.accept(actor=world.shao, task=report, at=NOON)

    end_posts(world.zhou, NOON.date())
    tasks.accept(actor=world.shao, task=report, at=NOON)
    assert Entry.objects.get(action="plan_task.accepted").facts == {"own": True}


@pytest.mark.parametrize("verb", ["return", "waive", "reopen"])
def test_words_are_asked_for(verb):
    world = a_county(1)
    task = a_task(a_plan(world))
    if verb == "return":
        handed_in(world, task)
    if verb == "reopen":
        tasks.waive(actor=world.shao, task=task, reason="停课", at=NOON)
    act = {
        "return": lambda: tasks.give_back(actor=world.shao, task=task, words=" ", at=NOON),
        "waive": lambda: tasks.waive(actor=world.shao, task=task, reason=" ", at=NOON),
        "reopen": lambda: tasks.reopen(actor=world.shao, task=task, reason=" ", at=NOON),
    }[verb]
    with pytest.raises(Refusal) as refused:
        act()
    assert refused.value.field in ("words", "reason")


def test_an_accepted_task_opened_again_is_returned_with_the_reason():
    world = a_county(1)
    task = handed_in(world, a_task(a_plan(world)))
    tasks.accept(actor=world.shao, task=task, at=NOON)

    tasks.reopen(actor=world.shao, task=task, reason="照片不是本校的", due_on=date(2026, 12, 20), at=NOON)

    task.refresh_from_db()
    assert (task.state, task.due_on) == ("returned", date(2026, 12, 20))
    last = task.hand_ins.get()
    assert (last.verdict, last.words) == ("returned", "照片不是本校的")


def test_owners_are_reminded_once_each_and_only_of_what_is_open():
    world = a_county()
    plan = a_plan(world)
    done = handed_in(world, a_task(plan, unit=world.schools[0]))
    rows = plan.tasks.filter(measure="summary-month", slot="2026-11")
    Announcement.objects.all().delete()

    count = tasks.remind_many(actor=world.shao, tasks=rows, at=NOON)

    assert count == len(rows) - 1
    told = [row.payload["person_id"] for row in Announcement.objects.filter(topic="person.waits")]
    assert done.owner.person_id not in told
    with pytest.raises(Refusal):
        tasks.remind_many(actor=world.psychs[1], tasks=rows, at=NOON)


# --- tasks that no measure makes ----------------------------------------------------------------------------------


def call(**more) -> giving.Request:
    facts = {"title": "报送五月活动小结和照片", "due_on": date(2026, 12, 10), "needs": {"pictures": 1}, "gathers": True}
    return giving.Request(**{**facts, **more})


def test_a_call_asks_every_unit_once():
    world = a_county()
    facts = {"actor": world.shao, "asker": world.bureau, "units": world.schools, "origin": "call", "at": NOON}

    made = tasks.give(request=call(subject="teams.decision:7"), **facts)
    again = tasks.give(request=call(subject="teams.decision:7"), **facts)

    assert {task.pk for task in made} == {task.pk for task in again}
    assert [task.unit for task in made] == world.schools
    assert all(task.needs == {"text": True, "files": 0, "pictures": 1} for task in made)
    assert {task.owner.kind for task in made} == {"moral_head"}
    assert Announcement.objects.filter(topic="task.opened").count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [({"title": " "}, "title"), ({"due_on": date(2026, 11, 1)}, "due_on"), ({"owners": ["king"]}, "post"),
     ({"accept": "all"}, "accept")],
)  # fmt: skip
def test_what_a_request_must_hold(more, code):
    world = a_county(1)
    with pytest.raises(Refusal) as refused:
        tasks.give(actor=world.shao, asker=world.bureau, units=world.schools, request=call(**more), at=NOON)
    assert refused.value.code == code
    assert not Task.objects.exists()


def test_tasks_go_only_to_ones_own_and_to_who_takes_part():
    world = a_county(1)
    stranger = a_school()
    with pytest.raises(Refusal) as refused:
        tasks.give(actor=world.shao, asker=world.bureau, units=[*world.schools, stranger], request=call(), at=NOON)
    assert refused.value.code == "units"
    assert not Task.objects.exists()


def test_taking_part_in_a_plan_gives_no_say_over_the_others():
    world = a_county()
    plan = a_plan(world)
    facts = {"units": [world.schools[1]], "request": call(), "plan": plan, "at": NOON}
    with pytest.raises(Refusal) as refused:
        tasks.give(actor=world.heads[0], asker=world.schools[0], **facts)
    assert refused.value.code == "units"
    with pytest.raises(PermissionDenied):
        tasks.give(actor=world.heads[0], asker=world.bureau, **facts)


@pytest.mark.parametrize(
    ("who", "origin", "may"),
    [("shao", "extra", True), ("yan", "extra", False), ("yan", "decision", True), ("yan", "mending", True),
     ("zhou", "mending", False), ("psych", "call", False)],
)  # fmt: skip
def test_who_may_give(who, origin, may):
    world = a_county(1)
    actor = {"shao": world.shao, "yan": world.yan, "zhou": world.zhou, "psych": world.psychs[0]}[who]
    facts = {"asker": world.bureau, "units": world.schools, "request": call(), "origin": origin, "at": NOON}
    if may:
        assert tasks.give(actor=actor, **facts)
    else:
        with pytest.raises(PermissionDenied):
            tasks.give(actor=actor, **facts)
