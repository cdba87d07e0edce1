"""Exact answers about every possible call: `compare`, `holds`, and the relations in `goals`.

    compare(old, new) -> Proved | Witness | Unknown      is `new` nowhere looser than `old`?
    holds(goal, *policies) -> Proved | Witness | Unknown  any relation of `goals`
    by_capability(goal, *policies)                        the same, class by class

`Proved` is never wrong, `Witness` was run on the engine, `Unknown` says why.
"""
