"""The gate behind the hooks of coding agents, which ask a command before each call."""
