"""The parts of a graph in which every node leads to every other: loops, and loops in loops."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def components(edges: Mapping[N, Sequence[N]]) -> Iterator[list[N]]:
    """Yield the strongly connected components of a graph (Tarjan, without recursion).

    A node that is on no loop is a component of its own.
    """
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    open_nodes: list[N] = []
    is_open: set[N] = set()
    for root in edges:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_nodes.append(root)
        is_open.add(root)
        stack = [(root, iter(edges[root]))]
        while stack:
            node, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    found = [open_nodes.pop()]
                    while found[-1] != node:
                        found.append(open_nodes.pop())
                    is_open.difference_update(found)
                    yield found
            elif following not in index:
                index[following] = low[following] = len(index)
                open_nodes.append(following)
                is_open.add(following)
                stack.append((following, iter(edges.get(following, ()))))
            elif following in is_open:
                low[node] = min(low[node], index[following])
