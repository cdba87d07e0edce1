"""The HTML report: one file that needs no network and no script; the only door to jinja2."""
