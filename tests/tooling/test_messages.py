"""The texts tool on a small house of its own: what it collects, what it finds wrong, what Django then shows."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from django.template import Context, Engine

from scripts import messages


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    package = tmp_path / "src" / "xinqiao"
    for room in ("talks", "notes", "config", "kernel"):
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").touch()
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "PACKAGE", package)
    return package


def write(house: Path, name: str, text: str) -> None:
    path = house / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(house: Path, room: str, *pairs: tuple[str, str]) -> None:
    path = house / room / "locale/en/LC_MESSAGES/django.po"
    text = path.read_text(encoding="utf-8")
    for chinese, english in pairs:
        assert f'msgid "{chinese}"\nmsgstr ""' in text
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{english}"')
    path.write_text(text, encoding="utf-8")


def found(capsys, *chosen: str) -> list[str]:
    capsys.readouterr()
    messages.check(list(chosen))
    return capsys.readouterr().out.splitlines()


def test_texts_of_python_and_templates_meet_in_one_catalogue(house):
    write(house, "talks/views.py", 'from x import gettext as _\nT = _("值班表")\nN = ngettext("%d条", "%d条", 2)\n')
    write(
        house,
        "talks/templates/talks/a.html",
        '{% translate "来访" %}{% blocktranslate %}你好，{{ name }}{% endblocktranslate %}',
    )
    messages.update(["talks"])
    texts = {messages.key(each)[1] for each in messages.stored("talks") if each.id}
    assert texts == {"值班表", "%d条", "来访", "你好，%(name)s"}


def test_a_catalogue_does_not_change_when_no_text_does(house):
    write(house, "talks/views.py", '_("值班表")\n_("预约")\n')
    messages.update(["talks"])
    first = messages.catalogue_path("talks").read_bytes()
    write(house, "talks/views.py", '\n\n_("值班表")\n_("预约")\n')
    messages.update(["talks"])
    assert messages.catalogue_path("talks").read_bytes() == first


def test_translations_survive_and_are_shared_between_rooms(house, capsys):
    write(house, "talks/views.py", '_("预约")')
    messages.update(["talks"])
    translate(house, "talks", ("预约", "Appointment"))
    write(house, "notes/views.py", '_("预约")')
    messages.update(["talks", "notes"])
    assert found(capsys, "talks", "notes") == [""]


@pytest.mark.parametrize(
    ("chinese", "english", "fault"),
    [
        ("预约", "", "not translated"),
        ("%(n)s次", "%(count)s times", "placeholders differ"),
        ("%(n)s次", "often", "placeholders differ"),
        ("第{n}次", "time {m}", "placeholders differ"),
        ("预约", "预约 made", "still Chinese"),
    ],
)
def test_a_bad_translation_is_named(house, capsys, chinese, english, fault):
    write(house, "talks/views.py", f'_("{chinese}")')
    messages.update(["talks"])
    translate(house, "talks", (chinese, english))
    assert fault in found(capsys, "talks")[0]


def test_new_and_dropped_texts_are_named(house, capsys):
    write(house, "talks/views.py", '_("旧的")')
    messages.update(["talks"])
    translate(house, "talks", ("旧的", "old"))
    write(house, "talks/views.py", '_("新的")')
    lines = found(capsys, "talks")
    assert "not collected yet: '新的'" in lines[0]
    assert "used nowhere any more: '旧的'" in lines[1]


def test_a_fuzzy_entry_counts_as_missing(house, capsys):
    write(house, "talks/views.py", '_("预约")')
    messages.update(["talks"])
    path = messages.catalogue_path("talks")
    path.write_text(path.read_text().replace('msgid "预约"\nmsgstr ""', '#, fuzzy\nmsgid "预约"\nmsgstr "Visit"'))
    assert "fuzzy" in found(capsys, "talks")[0]


@pytest.mark.parametrize(
    "text",
    [
        "<p>预约</p>",
        '<a title="预约">x</a>',
        '{% card title="预约" %}{% endcard %}',
        '{{ name|default:"无" }}',
    ],
)
def test_chinese_outside_the_tags_is_named(house, capsys, text):
    write(house, "talks/templates/talks/a.html", f"\n{text}")
    assert "talks/a.html:2: Chinese outside" in found(capsys, "talks")[0]


@pytest.mark.parametrize(
    "text",
    [
        '<p>{% translate "预约" %}</p>',
        '{% card title=_("预约") %}{% endcard %}',
        "{# 说明 #}<!-- 说明 -->{% comment %}说明{% endcomment %}",
        "<p>汉语</p> {# i18n: the name of a language in itself #}",
        "<button>中文</button>",
    ],
)
def test_marked_chinese_and_comments_are_left_alone(house, capsys, text):
    write(house, "talks/templates/talks/a.html", text)
    assert not [line for line in found(capsys, "talks") if "outside" in line]


def test_chinese_outside_gettext_is_named_where_pages_are_made(house, capsys):
    write(house, "talks/views.py", 'X = "预约"\n')
    write(house, "talks/reader.py", 'SYNONYMS = ["姓名"]\n')
    write(house, "talks/enums.py", '"""说明"""\nX = "班"  # i18n: a suffix in class names\n')
    outside = [line for line in found(capsys, "talks") if "outside gettext" in line]
    assert len(outside) == 1
    assert "talks/views.py:1" in outside[0]


def test_scripts_carry_no_words(house, capsys):
    write(house, "talks/static/talks/a.js", "// 说明\n/* 说明 */\nsay('你好')\n")
    assert "a.js:3" in found(capsys, "talks")[0]


def test_two_translations_of_one_text_are_named(house, capsys):
    write(house, "talks/views.py", '_("预约")')
    write(house, "notes/views.py", '_("预约")')
    messages.update(["talks"])
    translate(house, "talks", ("预约", "Visit"))
    write(
        house,
        "notes/locale/en/LC_MESSAGES/django.po",
        messages.catalogue_path("talks").read_text().replace("Visit", "Appointment"),
    )
    assert "translated differently" in "".join(found(capsys, "talks", "notes"))


def test_texts_of_a_plain_room_go_to_config(house):
    write(house, "kernel/lifecycle.py", 'N_("现在不能这样做")')
    messages.update(["config"])
    assert [each.id for each in messages.stored("config") if each.id] == ["现在不能这样做"]


def test_what_is_compiled_is_what_django_looks_up(house):
    """Percent signs are doubled in some places and not in others: the key in the file must be the key that is asked."""
    template = '{% load i18n %}{% translate "完成50%" %}|{% blocktranslate %}{{ n }}人，完成50%{% endblocktranslate %}'
    write(house, "talks/templates/talks/a.html", template)
    messages.update(["talks"])
    translate(house, "talks", ("完成50%%", "50%% done"), ("%(n)s人，完成50%%", "%(n)s people, 50%% done"))
    messages.compile_all(["talks"])
    with messages.catalogue_path("talks").with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    assert catalogue.gettext("完成50%%") == "50%% done"
    shown = Engine(libraries={"i18n": "django.templatetags.i18n"}).from_string(template).render(Context({"n": 3}))
    assert shown == "完成50%|3人，完成50%"
