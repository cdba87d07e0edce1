"""Exact answers about every possible call: `compare`, `holds`, and the relations in `goals`.

    compare(old, new) -> Proved | Witness | Unknown       is `new` nowhere looser than `old`?
    holds(goal, *policies) -> Proved | Witness | Unknown  any relation of `goals`
    by_capability(goal, *policies)                        the same, class by class
    compare(old, new, certificate=True)                   with a certificate of what is proved
    checker.check(certificate, old, new)                  accepts it, or raises CertificateError

`Proved` is never wrong, `Witness` was run on the engine, `Unknown` says why. `domain` is `"open"`,
any JSON object as arguments, or a JSON Schema of them.

How it is done, from the top: `compare` asks class by class (`classes`, `lists`); `cases` looks for
exits of both decision lists that break the goal together; `solver` settles whether a call takes
them, by `numbers`, `names`, and the product of automata (`texts`, `payload`, `product`), whose
regexes come from Python's parser (`nodes`, `rewriting`, `regexes`) and whose characters from its
matcher (`charsets`, `minterms`, `letters`). What is proved is checked again by `checker`, which
goes by `meaning` and by nothing of these but the classes of characters.
"""
