"""Faults in what values of a schema can become, and in how a schema is read."""

from prove.adversary.planted.fault import Fault

DOMAINS = (
    Fault(
        "a required key is neither asked for nor optional where another decides",
        "prover/values/schema_arguments.py",
        "dict.fromkeys((*self.required, *(key for way in ways for key in way.present)))",
        "dict.fromkeys(key for way in ways for key in way.present) or dict.fromkeys(self.required)",
        4,
        (
            (
                "prover/values/schema_arguments.py",
                "left = [key for key in self._unions if key not in present]",
                "left = [key for key in self._unions if key not in (*present, *self.required)]",
            ),
        ),
    ),
    Fault(
        "no optional key comes before the one that decides",
        "prover/values/schema_arguments.py",
        "        left = [key for key in self._unions if key not in present]",
        "        left = [key for key in self._unions if key not in present and not present]",
        4,
    ),
    Fault(
        "the first key of a family decides, whatever it holds",
        "prover/values/schema_arguments.py",
        "                before[key] = passed\n",
        "                before[key] = ()\n",
        4,
    ),
    Fault(
        "only the first key of a family is read",
        "prover/values/schema_arguments.py",
        "        for key in family:\n            if not self.union(key):\n"
        "                continue\n",
        "        for key in family:\n            if not self.union(key) or before:\n"
        "                continue\n",
        4,
    ),
    Fault(
        "an amount is never absent where there is a key for it",
        "prover/values/schema_arguments.py",
        "        if may_be_none:\n            yield Way(before)",
        "        if may_be_none and not before:\n            yield Way(before)",
    ),
    Fault(
        "text is never an amount",
        "prover/values/field_specs.py",
        "            if isinstance(member, TextSet):\n                found += of_numerals",
        "            if isinstance(member, bool):\n                found += of_numerals",
        5,
    ),
    Fault(
        "a numeral under `const` or `enum` is no amount",
        "prover/values/field_specs.py",
        "[one for one in plain_values(union) if asked.has(one)])\n        numbers",
        "[one for one in plain_values(union) if not isinstance(one, str) and asked.has(one)])\n"
        "        numbers",
        5,
    ),
    Fault(
        "text that is no numeral is none that is not read",
        "prover/values/field_specs.py",
        "of_texts = self.any_of(key, texts, ((numeral(), False),))",
        "of_texts: tuple[FieldSpec, ...] = ()",
    ),
    Fault(
        "a path is text",
        "prover/values/field_specs.py",
        "some = tuple(one for one in union if not (isinstance(one, Constant)"
        " and one.value is None))",
        "some = tuple(one for one in union if isinstance(one, TextSet))",
    ),
    Fault(
        "a name is met by text only",
        "prover/values/field_specs.py",
        "        if isinstance(member, NumberSet) and met:",
        "        if not isinstance(member, TextSet):\n            return ()\n"
        "        if isinstance(member, NumberSet) and met:",
    ),
    Fault(
        "text inside of values has no apostrophe",
        "prover/values/form_printer.py",
        "                for way, (mark, _, _) in WAYS_OF_QUOTING.items():",
        '                for way, (mark, _, _) in [("single", ("\'", "", False))]:',
        6,
    ),
    Fault(
        "inside of values what cannot be printed prints as it is",
        "prover/values/form_printer.py",
        "    elif letter.is_printable:\n        yield from (PrintStep",
        "    elif True:\n        yield from (PrintStep",
        6,
    ),
    Fault(
        "inside of values line breaks print as they are",
        "prover/values/form_printer.py",
        '        shown = SHORT.get(char, "\\\\\\\\")',
        '        shown = char if char in SHORT else "\\\\\\\\"',
        6,
    ),
    Fault(
        "inside of values a backslash stands once",
        "prover/values/form_printer.py",
        '        shown = SHORT.get(char, "\\\\\\\\")',
        '        shown = SHORT.get(char, "\\\\")',
        6,
    ),
    Fault(
        "an escape has the digits of the first character of its class",
        "prover/values/form_printer.py",
        "        yield PrintStep(shown[:2].lower(), shown[:2], InEscape(len(shown) - 2, then))\n",
        "",
        6,
    ),
    Fault(
        "a number of nested values has one digit",
        "prover/values/form_printer.py",
        "                yield from self._digits(state.node, state.state)\n                if",
        "                if",
    ),
    Fault(
        "an array has one item at most",
        "prover/values/form_nodes.py",
        '            after.append(self._add(Print(", ", self.of(form.item, last))))',
        "            pass",
    ),
    Fault(
        "fields of nested objects come in their order",
        "prover/values/form_nodes.py",
        "                if key not in done\n",
        "                if not done or key > max(done)\n",
    ),
    Fault(
        "fields of nested objects are all there",
        "prover/values/form_nodes.py",
        "[closing] if form.required <= done else []",
        "[closing] if len(done) == len(form.fields) else []",
    ),
    Fault(
        "in any array there is nothing nested",
        "prover/values/form_nodes.py",
        '        ways += [self._add(Print(text, inner)) for text in "[{"]\n',
        "",
    ),
    Fault(
        "any object has text as its values",
        "prover/values/form_nodes.py",
        '            item = self._add(PrintQuoted((), self._add(Print(": ", item))))',
        '            item = self._add(PrintQuoted((), self._add(Print(": ", self._add('
        "PrintQuoted((), after))))))",
    ),
    Fault(
        "one is never 1.0",
        "prover/values/printed_forms.py",
        "for other in (int(value), float(value), *((-0.0, 0.0) if value == 0 else ())):",
        "for other in ((-0.0, 0.0) if value == 0 else ()):",
    ),
    Fault(
        "zero is never -0.0",
        "prover/values/printed_forms.py",
        "*((-0.0, 0.0) if value == 0 else ())",
        "*()",
    ),
    Fault(
        "a listed array stands for all",
        "prover/values/printed_forms.py",
        "        if array.items is None and array.least == 0 and array.most is None:",
        "        if array.items is None:\n            return Verbatim('[]')\n"
        "        if array.items is None and array.least == 0 and array.most is None:",
    ),
    Fault(
        "an integer is read as itself, though no float holds it",
        "prover/values/number_printing.py",
        "    below = math.nextafter(number, -math.inf)\n",
        "    if abs(number) < 2.0**60:\n        return math.ceil(number)\n"
        "    below = math.nextafter(number, -math.inf)\n",
        9,
    ),
    Fault(
        "no integer of a domain is beyond floats",
        "prover/values/number_printing.py",
        "    if beyond:\n        wanted +=",
        "    if beyond and number is None:\n        wanted +=",
        9,
    ),
    Fault(
        "a constant beyond floats is none that raises",
        "prover/values/field_specs.py",
        "            return self.beyond\n        if math.isnan(number):",
        "            return False\n        if math.isnan(number):",
        9,
    ),
    Fault(
        "floats print with an exponent from 1e15 on",
        "prover/values/number_printing.py",
        "WITH_EXPONENT = 10**16",
        "WITH_EXPONENT = 10**15",
    ),
    Fault(
        "small floats print with all their digits",
        "prover/values/number_printing.py",
        "    if low < SMALL and high > 0 and not whole:",
        "    if low < 0:",
    ),
    Fault(
        "an integer is never printed as a float",
        "prover/values/number_printing.py",
        "        if self.floats is not None:\n            ways.append",
        "        if self.floats is not None and not self.whole:\n            ways.append",
    ),
    Fault(
        "negative integers have no minus",
        "prover/values/number_printing.py",
        '        ways.append("-" + digits(',
        '        ways.append("" + digits(',
    ),
    Fault(
        "the greatest of some numbers is left out",
        "prover/values/number_printing.py",
        '    if not low.strip("0") and not high.strip("9"):',
        '    if low != high and left == 0:\n        return f"[{first}-{int(last) - 1}]"\n'
        '    if not low.strip("0") and not high.strip("9"):',
    ),
    Fault(
        "a numeral has no underscores",
        "prover/values/number_printing.py",
        'DIGITS = r"\\d(?:_?\\d)*"',
        'DIGITS = r"\\d\\d*"',
        5,
    ),
    Fault(
        "a length that is a float is none",
        "prover/values/schema_sets.py",
        'math.floor(schema[f"max{of}"]) if f"max{of}" in schema else None',
        'math.floor(schema[f"max{of}"]) - isinstance(schema[f"max{of}"], float)'
        ' if f"max{of}" in schema else None',
        8,
    ),
    Fault(
        "the least length is one more",
        "prover/values/schema_sets.py",
        '    least = math.ceil(schema.get(f"min{of}", 0))',
        '    least = math.ceil(schema.get(f"min{of}", -1)) + 1',
        8,
    ),
    Fault(
        "of a choice, the first part counts",
        "prover/values/schema_sets.py",
        "for part in schema[choice] for member in self.of(part, depth)]",
        "for part in schema[choice][:1] for member in self.of(part, depth)]",
    ),
    Fault(
        "what is no number of JSON is of no schema",
        "prover/values/schema_sets.py",
        '[*TYPES, "not finite"]',
        "list(TYPES)",
    ),
    Fault(
        "an exclusive limit leaves out one more",
        "prover/values/value_sets.py",
        "        low = math.floor(limit) + 1 if is_open else math.ceil(limit)",
        "        low = math.floor(limit) + 2 if is_open else math.ceil(limit)",
    ),
    Fault(
        "limits that are equal leave nothing",
        "prover/values/value_sets.py",
        "    if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):",
        "    if low[0] >= high[0]:",
    ),
    Fault(
        "a property named `definitions` is dropped",
        "schema/schema_references.py",
        "            return {name: self.resolve(one, within) for name, one in value.items()}",
        "            return {\n                name: self.resolve(one, within)\n"
        "                for name, one in value.items()\n"
        "                if name not in REFERENCES\n            }",
        7,
    ),
    Fault(
        "a property with an empty name is no field",
        "prover/values/schema_arguments.py",
        "        self._unions = dict(unions)",
        "        self._unions = {key: one for key, one in unions.items() if key or not one}",
        7,
    ),
    Fault(
        "what stands beside a reference is all that counts",
        "schema/schema_references.py",
        '        return {"allOf": [there, made]}',
        "        return made",
    ),
    Fault(
        "a constant that Python does not print is taken",
        "schema/argument_schema.py",
        '    if word in ("const", "enum") and not is_printable(value):',
        '    if word in ("const", "enum") and not value == value:',
        10,
    ),
    Fault(
        "Python prints integers of any number of digits",
        "schema/argument_schema.py",
        "        return isinstance(str(value), str)\n    except (ValueError, RecursionError):",
        "        return isinstance(str(value), str)\n    except RecursionError:",
        10,
    ),
    Fault(
        "numbers are tried that Python does not print",
        "prover/values/field_specs.py",
        "    shown = filter(is_printable, ranges.samples())",
        "    shown = ranges.samples()",
        10,
    ),
    Fault(
        "of a few integers each is a constant, however long",
        "prover/values/schema_sets.py",
        "    return high - low <= MOST_LISTED and is_printable([low, high])",
        "    return high - low <= MOST_LISTED",
        10,
    ),
    Fault(
        "what is a multiple is found in print",
        "schema/keyword_assertions.py",
        "    return Fraction(number if isinstance(number, int) else str(number))",
        "    return Fraction(str(number))",
        10,
    ),
    Fault(
        "a form that is too deep is followed",
        "prover/values/field_specs.py",
        "    except (UnsupportedError, RecursionError):",
        "    except UnsupportedError:",
        10,
        (
            (
                "prover/cube_solver.py",
                "        except RecursionError:",
                "        except ZeroDivisionError:",
            ),
            (
                "prover/prover.py",
                "        except RecursionError:",
                "        except ZeroDivisionError:",
            ),
        ),
    ),
)
