"""An independent checker of certificates; read `check` first.

It shares the model, the engine and the classes of characters with the prover, and none of its
steps. `cases` lists what would break a goal, read off the policies; `check` wants each case ruled
out by lemmas, and each lemma shown. What these speak of is said once, as programs: `conditions`
what a condition asks, `patterns` what a regex finds, `texts` how arguments are printed.
"""
