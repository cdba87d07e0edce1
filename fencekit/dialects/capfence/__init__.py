"""The CapFence dialect: YAML with deny, require_approval, risk_levels and allow, and `extends`."""
