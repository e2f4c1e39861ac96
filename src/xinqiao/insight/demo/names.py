"""Invented names. Surnames are common ones; given names are put together from neutral syllables."""

from __future__ import annotations

import random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
    ""
)
DOUBLE_SURNAMES = ("欧阳", "上官", "司徒", "尉迟")
SYLLABLES = (
    "安宁晨阳书禾雨桐子墨思远嘉言清和一诺知行若溪星野沐青云舒景行乐天语彤向南承希念初明轩亦凡可心以沫听澜浩然锦程"
)
LONG_NAMES = ("阿依努尔·麦麦提吐尔逊", "迪丽达尔·阿不都热合曼", "巴特尔·那木吉拉")
SCHOOLS = (
    "青禾",
    "望山",
    "临江",
    "春晖",
    "明德",
    "启航",
    "文澜",
    "育英",
    "清河",
    "向阳",
    "翠湖",
    "星海",
    "博雅",
    "松山",
    "云溪",
    "朝晖",
)


def person_name(rng: random.Random) -> str:
    """A name of two to four characters; about one in a hundred is long, as in life."""
    roll = rng.random()
    if roll < 0.008:
        return rng.choice(LONG_NAMES)
    surname = rng.choice(DOUBLE_SURNAMES) if roll < 0.02 else rng.choice(SURNAMES)
    return surname + "".join(rng.sample(SYLLABLES, 1 if rng.random() < 0.15 else 2))


def fake_phone(number: int) -> str:
    """Eleven digits from a block nobody is served in."""
    return f"1990000{number % 10_000:04}"


def school_name(index: int, stage: str) -> str:
    word = SCHOOLS[index % len(SCHOOLS)]
    turn = index // len(SCHOOLS)
    suffix = {"primary": "小学", "junior": "中学", "senior": "高级中学"}[stage]
    return f"{word}{['', '第二', '第三', '第四'][turn] if turn < 4 else f'第{turn + 1}'}{suffix}"
