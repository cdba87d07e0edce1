"""The HTML report in a real browser, and the reports it is tried on."""
