"""The questionnaire as a page may show it: words, options and conditions, and nothing that would give away the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinqiao.instruments.errors import AnswerRefusal

if TYPE_CHECKING:
    from xinqiao.instruments.definition import Condition, Definition, Item


def runner(definition: Definition, lang: str, withheld: tuple[str, ...]) -> dict[str, Any]:
    """Plain dict for one language, without the ``withheld`` items.

    ``items[].n`` is the item's byte in the sheet; options carry codes, no values; conditions name option codes.
    Raises AnswerRefusal for a key without words.
    """
    if not definition.has_text:
        raise AnswerRefusal(f"“{definition.id}”还没有题目文字，请先导入经授权的题目。", code="no_wording")
    words = definition.words
    shown = [item for item in definition.items if item.id not in withheld]
    pages: dict[int, list[str]] = {}
    for item in shown:
        pages.setdefault(item.page, []).append(item.id)
    return {
        "id": definition.id,
        "version": definition.version,
        "hash": definition.hash,
        "lang": lang,
        "title": words(definition.title_student, lang),
        "instructions": words(definition.instructions, lang),
        "wording": definition.wording,
        "notice": words(definition.wording_note, lang),
        "verified": definition.verified,
        "minutes": definition.population["minutes"],
        "read_aloud": definition.read_aloud,
        "length": len(definition.items),
        "withheld": list(withheld),
        "pages": [pages[number] for number in sorted(pages)],
        "items": [_item(definition, item, lang) for item in shown],
    }


def _item(definition: Definition, item: Item, lang: str) -> dict[str, Any]:
    words = definition.words
    text = words(item.text, lang)
    out: dict[str, Any] = {
        "id": item.id,
        "n": item.position,
        "text": text,
        "options": [{"code": option.code, "text": words(option.text, lang)} for option in item.options],
    }
    if item.required:
        out["required"] = True
    if item.sensitive:
        out["sensitive"] = True
    if definition.read_aloud:
        out["aloud"] = words(item.aloud, lang) or text
    if item.show_if:
        out["show_if"] = _condition(definition, item.show_if)
    return out


def _condition(definition: Definition, condition: Condition) -> dict[str, Any]:
    """The condition with option codes in place of values, so that the page needs no values."""
    for name, parts in (("all", condition.all), ("any", condition.any)):
        if parts:
            return {name: [_condition(definition, part) for part in parts]}
    item = definition.item[condition.item]
    holding = [option.code for option in item.options if condition.holds({item.id: option.value})]
    return {"item": item.id, "codes": holding}
