"""The gate behind the interfaces of others: one file for each that it stands in for."""
