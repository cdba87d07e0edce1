"""An independent checker of certificates.

It shares the model, the engine and the classes of characters with the prover, and none of its
steps. `check` goes through every case again and accepts it only where a lemma of the certificate
rules it out; `facts` says when literals contradict each other; `walks` follows patterns by what is
left of them to match, `words` spells arguments step by step.
"""
