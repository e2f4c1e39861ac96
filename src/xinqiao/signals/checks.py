"""The promises of this room, looked for in the rows themselves (``xinqiao doctor``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.chain import BUREAU_CHAIN, CARE_CHAIN
from xinqiao.access.models import Post
from xinqiao.audit.services import subject_of
from xinqiao.kernel.findings import Finding
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Organisation, current
from xinqiao.screening.models import Sitting
from xinqiao.signals import policies, rules, selectors
from xinqiao.signals.enums import ChangeState, InterviewState, SignalState
from xinqiao.signals.models import OPEN, Climb, Evidence, Interview, LevelChange, Signal

GRACE = timedelta(minutes=5)
"""Sweeps come every minute; what stands longer than this is not being looked after."""


def violations(at: datetime) -> Iterator[Finding]:
    """Every row of this room that breaks a safety promise at a moment. Changes nothing."""
    for check in CHECKS:
        yield from check(at)


def _owners(at: datetime) -> Iterator[Finding]:
    for signal in selectors.orphaned(at):
        yield Finding(
            "owner",
            subject_of(signal),
            _("未结束的信号没有在岗的负责人。请任命心理教师或校领导，系统会在一分钟内交给他们。"),
        )


def _reach(at: datetime) -> Iterator[Finding]:
    rows = Signal.objects.filter(OPEN).select_related("school", "owner_post__organisation")
    for signal in rows.iterator(chunk_size=500):
        if not policies.may_hold(signal.owner_post, signal.school):
            yield Finding(
                "owner_reach",
                subject_of(signal),
                _("负责人的岗位不在这所学校，也不在它的上级。请在信号页转交给本校同事。"),
            )


def _dates(at: datetime) -> Iterator[Finding]:
    for signal in Signal.objects.filter(OPEN, respond_by=None):
        yield Finding("next_date", subject_of(signal), _("未结束的信号没有下一个日期。请打开它并接手或转交。"))


def _climbs(at: datetime) -> Iterator[Finding]:
    for signal in Signal.objects.filter(OPEN, respond_by__lt=at - GRACE):
        yield Finding(
            "climb", subject_of(signal), _("期限过去了却没有交给下一位。后台任务可能停了，请检查 xinqiao worker。")
        )
    lost = Climb.objects.exclude(Q(from_post__person=F("from_person")) & Q(to_post__person=F("to_person")))
    for climb in lost:
        yield Finding("climb_log", subject_of(climb), _("升级记录中的人和岗位对不上，请联系技术支持核对留痕。"))


def _levels(at: datetime) -> Iterator[Finding]:
    changes = LevelChange.objects.exclude(state=ChangeState.REFUSED)
    for change in changes.exclude(interview__state=InterviewState.DONE):
        yield Finding(
            "level_without_interview", subject_of(change), _("等级没有完成的访谈作依据，请补做访谈后重新定级。")
        )
    for change in changes.exclude(interview__subject=F("person")):
        yield Finding("level_of_another", subject_of(change), _("等级依据的是另一位同学的访谈，请重新访谈并定级。"))
    lowered = LevelChange.objects.filter(
        state=ChangeState.STANDING, previous__gte=rules.SECOND_PERSON_FROM, level__lt=F("previous")
    )
    alone = Q(second_by=None) | Q(second_by=F("set_by")) | Q(second_by=F("interview__interviewer"))
    for change in lowered.filter(alone):
        yield Finding("two_persons", subject_of(change), _("从预警或危机降级没有另一位同事复核，请按原等级重新访谈。"))
    yield from _histories()


def _histories() -> Iterator[Finding]:
    """Each standing change starts from the level before it: a row slipped in or taken out shows here."""
    last: dict[int, int] = {}
    rows = LevelChange.objects.filter(state=ChangeState.STANDING).order_by("stands_from", "pk")
    for change in rows.iterator(chunk_size=1000):
        if change.previous != last.get(change.person_id, 0):
            yield Finding(
                "level_history", subject_of(change), _("等级的前后记录接不上，请核对这位同学的等级历史和查阅留痕。")
            )
        last[change.person_id] = change.level


def _waiting(at: datetime) -> Iterator[Finding]:
    waits = LevelChange.objects.filter(interview__signal=OuterRef("pk"), state=ChangeState.AWAITING)
    for signal in Signal.objects.filter(~Exists(waits), state=SignalState.AWAITING):
        yield Finding(
            "second_person", subject_of(signal), _("信号在等第二人复核，却没有待复核的降级。请转交后重新判断。")
        )
    left = LevelChange.objects.filter(state=ChangeState.AWAITING).exclude(interview__signal__state=SignalState.AWAITING)
    for change in left:
        yield Finding(
            "second_person", subject_of(change), _("有一项降级在等复核，但没有人会看到它。请重新访谈并定级。")
        )


def _outcomes(at: datetime) -> Iterator[Finding]:
    stands = LevelChange.objects.filter(interview__signal=OuterRef("pk"), state=ChangeState.STANDING)
    for signal in Signal.objects.filter(~Exists(stands), state=SignalState.LEVELLED):
        yield Finding(
            "levelled_without_level", subject_of(signal), _("信号记为已定级，却没有生效的等级。请重新访谈并定级。")
        )
    for signal in Signal.objects.filter(Exists(stands), state=SignalState.CLOSED):
        yield Finding("mark_of_false_alarm", subject_of(signal), _("已按无需关注关闭的信号留下了等级，请核对后更正。"))
    talks = Interview.objects.filter(signal=OuterRef("pk"), state=InterviewState.DONE)
    skipped = Signal.objects.filter(~Exists(talks), state=SignalState.CLOSED)
    for signal in skipped:
        if not rules.closes_without_interview(signal.source, signal.urgency):
            yield Finding(
                "closed_without_talk", subject_of(signal), _("需要先谈话的信号没有访谈就关闭了，请约这位同学谈一谈。")
            )


def _grounds(at: datetime) -> Iterator[Finding]:
    grounds = Evidence.objects.filter(signal=OuterRef("pk"))
    for signal in Signal.objects.filter(~Exists(grounds)):
        yield Finding("ground", subject_of(signal), _("信号没有任何依据，请核对留痕中它是怎样产生的。"))


def _urgent_answers(at: datetime) -> Iterator[Finding]:
    rows = Announcement.objects.filter(topic="answer.urgent", done_at=None, at__lt=at - GRACE)
    for row in rows:
        yield Finding(
            "urgent_undelivered",
            subject_of(row),
            _("一条紧急作答还没有送到人手里。请检查 xinqiao worker，并确认学校有在岗的心理教师或校领导。"),
        )
    brought = set(Evidence.objects.filter(kind="items").values_list("sitting_id", "part"))
    for row in Announcement.objects.filter(topic="answer.urgent", done_at__isnull=False):
        if _sitting_is_known(row) and (row.payload["sitting_id"], row.payload["part"]) not in brought:
            yield Finding(
                "urgent_lost", subject_of(row), _("一条紧急作答送出后没有变成信号，请立刻核对这次测评的答卷。")
            )


def _sitting_is_known(row: Announcement) -> bool:
    return Sitting.objects.filter(pk=row.payload.get("sitting_id")).exists()


def _settings(at: datetime) -> Iterator[Finding]:
    for node in Organisation.objects.exclude(options={}):
        for name in rules.faulty_clocks(node.options or {}):
            yield Finding(
                "clock",
                subject_of(node),
                _("时限设置 %(name)s 读不懂或过长，没有使用，现按默认值计时。请在机构设置中更正。") % {"name": name},
            )


def _coverage(at: datetime) -> Iterator[Finding]:
    """A school with students at which nobody could answer now: the next signal would have no owner."""
    day = localdate(at)
    answering = (*CARE_CHAIN, *BUREAU_CHAIN, *selectors.APPOINTERS)
    held = set(Post.objects.filter(current(day), kind__in=answering).values_list("organisation__path", flat=True))
    for school in Organisation.objects.filter(kind="school", closed_on=None):
        if not any((school.path or "-").startswith(path) for path in held if path):
            yield Finding(
                "nobody", subject_of(school), _("这所学校和上级都没有在岗的人，新的信号无人接手。请立即任命。")
            )


CHECKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
    _owners,
    _reach,
    _dates,
    _climbs,
    _levels,
    _waiting,
    _outcomes,
    _grounds,
    _urgent_answers,
    _settings,
    _coverage,
)
