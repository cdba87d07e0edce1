"""Faults in how questions are put together and answered: rules, numbers, names, text, classes."""

from prove.adversary.planted.fault import Fault

ANSWERS = (
    Fault(
        "keywords keep their case",
        "prover/rule_literals.py",
        "frozenset(str(keyword).lower() for keyword in as_list(value))",
        "frozenset(str(keyword) for keyword in as_list(value))",
    ),
    Fault(
        "an empty keyword is nowhere",
        "prover/rule_literals.py",
        'ConditionLiterals("" in keywords or _any_of',
        "ConditionLiterals(_any_of",
    ),
    Fault(
        "the shorter of two keywords is dropped, not the longer",
        "prover/rule_literals.py",
        "any(o != word and o in word for o in keywords)",
        "any(o != word and word in o for o in keywords)",
    ),
    Fault(
        "only the first pattern of a list counts",
        "prover/rule_literals.py",
        "    for pattern in map(str, as_list(value)):",
        "    for pattern in map(str, as_list(value)[:1]):",
    ),
    Fault(
        "no number raises",
        "prover/rule_literals.py",
        "        return ConditionLiterals(Literal(passes), Literal(raises))",
        "        return ConditionLiterals(Literal(passes))",
    ),
    Fault(
        "a name is compared as text",
        "prover/rule_literals.py",
        "Literal(Named(str(name), spell_value(value), value))",
        "Literal(Named(str(name), spell_value(str(value)), str(value)))",
    ),
    Fault(
        "a rule holds when its first condition does",
        "prover/rule_literals.py",
        "        so_far = list(add_fact(so_far, reading.holds))\n    assert",
        "        so_far = list(add_fact(so_far, reading.holds))\n        break\n    assert",
    ),
    Fault(
        "NaN is no number",
        "prover/amount_regions.py",
        "return [None, *near, math.nan, BEYOND]",
        "return [None, *near, BEYOND]",
    ),
    Fault(
        "there is always a number",
        "prover/amount_regions.py",
        "return [None, *near, math.nan, BEYOND]",
        "return [*near, math.nan, BEYOND]",
    ),
    Fault(
        "no integer is beyond floats",
        "prover/amount_regions.py",
        "return [None, *near, math.nan, BEYOND]",
        "return [None, *near, math.nan]",
    ),
    Fault(
        "zero is neither positive nor negative",
        "prover/amount_regions.py",
        '"positive": BEYOND in found or any(number >= 0 for number in floats)',
        '"positive": BEYOND in found or any(number > 0 for number in floats)',
    ),
    Fault(
        "text that is infinite is forgotten",
        "prover/amount_regions.py",
        '"infinite": INFINITE in floats',
        '"infinite": False',
    ),
    Fault(
        "nothing is below the least threshold",
        "prover/amount_regions.py",
        "(*_plain(cuts), *_neighbours(cuts), LARGEST, INFINITE, -INFINITE)",
        "(*(one for one in (*_plain(cuts), *_neighbours(cuts)) if not cuts or one >= cuts[0]),"
        " LARGEST, INFINITE)",
    ),
    Fault(
        "an amount is read of one key",
        "prover/partial_model.py",
        "return tuple(FieldSpec(key, tuple(values), held) for key in AMOUNT_KEYS)",
        "return tuple(FieldSpec(key, tuple(values), held) for key in AMOUNT_KEYS[:1])",
    ),
    Fault(
        "a path is read of one key",
        "prover/partial_model.py",
        "FieldSpec(key, (), tuple(held)) for key in PATH_KEYS",
        "FieldSpec(key, (), tuple(held)) for key in PATH_KEYS[:1]",
    ),
    Fault(
        "an unwanted prefix is unwanted anywhere before",
        "prover/partial_model.py",
        "any(map(longest.startswith, unwanted))",
        "any(one.startswith(longest) or longest.startswith(one) for one in unwanted)",
    ),
    Fault(
        "the first of two prefixes is the longest",
        "prover/partial_model.py",
        "longest = max(wanted, key=len)",
        "longest = min(wanted, key=len)",
    ),
    Fault(
        "what is wanted of a name is met by the context alone",
        "prover/glob_solver.py",
        "needs = _field(key, rest, unwanted)",
        "needs = None",
    ),
    Fault(
        "no value but text has a name",
        "prover/glob_solver.py",
        "    for value in (*(atom.expected for atom in met), fresh):",
        "    for value in ():",
    ),
    Fault(
        "a fresh value of a name is forgotten",
        "prover/glob_solver.py",
        "    for value in (*(atom.expected for atom in met), fresh):",
        "    for value in (atom.expected for atom in met):",
    ),
    Fault(
        "an unwanted glob that begins alike shuts out all",
        "prover/glob_solver.py",
        'text == f"{head(text)}*" and begun.startswith(head(text))',
        "begun.startswith(head(text))",
    ),
    Fault(
        "text prints in single quotes always",
        "prover/repr_quoting.py",
        '    "double": (\'"\', \'"\', True),\n    "escaped": ("\'", "\'", True),\n',
        "",
    ),
    Fault(
        "text with both quotes is never closed",
        "prover/repr_quoting.py",
        ', "double": seen == "\'"}.get(way, seen == "\\"\'")',
        ', "double": seen == "\'"}.get(way, False)',
    ),
    Fault(
        "an apostrophe is never escaped",
        "prover/repr_quoting.py",
        "(char if char == '\"' else \"\\\\'\", ",
        "(char, ",
    ),
    Fault(
        "a tab prints as it is",
        "prover/symbol_classes.py",
        'SHORT = {"\\n": "\\\\n", "\\r": "\\\\r", "\\t": "\\\\t"}',
        'SHORT = {"\\n": "\\\\n", "\\r": "\\\\r", "\\t": "\\t"}',
    ),
    Fault(
        "a backslash prints as it is",
        "prover/symbol_classes.py",
        'return SymbolClass(char, ("\\\\\\\\",))',
        'return SymbolClass(char, ("\\\\",))',
    ),
    Fault(
        "only the Latin letters have capitals",
        "prover/symbol_classes.py",
        'return "".join(_capitals().get(char, char if char.lower() == char else ""))',
        "return char",
    ),
    Fault(
        "the Kelvin sign is no k",
        "prover/symbol_classes.py",
        ' + ("\\u212a" if char == "k" else "")',
        "",
    ),
    Fault(
        "a dotted capital I is one character in lower case",
        "prover/symbol_classes.py",
        "    if alphabet.intersection(DOTTED_I.lower()):\n        yield of_chars(DOTTED_I)\n",
        "",
    ),
    Fault(
        "what is not printable prints as it is",
        "prover/symbol_classes.py",
        "if char.isprintable() or not alphabet:",
        "if True or not alphabet:",
    ),
    Fault(
        "no free key is walked",
        "prover/field_relevance.py",
        "keys=quotes or (bool(wanted) and regexes)",
        "keys=False",
    ),
    Fault(
        "no second field is walked",
        "prover/field_relevance.py",
        "several=others or (regexes and (has_words or required))",
        "several=False",
    ),
    Fault(
        "no value but text is walked",
        "prover/field_relevance.py",
        "others = quotes or any(map(meets_the_rim, words))",
        "others = False",
    ),
    Fault(
        "how text is quoted is never walked",
        "prover/field_relevance.py",
        "quotes = any(QUOTES & set(keyword) for keyword in words | unwanted)",
        "quotes = False",
    ),
    Fault(
        "fields stand without a comma",
        "prover/payload_automaton.py",
        "    def _free(self, spot: ArgumentsState, level: int) -> Iterator[ArgumentsTransition]:\n"
        '        """Yield the moves to a field of any key."""\n'
        '        comma, space = (", ", " ")',
        "    def _free(self, spot: ArgumentsState, level: int) -> Iterator[ArgumentsTransition]:\n"
        '        """Yield the moves to a field of any key."""\n'
        '        comma, space = (",", " ")',
    ),
    Fault(
        "fields have no space between their values",
        "prover/payload_automaton.py",
        'over it where its value is exact."""\n        comma, space = (", ", " ")',
        'over it where its value is exact."""\n        comma, space = (", ", "")',
    ),
    Fault(
        "an exact value prints without its quotes",
        "prover/payload_automaton.py",
        'text = f"{comma}{slot.key!r}: {value!r}".lower()',
        'text = f"{comma}{slot.key!r}: {value}".lower()',
    ),
    Fault(
        "an unwanted keyword is forgotten after the root",
        "prover/keyword_automaton.py",
        "            while node and char not in self._ways[node]:",
        "            if node and char not in self._ways[node]:",
    ),
    Fault(
        "a keyword inside of another is not seen",
        "prover/keyword_automaton.py",
        "            self._found[node] |= self._found[back]\n",
        "",
    ),
    Fault(
        "no malformed capability is covered",
        "prover/capability_classes.py",
        "in (*_well_formed(listed, wanted, by_text), *_others(listed, by_text)):",
        "in _well_formed(listed, wanted, by_text):",
    ),
    Fault(
        "a segment that nobody names is left out",
        "prover/capability_classes.py",
        "choices: list[str | None] = [*dict.fromkeys(column[i] for i in named), None]",
        "choices: list[str | None] = [*dict.fromkeys(column[i] for i in named)] or [None]",
    ),
    Fault(
        "an earlier exit is missed when two of its literals are left",
        "prover/counterexample_search.py",
        "if len(left) == 1 and not isinstance(left[0].atom, MatchesRegex):",
        "if not isinstance(left[0].atom, MatchesRegex):",
    ),
    Fault(
        "a cube is split along one literal",
        "prover/counterexample_search.py",
        "    for literal in sorted(clause - cube, key=order):",
        "    for literal in sorted(clause - cube, key=order)[:1]:",
    ),
    Fault(
        "an exit in one list shuts out those before it in the other",
        "prover/violating_cases.py",
        "        for number in column.after(before[-1], last):",
        "        for number in column.after(before[-1], last - 1):",
    ),
    Fault(
        "exits that stand at the same place in both lists are left out",
        "prover/violating_cases.py",
        "                if self._values[at] >= least:",
        "                if self._values[at] > least:",
    ),
    Fault(
        "of exits taken together, those before the one that decides are forgotten",
        "prover/batched_search.py",
        "            found = [self._leaf(part, leaf) for leaf in reversed(before)]",
        "            found: list[Part] = []",
    ),
    Fault(
        "of exits taken together, the one that is hit is forgotten",
        "prover/batched_search.py",
        "leaves = tuple(one for one in part.leaves if one <= hit)",
        "leaves = tuple(one for one in part.leaves if one < hit)",
    ),
    Fault(
        "what is refuted is one literal of it",
        "prover/cube_solver.py",
        "            self.refuted.add(found.core)\n        return found",
        "            self.refuted.add(frozenset(list(found.core)[:1]))\n        return found",
    ),
    Fault(
        "of several ways to be so, the first counts",
        "prover/cube_solver.py",
        "        return (with_names(common, chosen) for chosen in product(*by_name))",
        "        return (with_names(common, chosen) for chosen in islice(product(*by_name), 1))",
    ),
    Fault(
        "values of the plainest level are walked only",
        "prover/product_search.py",
        "for level, queue in enumerate(queues):",
        "for level, queue in enumerate(queues[:2]):",
    ),
    Fault(
        "a walk ends in the thirtieth state of a regex",
        "prover/product_search.py",
        "        spot, words, found = state\n        step =",
        "        spot, words, found = state\n"
        "        if found and found[0] > 30:\n            return\n        step =",
    ),
    Fault(
        "the text begins behind its bracket",
        "prover/product_search.py",
        'begun = keywords.step(keywords.start, "{")',
        "begun = keywords.start",
    ),
)
