"""Times in words, at every edge."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from xinqiao.ui.moments import clock_face, exact, short, span

AT = datetime(2026, 11, 23, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1分钟"),
        (timedelta(seconds=59), "1分钟"),
        (timedelta(minutes=59, seconds=59), "59分钟"),
        (timedelta(hours=1), "1小时"),
        (timedelta(hours=47, minutes=59), "47小时"),
        (timedelta(hours=48), "2天"),
        (timedelta(days=40), "40天"),
    ],
)
def test_a_length_is_said_in_its_largest_unit(length, words):
    assert span(length) == words


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (timedelta(hours=2, seconds=1), "ok", "还有2小时"),
        (timedelta(hours=2), "soon", "还有2小时"),
        (timedelta(0), "soon", "还有1分钟"),
        (timedelta(seconds=-1), "late", "已超时1分钟"),
        (timedelta(hours=-3), "late", "已超时3小时"),
    ],
)
def test_a_clock_turns_late_only_after_the_moment(left, state, words):
    face = clock_face(AT + left, AT)
    assert (face.state, face.words) == (state, words)


def test_done_and_paused_stop_the_clock():
    due = AT - timedelta(hours=5)
    assert clock_face(due, AT, done=due).words == "按时完成"
    assert clock_face(due, AT, done=due + timedelta(hours=1)).words == "超时1小时后完成"
    assert clock_face(due, AT, paused=True).state == "paused"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (AT.replace(hour=0, minute=0), "今天 00:00"),
        (AT - timedelta(hours=14, minutes=6), "昨天 23:59"),
        (AT + timedelta(days=1), "明天 14:05"),
        (AT - timedelta(days=2), "11月21日 14:05"),
        (AT.replace(year=2025), "2025年11月23日 14:05"),
    ],
)
def test_near_days_have_names(value, words):
    assert short(value, AT) == words


def test_times_are_local():
    assert exact(AT.astimezone(ZoneInfo("UTC"))) == "2026年11月23日 14:05"
