"""What the gallery shows: forms, lists and people that never existed."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from xinqiao.ui import forms as widgets
from xinqiao.ui.charts import Bar

LONG_NAME = "阿卜杜热合曼·买买提吐尔逊江·努尔艾合麦提"
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=timezone.get_default_timezone())
MENU = [
    ("home", "今天", {"icon": "home"}),
    ("signals", "预警与谈话", {"icon": "bell"}),
    ("cases", "个案", {"icon": "folder-heart"}),
    ("screening", "测评", {"icon": "clipboard-list"}),
    ("rosters", "名册", {"icon": "users"}),
]
ACTOR = SimpleNamespace(
    name="林知夏",
    role_label="心理教师 · 青禾区实验中学",
    kind="staff",
    may=bool,
    organisation_name="青禾区教育局 · 青禾区实验中学（南校区）",
)


class Observation(forms.Form):
    student = forms.CharField(label="同学姓名", help_text="可以只写姓，系统会帮您找。")
    seen_on = forms.DateField(label="看到的日期", widget=widgets.DateInput)
    area = forms.ChoiceField(
        label="哪方面有变化",
        choices=[("mood", "情绪"), ("sleep", "睡眠"), ("peer", "同伴关系")],
        widget=widgets.ChoiceCards,
    )
    more = forms.MultipleChoiceField(
        label="还注意到",
        required=False,
        choices=[("a", "上课走神"), ("b", "不愿说话"), ("c", "常请病假")],
        widget=forms.CheckboxSelectMultiple,
    )
    grade = forms.ChoiceField(label="年级", choices=[("7", "七年级"), ("8", "八年级")])
    words = forms.CharField(label="具体看到了什么", widget=forms.Textarea, help_text="写看到的事，不写判断。")
    paper = forms.FileField(label="附件", required=False)
    told = forms.BooleanField(label="已经和家长联系过", required=False)


class Filter(forms.Form):
    q = forms.CharField(label="姓名或学号", required=False)
    grade = forms.ChoiceField(label="年级", choices=[("", "全部"), ("7", "七年级")], required=False)
    mine = forms.BooleanField(label="只看我负责的", required=False)


def _faulty() -> Observation:
    form = Observation({"student": "", "seen_on": "2026-13-40", "area": "", "words": "上课时趴着"})
    form.add_error(None, "这位同学不在您现在的班级里，请核对后再提交。")
    return form


def _row(number: int) -> SimpleNamespace:
    due = NOW + timedelta(hours=(number - 2) * 7)
    return SimpleNamespace(name=LONG_NAME if number == 1 else "陈禾", level=number % 5, due=due)


def _events() -> list[dict[str, object]]:
    return [
        {
            "at": NOW - timedelta(hours=2),
            "title": "谈话完成",
            "who": "林老师",
            "tone": "good",
            "icon": "message",
            "text": "同学愿意继续来，约定下周二中午。",
        },
        {"at": NOW - timedelta(days=1), "title": "班主任提醒", "who": "王老师", "icon": "bell"},
        {"at": NOW - timedelta(days=40), "title": "错过一次约定", "tone": "warn", "icon": "calendar-off"},
    ]


def context() -> dict[str, object]:
    return {
        "at": NOW,
        "faulty": _faulty(),
        "form": Observation(),
        "filter_form": Filter({"q": "陈"}),
        "rows": [_row(number) for number in range(6)],
        "page": Paginator(range(431), 20).page(7),
        "long_name": LONG_NAME,
        "due": {
            "ok": NOW + timedelta(days=3),
            "soon": NOW + timedelta(minutes=95),
            "late": NOW - timedelta(hours=3, minutes=5),
        },
        "tabs": [
            {"label": "概况", "url": "#a", "current": True},
            {"label": "随访", "url": "#b", "badge": 3, "icon": "calendar-event"},
            {"label": "谁看过", "url": "#c"},
        ],
        "facts": [("班级", "七年级(1)班"), ("学号", "20260012"), ("监护人", ""), ("建档", "2026年9月12日")],
        "events": _events(),
        "history": [
            (NOW.date() - timedelta(days=days), value) for days, value in ((90, 40), (60, 55), (20, 50), (0, 72))
        ],
        "bars": [
            Bar("七年级", 42, tone="good"),
            Bar("八年级", 17, tone="warn"),
            Bar("九年级", None, shown="<10"),
            Bar("国际部（名称特别特别长的一个年级）", 0),
        ],
    }
