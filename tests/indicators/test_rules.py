"""What a figure is worth, keys of parameters, settings of a tenant, which report holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xinqiao.indicators import rules

DAY = date(2026, 11, 23)
DEFAULTS = {"hours": 5, "grades": (), "group": ""}


@pytest.mark.parametrize(
    ("kind", "scale", "part", "whole", "value"),
    [
        ("ratio", 100, 1, 4, 25),
        ("ratio", 100, 0, 4, 0),
        ("ratio", 100, 0, 0, None),
        ("ratio", 100, None, None, None),
        ("count", 100, 7, None, 7),
        ("average", 1, 9, 2, 4.5),
        ("yes", 100, 1, 1, 100),
    ],
)
def test_the_worth_of_a_figure(kind, scale, part, whole, value):
    assert rules.value_of(kind, scale, part, whole) == value


def test_a_key_names_what_differs_from_the_defaults():
    assert rules.key_of({}, DEFAULTS) == ""
    assert rules.key_of({"hours": 5, "grades": []}, DEFAULTS) == ""
    seven, eight = rules.key_of({"grades": [7, 8]}, DEFAULTS), rules.key_of({"grades": [8]}, DEFAULTS)
    assert len(seven) == len(eight) == 16
    assert seven != eight
    assert rules.key_of({"grades": (8, 7)}, DEFAULTS) == seven
    assert rules.key_of({"unknown": 1}, DEFAULTS) == ""


def test_the_pack_then_the_nearest_tenant_then_the_default():
    tenant = {"hours": "room_hours"}
    chain = [{}, {"room_hours": 8}, {"room_hours": 6}]
    assert rules.resolved({}, DEFAULTS, tenant, chain)["hours"] == 8
    assert rules.resolved({"hours": 5}, DEFAULTS, tenant, chain)["hours"] == 5
    assert rules.resolved({"hours": 4}, DEFAULTS, tenant, chain)["hours"] == 4
    assert rules.resolved({}, DEFAULTS, tenant, [{}])["hours"] == 5
    assert rules.resolved({}, DEFAULTS, tenant, [{"room_hours": "many"}, {"room_hours": True}])["hours"] == 5


def test_the_report_that_holds():
    reports = [(DAY - timedelta(days=10), 0), (DAY, 1), (DAY - timedelta(days=10), 2)]
    assert rules.holding(reports, DAY) == 1
    assert rules.holding(reports, DAY - timedelta(days=1)) == 2
    assert rules.holding(reports, DAY - timedelta(days=11)) is None
    assert rules.holding(reports, DAY + timedelta(days=365)) == 1
    assert rules.holding(reports, DAY + timedelta(days=366)) is None
