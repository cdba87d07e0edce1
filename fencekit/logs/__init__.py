"""Audit logs, one file a format: each streams the records of a log, valid or not."""
