"""Staff, and the posts they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import Post
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Enrolment, Organisation, Person, current
from xinqiao.people.selectors import school_of
from xinqiao.registry import policies
from xinqiao.registry.endings import end_posts, end_turns, is_over, leaves_nobody
from xinqiao.registry.rules import posts_that_fit
from xinqiao.registry.sealing import set_phone


@dataclass(frozen=True)
class Particulars:
    """Who somebody is, as typed. phone: any usual writing, or "" for none, None to leave it as it is."""

    name: str
    sex: str = ""
    birth_date: date | None = None
    phone: str | None = None


def _must_appoint(actor: Actor, node: Organisation) -> None:
    if actor != HOUSE and not actor.may(Action.MANAGE_POSTS, node.path or "-"):
        raise PermissionDenied


@transaction.atomic
def add_staff(
    *, actor: Actor, keeper: Organisation, particulars: Particulars, at: datetime, another: bool = False
) -> Person:
    """A member of staff kept by ``keeper`` (a school, a bureau …), without any post yet.

    Raises Refusal(code="namesake") when somebody of that name works there already, unless ``another`` says that this
    is a different person; Refusal(field="phone") for a number that cannot be right.
    """
    _must_appoint(actor, keeper)
    name = particulars.name.strip()
    if keeper.kind in ("grade", "class"):
        raise Refusal(_("教职工登记在学校或单位，不登记在班级。"), code="keeper", field="keeper")
    namesakes = Post.objects.filter(organisation__path__startswith=keeper.path or "-", person__name=name)
    if not another and namesakes.exists():
        words = _("这里已有一位“%(name)s”。如果是同一个人，请直接任命；确实是另一个人，请勾选下面的选项。")
        raise Refusal(words % {"name": name}, code="namesake", field="name")
    person = Person(name=name, sex=particulars.sex, keeper=keeper)
    set_phone(person, particulars.phone or "")
    person.save()
    _note(actor, "staff.added", person, keeper, at)
    return person


@transaction.atomic
def edit_staff(*, actor: Actor, person: Person, particulars: Particulars, at: datetime) -> Person:
    """Correct name, sex or phone of somebody in reach."""
    person = Person.objects.select_for_update(of=("self",)).select_related("keeper").get(pk=person.pk)
    if not policies.staff_in_reach(actor, at).filter(pk=person.pk).exists():
        raise PermissionDenied
    person.name, person.sex = particulars.name.strip(), particulars.sex
    fields = ["name", "sex"]
    if particulars.phone is not None:
        set_phone(person, particulars.phone)
        fields += ["phone", "phone_fingerprint"]
    person.save(update_fields=fields)
    if person.account is not None and person.account.name != person.name:
        person.account.name = person.name
        person.account.save(update_fields=["name"])
    _note(actor, "staff.changed", person, person.keeper, at)
    return person


@transaction.atomic
def appoint(
    *,
    actor: Actor,
    person: Person,
    kind: str,
    organisation: Organisation,
    starts_on: date,
    ends_on: date | None,
    at: datetime,
) -> Post:
    """Give somebody a post at an organisation, from ``starts_on`` up to but not including ``ends_on``.

    Nobody appoints themselves. Students can only be peer reps, of the class they are in; staff cannot.
    Raises PermissionDenied, Refusal naming the field.
    """
    _must_appoint(actor, organisation)
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if actor.person is not None and actor.person.pk == person.pk:
        raise Refusal(_("不能任命自己，请由上级或另一位管理员办理。"), code="self", field="person")
    if kind not in posts_that_fit(organisation.kind) or organisation.closed_on:
        raise Refusal(_("这个岗位不能设在这里，请选择合适的组织。"), code="kind", field="kind")
    _must_be_the_right_person(actor, person, kind, organisation, at)
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(_("结束日期应晚于开始日期。"), code="dates", field="ends_on")
    same = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on), person=person, organisation=organisation)
    if ends_on is not None:
        same = same.filter(starts_on__lt=ends_on)
    if same.filter(kind=kind).exists():
        words = _("%(name)s 在这段时间已经担任这个岗位。") % {"name": person.name}
        raise Refusal(words, code="held", field="starts_on")
    post = Post.objects.create(
        person=person,
        organisation=organisation,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        appointed_by=actor.account,
    )
    _note_post(actor, "post.appointed", post, at)
    return post


def _must_be_the_right_person(actor: Actor, person: Person, kind: str, node: Organisation, at: datetime) -> None:
    place = Enrolment.objects.filter(current(localdate(at)), person=person).first()
    if kind == PostKind.PEER_REP:
        if place is None or place.class_node_id != node.pk:
            raise Refusal(_("心理委员只能由本班在读的学生担任。"), code="student", field="person")
    elif place is not None:
        raise Refusal(_("在读学生不能担任这个岗位。"), code="student", field="person")
    elif actor != HOUSE and not policies.staff_in_reach(actor, at).filter(pk=person.pk).exists():
        raise PermissionDenied


@transaction.atomic
def end_post(*, actor: Actor, post: Post, ends_on: date, at: datetime) -> Post:
    """End a post on a day (its first day without it; today at the earliest). Sight ends the same day; duty turns too.

    Raises Refusal(code="last") when the school would have students and nobody of its own care chain.
    """
    node = Organisation.objects.select_for_update(of=("self",)).get(pk=post.organisation_id)
    post = Post.objects.select_for_update(of=("self",)).select_related("organisation", "person").get(pk=post.pk)
    _must_appoint(actor, node)
    today = localdate(at)
    if is_over(post, at):
        raise Refusal(_("这个岗位已经结束。"), code="move")
    if ends_on < today:
        raise Refusal(_("结束日期最早是今天。"), code="dates", field="ends_on")
    if leaves_nobody(post, ends_on):
        words = _(
            "%(name)s 是这所学校最后一位负责心理工作的人（心理教师、德育主任或学校领导）。"
            "请先任命接替的人，再结束这个岗位，这样学生的事才不会没有人管。"
        )
        raise Refusal(words % {"name": post.person.name}, code="last")
    end_posts(Post.objects.filter(pk=post.pk), ends_on)
    end_turns(post, datetime.combine(ends_on, time(0), get_current_timezone()) if ends_on > today else at)
    post.refresh_from_db()
    _note_post(actor, "post.ended", post, at)
    announce("post.ended", at=at, post_id=post.pk)
    return post


def _note_post(actor: Actor, action: str, post: Post, at: datetime) -> None:
    school = school_of(post.organisation) or post.organisation
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=school.pk,
        subject=post,
        person=post.person_id,
        kind=post.kind,
        organisation=post.organisation_id,
        starts_on=post.starts_on.isoformat(),
        ends_on=post.ends_on.isoformat() if post.ends_on else "",
    )


def _note(actor: Actor, action: str, person: Person, keeper: Organisation, at: datetime) -> None:
    record(
        account=actor.account, who=actor.who, action=action, at=at, owner=keeper.pk, subject=person, person=person.pk
    )
