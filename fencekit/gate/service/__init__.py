"""The gate as a service: AuthZEN for agents in any language, and a page for who approves."""
