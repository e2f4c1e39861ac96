"""Components: what they say, that they escape, and that a slip of the pen is an error."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError

from xinqiao.ui import levels
from xinqiao.ui.charts import Bar, drawn

from .pages import draw

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
EVIL = '<b onclick="x">&'
SAFE = "&lt;b onclick=&quot;x&quot;&gt;&amp;"


@pytest.mark.parametrize(
    "source",
    [
        '{% icon "check" colour="red" %}',
        '{% badge "x" tones="bad" %}',
        '{% card titel="x" %}{% endcard %}',
        '{% stat "x" 1 hnit="y" %}',
        '{% confirm button="x" title="y" action="/z" %}{% endconfirm %}',
        "{% form_page %}",
        "{% bars rows %}",
        "{% live %}{% endlive %}",
    ],
)
def test_unknown_and_missing_arguments_are_compile_errors(source):
    with pytest.raises(TemplateSyntaxError):
        draw(source)


@pytest.mark.parametrize("source", ['{% badge "x" tone="green" %}', '{% notice tone="loud" %}{% endnotice %}'])
def test_an_unknown_tone_is_an_error(source):
    with pytest.raises(TemplateSyntaxError, match="tone"):
        draw(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% badge evil %}",
        "{% person_name evil url=evil extra=evil %}",
        "{% stat evil evil hint=evil %}",
        "{% card title=evil subtitle=evil %}{{ evil }}{% endcard %}",
        "{% notice title=evil %}{{ evil }}{% endnotice %}",
        "{% confirm button=evil title=evil action=evil submit=evil %}{{ evil }}{% endconfirm %}",
        "{% fact evil %}{{ evil }}{% endfact %}",
        "{% facts rows %}",
        "{% empty_state evil text=evil %}",
        "{% timeline events %}",
        "{% bars bars caption=evil unit=evil %}",
        "{% tabs tabs label=evil %}",
        "{% disclosure evil %}{{ evil }}{% enddisclosure %}",
        "{% post_button evil evil name=evil value=evil %}",
        "{% progress 1 2 label=evil words=evil %}",
        "{% job_progress evil label=evil words=evil %}",
        "{% live evil %}{{ evil }}{% endlive %}",
        "{% icon evil label=evil %}",
    ],
)
def test_what_people_typed_never_becomes_markup(source):
    html = draw(
        source,
        evil=EVIL,
        rows=[(EVIL, EVIL)],
        events=[{"at": NOW, "title": EVIL, "who": EVIL, "text": EVIL}],
        bars=[Bar(EVIL, 1, url=EVIL)],
        tabs=[{"label": EVIL, "url": EVIL}],
    )
    assert "<b onclick" not in html
    assert SAFE in html


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in draw('{% icon "check" %}')
    assert 'role="img" aria-label="完成"' in draw('{% icon "check" label="完成" %}')


@pytest.mark.parametrize(("value", "word"), list(enumerate(["平稳", "关注", "追踪", "预警", "危机"])))
def test_a_level_has_word_shape_and_colour(value, word):
    html = draw("{% level value %}", value=value)
    assert word in html
    assert f"level-{value}" in html
    assert f"#{levels.FACES[value].icon}" in html


def test_five_levels_have_five_shapes():
    assert len({face.icon for face in levels.FACES}) == 5


def test_a_school_may_have_its_own_level_words():
    own = ["甲", "乙", "丙", "丁", "戊"]
    assert "丁" in draw("{% level 3 %}", level_words=own)
    assert "丁" in draw("{% level 3 words=own %}", own=own)
    assert "待老师核实" in draw("{% level 3 pending=True %}")


@pytest.mark.parametrize("value", [-1, 5])
def test_no_sixth_level(value):
    with pytest.raises(ValueError, match="0 to 4"):
        draw("{% level value %}", value=value)


def test_level_words_must_be_five():
    with pytest.raises(ValueError, match="five"):
        levels.face(1, ["甲", "乙"])


def test_a_clock_says_how_long_and_when():
    html = draw("{% clock due at=now %}", due=NOW + timedelta(hours=3), now=NOW)
    assert "还有3小时" in html
    assert 'title="2026年11月23日 17:05"' in html
    assert "今天 17:05" in html
    assert "clock-late" in draw("{% clock due at=now %}", due=NOW - timedelta(minutes=1), now=NOW)
    assert "未定期限" in draw("{% clock due %}", due=None)


def test_an_empty_fact_is_a_dash():
    assert draw("{% facts rows %}", rows=[("监护人", None), ("人数", 0)]).count("<dd>—</dd>") == 1


def test_a_suppressed_bar_has_no_rectangle_and_no_number():
    rows = [Bar("七年级", 42), Bar("八年级", None, shown="<10"), Bar("九年级", None)]
    html = draw('{% bars rows caption="人数" unit="人" %}', rows=rows)
    assert html.count("bar-fill") == 1
    assert "&lt;10" in html
    assert "—" in html
    assert "42人" in html


def test_bars_are_scaled_to_the_longest_or_to_a_total():
    rows = [Bar("甲", 20), Bar("乙", 5), Bar("丙", 0), Bar("丁", None)]
    assert [bar.width for bar in drawn(rows)] == [100.0, 25.0, 0.0, None]
    assert [bar.width for bar in drawn(rows, total=40)] == [50.0, 12.5, 0.0, None]
    assert [bar.width for bar in drawn([Bar("甲", 0)])] == [0.0]
    assert drawn([]) == []


def test_the_pager_keeps_the_filter():
    page = Paginator(range(95), 10).page(3)
    html = draw("{% pager page %}", page=page, query={"q": "陈 禾", "page": "3"})
    assert "第 21–30 条，共 95 条" in html
    assert 'href="?q=%E9%99%88+%E7%A6%BE&amp;page=4"' in html
    assert 'aria-current="page">3<' in html


def test_the_pager_of_one_page_only_counts():
    assert "共 5 条" in draw("{% pager page %}", page=Paginator(range(5), 10).page(1))
    assert draw("{% pager page %}", page=Paginator([], 10).page(1)).strip() == ""


def test_help_numbers_can_be_called_and_places_cannot():
    html = draw("{% helpblock %}", help_lines=[("心理辅导室", "博学楼 203"), ("热线", "12356")])
    assert 'href="tel:12356"' in html
    assert html.count("tel:") == 1
    assert "博学楼 203" in html


def test_a_confirm_dialog_posts_only_from_inside():
    html = draw('{% confirm button="撤销" title="撤销？" action="/undo" submit="确认" %}后果{% endconfirm %}')
    opener, dialog = html.split("<dialog", 1)
    assert 'type="button"' in opener
    assert "<form" not in opener
    assert 'method="post" action="/undo"' in dialog
    assert "csrfmiddlewaretoken" in dialog


def test_a_post_button_is_a_form_with_the_token():
    html = draw('{% post_button "/take" "接手" name="move" value="take" %}')
    assert 'method="post" action="/take"' in html
    assert "csrfmiddlewaretoken" in html
    assert 'name="move" value="take"' in html


def test_a_live_region_marks_its_questions_as_background():
    html = draw('{% live "/queue" every="20s" %}空{% endlive %}')
    assert 'hx-get="/queue"' in html
    assert "X-Background" in html
    assert 'hx-trigger="every 20s"' in html


def test_timeline_takes_objects_and_says_when_empty():
    assert "还没有记录" in draw('{% timeline items empty="还没有记录" %}', items=[])
    html = draw("{% timeline items %}", items=[SimpleNamespace(at=NOW, title="谈话")], at=NOW)
    assert "今天 14:05" in html


def test_the_filter_bar_submits_itself_and_can_be_cleared():
    class Filter(forms.Form):
        q = forms.CharField(label="姓名", required=False)

    assert "data-auto-submit" in draw("{% filter_bar form %}", form=Filter({}))
    assert "清除条件" not in draw("{% filter_bar form %}", form=Filter({}))
    assert 'href="/list/">清除条件' in draw("{% filter_bar form %}", form=Filter({"q": "陈"}), path="/list/")
