"""The first page: what waits for somebody, gathered from every room, and the usual ways of their role."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action as A  # noqa: N817  the table below is read by columns
from xinqiao.access.enums import PostKind
from xinqiao.accounts.models import AccountKind
from xinqiao.ui import slots

Words = str | Promise


@dataclass(frozen=True)
class Item:
    """One thing to do now. ``urgency``: 3 at once, 2 today, 1 soon, 0 good to know."""

    title: str
    url: str
    text: str = ""
    urgency: int = 0
    due_at: datetime | None = None
    count: int | None = None
    icon: str = ""

    @property
    def tone(self) -> str:
        return {3: "bad", 2: "warn", 1: "info"}.get(self.urgency, "neutral")


def waiting(request: HttpRequest) -> list[Item]:
    """Everything the rooms have for the person on the request, most urgent first, then by date."""
    given: list[Any] = [row for piece in slots.filled("home", request) for row in piece]
    items = [row if isinstance(row, Item) else Item(**row) for row in given]
    return sorted(items, key=lambda item: (-item.urgency, item.due_at is None, item.due_at or 0, item.title))


@dataclass(frozen=True)
class Way:
    """A quiet link below what waits."""

    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True)
class Quiet:
    """The lower half of a home page: ways, the words for nothing waiting, and whether the help block stands here."""

    ways: Sequence[Way]
    calm: tuple[str, str]
    help: bool = False


_WAYS: Sequence[tuple[A | str, str, Words, Words, str]] = (
    (
        AccountKind.STUDENT,
        "screening:mine",
        gettext_lazy("我的测评"),
        gettext_lazy("看看有没有邀请，可以参加也可以不参加"),
        "heart",
    ),
    (
        AccountKind.STUDENT,
        "signals:talk",
        gettext_lazy("想和老师聊聊"),
        gettext_lazy("留一句话，心理老师会来找你"),
        "message-heart",
    ),
    (
        A.PEER_REPORT,
        "signals:peer",
        gettext_lazy("关心一位同学"),
        gettext_lazy("只告诉心理老师，不会说是谁说的"),
        "heart-handshake",
    ),
    (
        AccountKind.STUDENT,
        "access:my_consents",
        gettext_lazy("我的同意书"),
        gettext_lazy("看看同意过什么，随时可以撤回"),
        "file-check",
    ),
    (
        AccountKind.GUARDIAN,
        "access:my_consents",
        gettext_lazy("孩子的同意书"),
        gettext_lazy("看一看、同意、不同意或撤回"),
        "file-check",
    ),
    (
        A.QUICK_REPORT,
        "signals:quick",
        gettext_lazy("快速上报"),
        gettext_lazy("一分钟说清：谁、什么情况、急不急"),
        "bolt",
    ),
    (A.OBSERVE, "signals:observe", gettext_lazy("记录观察"), gettext_lazy("只写看到的变化，不下判断"), "eye"),
    (A.DO_DUTIES, "cases:duties", gettext_lazy("关怀任务"), gettext_lazy("需要关心的同学和怎样做"), "heart-handshake"),
    (A.TRIAGE, "signals:queue", gettext_lazy("分诊"), gettext_lazy("所有来源，急的在前"), "bell"),
    (A.RUN_CASE, "cases:cases", gettext_lazy("个案管理"), gettext_lazy("方案、联系、随访、结案"), "folder-open"),
    (A.SEE_FILE, "cases:students", gettext_lazy("学生"), gettext_lazy("按班级查找"), "users"),
    (
        A.APPROVE_SCREENING,
        "screening:approvals",
        gettext_lazy("测评审批"),
        gettext_lazy("学校的申报和以前的意见"),
        "checkup-list",
    ),
    (
        A.SEE_PROGRESS,
        "screening:index",
        gettext_lazy("测评"),
        gettext_lazy("邀请了多少、交了多少"),
        "clipboard-list",
    ),
    (A.SEE_NUMBERS, "insight:numbers", gettext_lazy("统计"), gettext_lazy("参与、时限、等级，只有数字"), "chart-bar"),
    (A.EXPORT_LEDGER, "insight:ledger", gettext_lazy("台账"), gettext_lazy("导出重点关注学生台账"), "table-export"),
    (A.ROSTER_IMPORT, "rosters:index", gettext_lazy("名册导入"), gettext_lazy("导入、核对、撤销"), "table-import"),
    (A.MANAGE_POSTS, "registry:staff", gettext_lazy("教职工与岗位"), gettext_lazy("谁在哪里负责什么"), "id-badge-2"),
    (
        A.MANAGE_PEOPLE,
        "registry:index",
        gettext_lazy("班级与学生"),
        gettext_lazy("年级、班级、每班的学生"),
        "building-community",
    ),
    (A.RUN_PLANS, "plans:index", gettext_lazy("方案"), gettext_lazy("实施到哪里、谁还没交"), "map-2"),
    (A.SEE_PLANS, "insight:board", gettext_lazy("大屏"), gettext_lazy("一页看清进展，可以投到墙上"), "presentation"),
    (
        A.REPORT_FIGURES,
        "insight:summaries",
        gettext_lazy("小结"),
        gettext_lazy("按记录起草，改好再报送"),
        "report",
    ),
    (
        A.RUN_PLANS,
        "insight:ledgers",
        gettext_lazy("工作台账"),
        gettext_lazy("任务、会议、服务、经费，导出 Excel"),
        "table",
    ),
    (A.MANAGE_CONSENT, "access:consents", gettext_lazy("知情同意"), gettext_lazy("登记纸质同意书"), "clipboard-check"),
    (A.REVIEW_GLASS, "access:glass_review", gettext_lazy("紧急查阅复核"), gettext_lazy("每周看一次"), "eye-check"),
)
"""What a role often opens, in the order of the page: (who or action, page, title, words, icon). A page whose URL is not
there is left out."""

_CALM: Sequence[tuple[frozenset[str], Words, Words]] = (
    (
        frozenset({AccountKind.STUDENT}),
        gettext_lazy("现在没有要做的事"),
        gettext_lazy("有空的时候，晒晒太阳，和朋友说说话。想聊聊，随时可以找老师。"),
    ),
    (
        frozenset({AccountKind.GUARDIAN}),
        gettext_lazy("现在没有需要您看的"),
        gettext_lazy("学校有事会在这里告诉您。今天也记得听孩子说几句话。"),
    ),
    (
        frozenset({PostKind.CLASS_TEACHER}),
        gettext_lazy("现在没有等您做的"),
        gettext_lazy("您平时的一句问候就是最好的关心。看到变化，随时可以写下来。"),
    ),
    (
        frozenset({PostKind.PSYCH_TEACHER}),
        gettext_lazy("都接住了"),
        gettext_lazy("没有等着的信号和到期的任务。新的事情会自己出现在这里，也歇一歇。"),
    ),
    (
        frozenset({PostKind.SCHOOL_LEADER, PostKind.MORAL_HEAD, PostKind.GRADE_HEAD}),
        gettext_lazy("没有等您决定的事"),
        gettext_lazy("学校里的关怀正在按时进行。需要您的时候，会在这里出现。"),
    ),
    (
        frozenset({PostKind.BUREAU_OFFICER, PostKind.BUREAU_EXPERT, PostKind.BUREAU_LEADER}),
        gettext_lazy("没有等您审批的事"),
        gettext_lazy("各学校按计划进行。新的申报会出现在这里。"),
    ),
    (
        frozenset({PostKind.UNIT_OFFICER, PostKind.UNIT_LEADER}),
        gettext_lazy("没有等您办的事"),
        gettext_lazy("方案按计划进行。到期的任务和要审核的材料会出现在这里。"),
    ),
)


def quiet(actor: Actor, shown: Collection[str] = ()) -> Quiet:
    """Ways and words for the actor's roles; an address that is ``shown`` above already is not offered twice."""
    roles = {actor.kind, *(post.kind for post in actor.posts)}
    calm = next(
        ((str(title), str(text)) for who, title, text in _CALM if who & roles),
        (_("现在没有等您处理的事"), _("有新的事情会出现在这里。")),
    )
    return Quiet(ways=[way for way in _ways(actor) if way.url not in shown], calm=calm, help=not actor.at_desk)


def _ways(actor: Actor) -> Iterator[Way]:
    for needs, page, title, text, icon in _WAYS:
        open_to = actor.kind == needs if needs in AccountKind.values else actor.may(str(needs))
        url = _reversed(page) if open_to else ""
        if url:
            yield Way(str(title), str(text), url, icon)


def _reversed(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
