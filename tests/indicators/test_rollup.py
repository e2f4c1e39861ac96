"""Whatever the tree and the shares: what stands above is the sum of what stands below, and few children stay hidden."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.indicators.reckoning import Ground, Rolled, rolled_up
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.indicators.tree import Tree
from xinqiao.people.models import Organisation

DAY = date(2026, 11, 23)
RATIO = Indicator("x.ratio", "", "")
CHILDREN = Indicator("x.children", "", "", children=True)
KINDS = ("bureau", "school", "grade", "class")


@st.composite
def trees(draw) -> list[Organisation]:
    """Bureaus in bureaus, schools in them, grades and classes in those: rows that were never saved."""
    nodes = [Organisation(pk=1, kind="bureau", name="1", path="/1/")]
    for pk in range(2, draw(st.integers(2, 24))):
        parent = draw(st.sampled_from([node for node in nodes if node.kind != "class"]))
        kinds = {"bureau": ("bureau", "school"), "school": ("grade",), "grade": ("class",)}[parent.kind]
        node = Organisation(pk=pk, kind=draw(st.sampled_from(kinds)), name=str(pk), path=f"{parent.path}{pk}/")
        node.parent_id = parent.pk
        nodes.append(node)
    return nodes


def ground_of(nodes: list[Organisation]) -> Ground:
    """A ground without a database."""
    ground = Ground.__new__(Ground)
    inner = {node.pk: node for node in nodes if node.kind != "class"}
    children: dict[int, list[int]] = {}
    for node in inner.values():
        if node.parent_id in inner:
            children.setdefault(node.parent_id, []).append(node.pk)
    above = {node.pk: tuple(pk for pk in node.ancestors_ids() if pk in inner) for node in nodes}
    ground.tree = Tree(nodes[0], inner, above, children)
    ground.on, ground._sizes, ground._reports, ground._options = DAY, ground.tree.rolled({}), {}, {}
    return ground


def shares_for(draw, nodes, part=st.integers(0, 30)):
    """A share at some schools and some of their classes."""
    found = {}
    for node in nodes:
        if node.kind in ("school", "class") and draw(st.booleans()):
            whole = draw(st.integers(0, 40))
            found[node.pk] = Share(min(draw(part), whole), whole)
    return found


@given(st.data())
def test_sums_are_equal_at_every_node(data):
    nodes = data.draw(trees())
    ground, live = ground_of(nodes), shares_for(data.draw, nodes)
    bearing = ground.bearing(RATIO)
    reported = {node.pk: Share(1, 2) for node in bearing if data.draw(st.booleans())}

    found = rolled_up(ground, RATIO, bearing, live, reported)

    school = {node.pk for node in bearing}
    placed = {pk: share for pk, share in live.items() if any(home in school for home in ground.tree.above[pk])}
    homes = {next(home for home in reversed(ground.tree.above[pk]) if home in school) for pk in placed}
    for node in nodes:
        if node.kind not in ("bureau", "school"):
            assert node.pk not in found
            continue
        inside = [share for pk, share in placed.items() if node.pk in ground.tree.above[pk]]
        inside += [share for pk, share in reported.items() if pk not in homes and node.pk in ground.tree.above[pk]]
        if not inside:
            assert node.pk not in found
            continue
        assert (found[node.pk].part, found[node.pk].whole) == (
            sum(share.part for share in inside), sum(share.whole for share in inside)
        )  # fmt: skip
        below = [found[pk] for pk in ground.tree.children.get(node.pk, []) if pk in found]
        if node.kind == "bureau":
            assert found[node.pk].part == sum(one.part for one in below)
            expected = "live" if {one.source for one in below} == {"live"} else "reported"
            assert found[node.pk].source == expected


@given(st.data())
def test_few_children_are_never_shown(data):
    nodes = data.draw(trees())
    ground, live = ground_of(nodes), shares_for(data.draw, nodes)

    found = rolled_up(ground, CHILDREN, ground.bearing(CHILDREN), live, {})

    for one in found.values():
        if one.shown:
            for cell in (one.part, one.whole - one.part):
                assert cell == 0 or cell >= 10
    for node in ground.tree.nodes.values():
        below = [found[pk] for pk in ground.tree.children.get(node.pk, []) if pk in found]
        hidden = [one for one in below if not one.shown]
        if node.pk in found and found[node.pk].shown and node.kind == "bureau" and any(_small(one) for one in hidden):
            assert sum(one.part for one in hidden) >= 10 or sum(one.part for one in below) == 0


def _small(one: Rolled) -> bool:
    return 0 < one.part < 10


@pytest.mark.parametrize("quiet", [True, False])
def test_a_quiet_share_counts_for_its_own_school_only(quiet):
    bureau = Organisation(pk=1, kind="bureau", name="", path="/1/")
    school, other = (Organisation(pk=pk, kind="school", name="", path=f"/1/{pk}/") for pk in (2, 3))
    school.parent_id = other.parent_id = 1
    ground = ground_of([bureau, school, other])
    live = {2: Share(5, 10, quiet=quiet), 3: Share(20, 40, quiet=False)}

    found = rolled_up(ground, CHILDREN, [school, other], live, {})

    assert found[1].part == (20 if quiet else 25)
    assert (found[2].part, found[2].shown) == (5, not quiet)
    assert found[1].shown
