"""Faults that are planted in the prover, one at a time: the adversary must find every one.

A fault is one replacement in a source file. `importing.py` has it read so, in a process of its own;
`sweep.py` runs the adversary on each. `answers.py`, `domains.py` and `regexes.py` have the faults.
"""
