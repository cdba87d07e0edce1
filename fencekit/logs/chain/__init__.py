"""Hash chains of audit logs: verifying CapFence's and ours, writing ours."""
