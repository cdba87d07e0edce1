"""Two versions of a policy: what changed between them, and which change made a call differ."""
