"""What policies mean, as programs: the checker of certificates goes by them, and the prover never.

`cases` says how policies decide and with which outcomes a goal is broken, `conditions` what a
condition asks, `patterns` what a regex finds, `texts` how arguments are printed, and `domains` what
a JSON Schema leaves of them. Each is short, and is held against Python's own `re` and
`repr`, and against the engine. The classes of characters, which Python says, are the prover's too.
"""
