"""The standing adversary: pairs of policies built to differ in one subtle spelling, and an oracle.

`grammar/` makes the pairs, `calls.py` lists every short call of a pair, `oracle.py` decides them
by the real CapFence package and by `jsonschema`, `judge.py` asks the prover and holds its answer
against that, `minimise.py` makes what is found small, and `sweep.py` runs it for hours. Nothing
here reads a pattern or a schema as the prover does: the prover is asked, never used to judge.
"""
