"""A refusal on a page: in the reader's language, beside its field, and nothing typed is lost."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.utils import translation

from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core.problems import PackRefusal
from xinqiao.ui import verbs


class NameForm(forms.Form):
    name = forms.CharField()


def a_post(**data):
    request = RequestFactory().post("/", data)
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def said(request) -> list[str]:
    return [str(message) for message in get_messages(request)]


def test_a_life_cycle_refuses_in_the_readers_language():
    with pytest.raises(Refusal) as refused:
        Lifecycle({}).after("open", "close")
    assert verbs.words_of(refused.value) == verbs.WRONG_STATE == refused.value.message
    with translation.override("en"):
        assert verbs.words_of(refused.value).isascii()


def test_a_template_is_translated_before_its_facts_go_in():
    refusal = PackRefusal("没有这一项：%(name)s", code="yaml", field="7", name="x")
    assert verbs.words_of(refusal) == "第 7 行：没有这一项：x"


@pytest.mark.parametrize(("field", "where"), [("name", "name"), ("", "__all__"), ("elsewhere", "__all__")])
def test_a_refusal_stands_beside_its_field(field, where):
    def no(data):
        raise Refusal("不行，请换一个。", field=field)

    request, form = a_post(name="甲"), NameForm({"name": "甲"})
    assert not verbs.tried(request, form, no, "好了")
    assert form.errors[where] == ["不行，请换一个。"]
    assert form["name"].value() == "甲"
    assert said(request) == []


def test_a_faulty_form_never_reaches_the_verb():
    assert not verbs.tried(a_post(), NameForm({}), pytest.fail)


def test_what_went_through_is_said():
    request, seen = a_post(name="甲"), []
    assert verbs.tried(request, NameForm({"name": "甲"}), seen.append, "好了")
    assert seen == [{"name": "甲"}]
    assert verbs.went(request, lambda: None, "也好了")
    assert verbs.went(request, lambda: None)
    assert said(request) == ["好了", "也好了"]


def test_a_button_says_at_the_top_why_not():
    def no():
        raise Refusal("不行。")

    request = a_post()
    assert not verbs.went(request, no, "好了")
    assert said(request) == ["不行。"]
