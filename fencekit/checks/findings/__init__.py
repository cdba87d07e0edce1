"""What a check found: comparison of decisions, grouping, status."""
