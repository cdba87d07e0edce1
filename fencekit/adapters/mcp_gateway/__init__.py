"""The gate in front of any MCP server: a relay of messages that decides calls of tools."""
