"""A pack as small as one can be that vets clean: notes that agents read and write."""

from pathlib import Path

FILES = {
    "pack.yaml": """\
name: notes
version: 1.2.0
purpose: Notes that agents read and write.
licence: MIT
threat_model:
  stops: [notes that name a secret]
  limits: [it does not read what notes say]
capabilities:
  - name: note.read
    payload: {type: object, properties: {title: {type: string}}, additionalProperties: false}
  - name: note.write
    payload: {type: object, properties: {title: {type: string}}, additionalProperties: false}
parameters:
  titles: {type: words, default: [todo, diary], about: the notes that may be written}
""",
    "source/policy.yaml": """\
terms:
  title: {parameter: titles}
escalate:
  - why: strict writes nothing without a person
    capability: note.write
    from: strict
allow:
  - why: notes are read by their titles
    capability: note.read
    whole: '<title>'
  - why: notes are written by their titles
    capability: note.write
    to: baseline
    whole: '<title>'
guardrails:
  only:
    - why: at most, notes in the list
      capability: [note.read, note.write]
      whole: '<title>'
""",
    "source/cases.yaml": """\
- why: a note is read
  capability: note.read
  field: title
  verdicts: ALLOW
  values: [todo, diary]
- why: a note is read somewhere
  capability: note.read.home
  field: title
  verdicts: ALLOW
  values: [todo, diary]
- why: a note is written somewhere
  capability: note.write.home
  field: title
  verdicts: [ESCALATE, ALLOW, ALLOW]
  values: [todo, diary]
- why: another note somewhere
  capability: note.read.home
  field: title
  verdicts: ESCALATE
  values: [secret]
- why: another note is written somewhere
  capability: note.write.home
  field: title
  verdicts: ESCALATE
  values: [secret]
- why: a note is written
  capability: note.write
  field: title
  verdicts: [ESCALATE, ALLOW, ALLOW]
  values: [todo, diary]
- why: another note
  capability: note.read
  field: title
  verdicts: ESCALATE
  values: [todos, atodo, secret]
- why: another note is written
  capability: note.write
  field: title
  verdicts: ESCALATE
  values: [todos, atodo, secret]
- why: another spelling
  capability: note.read
  field: title
  verdicts: ESCALATE
  values: [TODO, Diary, "todo\\n", "\\ntodo", todo diary, diarytodo, tododiary, ""]
- why: another spelling is written
  capability: note.write
  field: title
  verdicts: ESCALATE
  values: [TODO, Diary, "todo\\n", "\\ntodo", todo diary, diarytodo, tododiary, ""]
- why: another action
  capability: note.delete
  field: title
  verdicts: DENY
  values: [todo, secret]
- why: another thing is read
  capability: letter.read
  field: title
  verdicts: DENY
  values: [todo, secret]
- why: a thing of a similar name is written
  capability: note-other.write
  field: title
  verdicts: DENY
  values: [todo, secret]
- why: another thing is written
  capability: letter.write
  field: title
  verdicts: DENY
  values: [todo, secret]
""",
    "lists/threats.yaml": """\
- capability: note.read
  field: title
  values: [secret, diary2]
""",
    "measure.yaml": """\
sets:
  - name: a list of threats
    kind: attack
    list: threats
    most: {strict: 0, baseline: 0, permissive: 0}
""",
    "CHANGELOG.md": "# Changes\n\n## 1.2.0\n\nThe first version.\n",
}


def write_pack(folder: Path) -> Path:
    """Write the pack into the folder, with all that is rendered, and return the folder."""
    from fencekit.packs.pack.pack import read_pack
    from fencekit.packs.render.render_pack import rendered_files

    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path, text in rendered_files(read_pack(folder)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
