"""Who sees which plans and tasks, and who may do what with them. Counts and work only: no child is known here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor, Held
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import Post
from xinqiao.access.table import TABLE, depth_of
from xinqiao.people.models import Organisation, current
from xinqiao.people.selectors import under
from xinqiao.plans.enums import Origin
from xinqiao.plans.models import Attachment, Plan, PlanUnit, Task

LEADERS = (
    PostKind.SCHOOL_LEADER, PostKind.BUREAU_LEADER, PostKind.UNIT_LEADER, PostKind.GRADE_HEAD, PostKind.CLASS_TEACHER,
    PostKind.MORAL_HEAD, PostKind.BUREAU_OFFICER, PostKind.UNIT_OFFICER,
)  # fmt: skip
"""Who answers for an organisation, the head first: a late task climbs to them."""

OFFICERS = (
    PostKind.BUREAU_OFFICER, PostKind.UNIT_OFFICER, PostKind.MORAL_HEAD, PostKind.SCHOOL_LEADER, PostKind.UNIT_LEADER,
    PostKind.BUREAU_LEADER, PostKind.GRADE_HEAD, PostKind.CLASS_TEACHER, PostKind.PSYCH_TEACHER, PostKind.SCHOOL_ADMIN,
    PostKind.BUREAU_EXPERT,
)  # fmt: skip
"""Who does what nobody was named for, whoever runs things day by day first."""

WORKERS = tuple(kind for kind in TABLE if depth_of(kind, Action.DO_TASKS))
"""Posts that may own a task."""

GIVES = {
    Origin.CALL: (Action.RUN_PLANS,),
    Origin.EXTRA: (Action.RUN_PLANS,),
    Origin.DECISION: (Action.MANAGE_TEAMS, Action.RUN_PLANS),
    Origin.MENDING: (Action.INSPECT, Action.RUN_PLANS),
}
"""What somebody must be allowed at the asking organisation to give a task of an origin."""


def is_house(actor: Actor) -> bool:
    return actor.kind == "house"


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of organisations in reach, and those in which an organisation in reach takes part."""
    if is_house(actor):
        return Plan.objects.all()
    paths = actor.paths(Action.SEE_PLANS)
    part = PlanUnit.objects.filter(under(paths, "organisation__path")).values("plan")
    return Plan.objects.filter(under(paths, "organisation__path") | Q(pk__in=part))


def visible_tasks(actor: Actor) -> QuerySet[Task]:
    """What organisations in reach owe or have asked for, and what the actor's own posts own or were shown."""
    if is_house(actor):
        return Task.objects.all()
    paths, mine = actor.paths(Action.SEE_PLANS), own_posts(actor)
    return Task.objects.filter(
        under(paths, "unit__path") | under(paths, "asker__path") | Q(owner__in=mine) | Q(climbed_to__in=mine)
    )


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """Files of tasks in sight."""
    return Attachment.objects.filter(task__in=visible_tasks(actor).values("pk"))


def own_posts(actor: Actor) -> list[int]:
    """Ids of the posts by which the actor may own tasks."""
    return [post.id for post in actor.posts if depth_of(post.kind, Action.DO_TASKS)]


def may_see(actor: Actor, task: Task) -> bool:
    return visible_tasks(actor).filter(pk=task.pk).exists()


def may_run(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor may run plans of an organisation: apply, amend, pause, give tasks, waive."""
    return is_house(actor) or actor.may(Action.RUN_PLANS, organisation.path)


def may_give(actor: Actor, asker: Organisation, origin: str) -> bool:
    return is_house(actor) or any(actor.may(action, asker.path) for action in GIVES[Origin(origin)])


def may_hand_in(actor: Actor, task: Task) -> bool:
    """The owner, a colleague at the unit whose post may own it, and whoever leads the unit. Nobody from above."""
    if is_house(actor) or task.owner_id in own_posts(actor):
        return True
    return any(post.kind in task.owners or post.kind in LEADERS for post in _at(actor, task.unit_id))


def may_hand_on(actor: Actor, task: Task) -> bool:
    return may_hand_in(actor, task) or may_run(actor, task.asker)


def may_waive(actor: Actor, task: Task) -> bool:
    """Whoever asked may do without it."""
    return may_run(actor, task.asker)


def may_review(actor: Actor, task: Task) -> bool:
    """Whether the actor may accept or return what was handed in: whoever ``Task.accept`` names, and never one's own
    hand-in unless nobody else could (an office of one person must not stand still; the trail says so)."""
    if is_house(actor) or not reviews(actor.posts, task):
        return False
    last = task.hand_ins.order_by("-number").first()
    if last is None or actor.person is None or last.by_id != actor.person.pk:
        return True
    return not others_review(actor, task)


def reviews(posts: Iterable[Held], task: Task) -> bool:
    """Whether one of the posts accepts this task, whoever handed it in."""
    return any(_reviews(post.kind, post.organisation_id, post.path, task) for post in posts)


def _reviews(kind: str, organisation_id: int, path: str, task: Task) -> bool:
    if task.origin == Origin.MENDING:  # done only when an inspector has looked again
        return bool(depth_of(kind, Action.INSPECT)) and task.asker.path.startswith(path)
    if task.accept == "unit" and organisation_id == task.unit_id and kind in LEADERS:
        return True
    if organisation_id == task.asker_id and (kind in task.leads or kind in LEADERS):
        return True
    return bool(depth_of(kind, Action.RUN_PLANS)) and task.asker.path.startswith(path)


def others_review(actor: Actor, task: Task) -> bool:
    """Whether a second person holds a post today that accepts this task. One query."""
    if actor.on is None:
        return True
    near = {*task.asker.ancestors_ids(), task.unit_id}
    posts = Post.objects.filter(current(actor.on), organisation__in=near).exclude(person=actor.person)
    return any(
        _reviews(post.kind, post.organisation_id, post.organisation.path, task)
        for post in posts.select_related("organisation")
    )


def _at(actor: Actor, organisation_id: int) -> list[Held]:
    return [
        post for post in actor.posts if post.organisation_id == organisation_id and depth_of(post.kind, Action.DO_TASKS)
    ]
