"""Forms: label, help and errors belong to their field, for the eye and for the ear."""

import re

import pytest
from django import forms

from xinqiao.ui import forms as widgets

from .pages import draw


class Sample(forms.Form):
    name = forms.CharField(label="姓名", help_text="写全名")
    day = forms.DateField(label="日期", widget=widgets.DateInput, required=False)
    area = forms.ChoiceField(label="方面", choices=[("a", "情绪"), ("b", "睡眠")], widget=widgets.ChoiceCards)
    more = forms.MultipleChoiceField(
        label="还有", choices=[("1", "一")], widget=forms.CheckboxSelectMultiple, required=False, help_text="可多选"
    )
    agree = forms.BooleanField(label="同意")
    words = forms.CharField(label="经过", widget=forms.Textarea(attrs={"class": "tall"}), required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)


def test_every_control_is_described_by_its_help_and_errors():
    html = draw("{% form_page form %}", form=Sample({"words": "x"}))
    for field in ("name", "agree"):
        assert re.search(rf'id="id_{field}_error"', html)
        control = re.search(rf'<input[^>]*name="{field}"[^>]*>', html).group()
        assert 'aria-invalid="true"' in control
        described = re.search(r'aria-describedby="([^"]+)"', control).group(1).split()
        assert all(f'id="{name}"' in html for name in described)


def test_groups_are_fieldsets_with_legends():
    html = draw("{% form_page form %}", form=Sample())
    assert html.count("<fieldset") == 2
    assert 'id="id_area_legend"' in html
    assert re.search(r'<fieldset aria-describedby="id_more_helptext">', html)


def test_no_two_elements_share_an_id():
    html = draw("{% form_page form %}", form=Sample({}))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_the_summary_leads_to_the_fields_and_names_hidden_faults_too():
    form = Sample({})
    form.add_error(None, "请核对后再提交。")
    html = draw("{% form_page form %}", form=form)
    summary = html[html.index('class="form-errors"') : html.index("data-field")]
    assert "请核对后再提交。" in summary
    assert 'href="#id_name">姓名</a>' in summary
    assert summary.count("<li>") == 5
    assert html.count('role="alert"') == 1


def test_an_untouched_form_has_no_summary():
    assert "form-errors" not in draw("{% form_page form %}", form=Sample())


def test_classes_of_ours_and_of_the_field_live_together():
    html = draw("{% form_page form %}", form=Sample())
    assert 'class="form-control tall"' in html
    assert 'rows="5"' in html
    assert 'type="date"' in html
    assert html.count('class="choice-card"') == 2


@pytest.mark.parametrize(("widget", "rows"), [(widgets.ShortText(), 3), (widgets.ShortText(rows=8), 8)])
def test_a_text_keeps_the_height_it_asks_for(widget, rows):
    class One(forms.Form):
        words = forms.CharField(widget=widget)

    assert f'rows="{rows}"' in draw("{% form_fields form %}", form=One())


def test_a_date_comes_back_in_the_only_form_its_picker_understands():
    html = draw("{% form_fields form %}", form=Sample(initial={"day": __import__("datetime").date(2026, 3, 2)}))
    assert 'value="2026-03-02"' in html


def test_a_form_with_a_file_is_multipart_and_a_kept_form_says_so():
    class WithFile(forms.Form):
        paper = forms.FileField(label="附件")

    html = draw('{% form_page form submit="上传" keep="paper" cancel="/back" %}', form=WithFile())
    assert 'enctype="multipart/form-data"' in html
    assert 'data-keep="paper"' in html
    assert "上传" in html
    assert 'href="/back"' in html


def test_one_field_alone_and_required_marks():
    html = draw("{% field form.name %}", form=Sample())
    assert html.count("data-field") == 1
    assert 'class="required"' in html
    assert "required" not in draw("{% field form.day %}", form=Sample())
