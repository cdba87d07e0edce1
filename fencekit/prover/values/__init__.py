"""What a JSON value of a schema can become: the text that Python prints, and the number it reads.

`sets` says which values a schema lets through, as a union of plain sets; `numerals` how numbers are
printed and read, `forms` how a value is printed step by step, and `fields` which fields of a call
make a condition on the amount, the path or a name true. A set may be wider than the schema, never
narrower; of a single value everything is asked of Python itself (`float`, `str`, `repr`).
"""
