"""A tree of organisations with counts rolled up it, and the same as rows for ``kernel.suppression``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinqiao.kernel.suppression import Row
from xinqiao.people.models import Organisation


@dataclass
class Tree:
    """Bureaus, schools and grades below ``root`` (and the root itself), and where each class belongs."""

    root: Organisation
    nodes: dict[int, Organisation]
    above: dict[int, tuple[int, ...]]
    """Organisation id (classes too) → ids of the nodes it counts for."""
    children: dict[int, list[int]]

    def rolled(self, counts: Mapping[int, int]) -> Counter[int]:
        """Counts by organisation, added up to every node they lie in."""
        found: Counter[int] = Counter()
        for place, count in counts.items():
            for node in self.above.get(place, ()):
                found[node] += count
        return found


def tree_of(root: Organisation) -> Tree:
    """One query."""
    every = list(Organisation.objects.filter(path__startswith=root.path or "-").order_by("path"))
    nodes = {node.pk: node for node in every if node.kind != "class"}
    above = {node.pk: tuple(pk for pk in node.ancestors_ids() if pk in nodes) for node in every}
    children: dict[int, list[int]] = defaultdict(list)
    for node in nodes.values():
        if node.parent_id in nodes:
            children[node.parent_id].append(node.pk)
    return Tree(root, nodes, above, children)


def rows(tree: Tree, columns: Sequence[Mapping[int, int]], size: Mapping[int, int], key: int | None = None) -> Row:
    """A measure as rows. What a node has beyond its children (a student without a class, a class without a grade) is a
    row of its own with a negative key, so that the children of a row always add up to it."""
    key = tree.root.pk if key is None else key
    own = tuple(column.get(key, 0) for column in columns)
    below = tuple(rows(tree, columns, size, child) for child in tree.children.get(key, ()))
    rest = tuple(n - sum(row.counts[place] for row in below) for place, n in enumerate(own))
    if below and any(rest):
        below = (*below, Row(-key, rest))
    return Row(key, own, below, size.get(key, 0))
