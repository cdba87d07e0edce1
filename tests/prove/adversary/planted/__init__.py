"""Faults that are planted in the prover, one at a time: the adversary must find every one.

A fault is one replacement in a source file. `importing.py` has it read so, in a process of its own;
`sweep.py` runs the adversary on each. `answers.py`, `domains.py` and `regexes.py` have the faults.

What changes no answer is no fault, and is not among them. Three were, and are gone:

- *case has no kin*: each of the 50 characters of Python's own table has a lower or an upper form
  beside itself, so that the set of cased characters is the same without the table;
- *integers beyond floats are asked for alone*: where a rule compares, raising is an exit of its
  own. So no question leaves such integers and floats both, and what is asked for is one or other;
- *Python prints values however deep they are*: the error that follows is caught where the domain
  is read, and ends in the same answer, that it is nested too deep.
"""
