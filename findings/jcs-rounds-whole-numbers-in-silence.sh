#!/usr/bin/env bash
# Packages: jcs 0.2.1 and rfc8785 0.1.4 (PyPI), two implementations of RFC 8785 (JSON Canonicalization Scheme).
# Behaviour: a Python int that no double holds is rounded by jcs without a word (2**53 + 1 is written as
#   9007199254740992, 10**21 as 1e+21), while rfc8785 raises IntegerDomainError. Both agree on floats.
# Consequence: the bytes that one signs and the other verifies agree, or cannot be made, depending on the package;
#   encode large amounts and ids as text before canonicalising.
# Output seen:
#   jcs 0.2.1: 9007199254740992, 1e+21
#   rfc8785 0.1.4: IntegerDomainError, IntegerDomainError
#   both for 1e21: 1e+21 1e+21
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT; cd "$here"
python3 -m venv v && v/bin/pip -q install jcs==0.2.1 rfc8785==0.1.4
v/bin/python - >seen <<'E'
from importlib.metadata import version
import jcs, rfc8785
def answer(encode, value):
    try:
        return encode(value).decode()
    except Exception as error:
        return type(error).__name__
large = (2**53 + 1, 10**21)
print(f"jcs {version('jcs')}: " + ", ".join(answer(jcs.canonicalize, v) for v in large))
print(f"rfc8785 {version('rfc8785')}: " + ", ".join(answer(rfc8785.dumps, v) for v in large))
print("both for 1e21:", answer(jcs.canonicalize, 1e21), answer(rfc8785.dumps, 1e21))
E
cat seen
diff - seen <<'E'
jcs 0.2.1: 9007199254740992, 1e+21
rfc8785 0.1.4: IntegerDomainError, IntegerDomainError
both for 1e21: 1e+21 1e+21
E
