"""What must hold of campaigns, sittings and sheets; asked by ``xinqiao doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from xinqiao.kernel.findings import Finding
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import current
from xinqiao.screening import questionnaires
from xinqiao.screening.enums import CampaignState, FilingState, SittingState
from xinqiao.screening.models import Campaign, CampaignPart, Result, Sheet, Sitting

READ_WITHIN = timedelta(minutes=10)
"""A submitted sheet is read within seconds; the sweep that mends comes every few minutes."""


def violations(at: datetime) -> Iterator[Finding]:
    """Sheets nobody read, campaigns that answer for nobody, answers that were not told. Changes nothing."""
    yield from _sheets(at)
    yield from _sittings(at)
    yield from _campaigns(at)


def _sheets(at: datetime) -> Iterator[Finding]:
    read = Result.objects.filter(sitting=OuterRef("sitting"), part=OuterRef("part"))
    late = Sheet.objects.filter(~Exists(read), submitted_at__lt=at - READ_WITHIN)
    for sitting, part in late.values_list("sitting_id", "part"):
        yield Finding(
            "sheet_unread",
            f"screening.sheet:{sitting}.{part}",
            "已交的答卷十分钟以上没有结果，请检查后台任务是否在运行，并查看日志。",
        )
    for sitting, part in Sheet.objects.exclude(told="").values_list("sitting_id", "part"):
        if not Announcement.objects.filter(
            topic="answer.urgent", payload__sitting_id=sitting, payload__part=part
        ).exists():
            yield Finding(
                "urgent_untold",
                f"screening.sheet:{sitting}.{part}",
                "安全题作答没有通知到值班人，请立即由心理教师查看这次测评。",
            )


def _sittings(at: datetime) -> Iterator[Finding]:
    sheets = Sheet.objects.filter(sitting=OuterRef("pk"), submitted_at__isnull=False)
    for pk in Sitting.objects.filter(~Exists(sheets), state=SittingState.SUBMITTED).values_list("pk", flat=True):
        yield Finding("sitting_empty", f"screening.sitting:{pk}", "测评记为已交，但没有答卷，请联系维护人员核对备份。")
    declined = Result.objects.filter(sitting__state=SittingState.DECLINED)
    for pk in declined.values_list("pk", flat=True):
        yield Finding("declined_result", f"screening.result:{pk}", "选择不参加的同学有测评结果，请核对。")


def _campaigns(at: datetime) -> Iterator[Finding]:
    running = Campaign.objects.filter(state=CampaignState.OPEN)
    for pk in running.filter(closes_at__lt=at - timedelta(hours=1)).values_list("pk", flat=True):
        yield Finding("campaign_over", f"screening.campaign:{pk}", "测评到时间没有关闭，请检查后台任务是否在运行。")
    held = current(localdate(at), "duty_post__")
    for pk in running.filter(duty_post__isnull=False).exclude(held).values_list("pk", flat=True):
        yield Finding("campaign_duty", f"screening.campaign:{pk}", "测评期间的值班人已不在岗，请在测评页更换值班人。")
    parts = CampaignPart.objects.filter(campaign__state__in=(CampaignState.PREPARED, CampaignState.OPEN))
    for pk, version in parts.values_list("pk", "instrument_hash"):
        if questionnaires.find(version) is None:
            yield Finding(
                "campaign_version",
                f"screening.campaignpart:{pk}",
                f"测评用的问卷版本 {version[:12]} 不在这里，请从备份恢复 files/instruments/kept/{version}.json。",
            )
    unapproved = Campaign.objects.filter(~Q(approval__filing__state=FilingState.APPROVED))
    for pk in unapproved.values_list("pk", flat=True):
        yield Finding(
            "campaign_unapproved", f"screening.campaign:{pk}", "测评的申报不是已批准状态，请先停止测评并核对。"
        )
