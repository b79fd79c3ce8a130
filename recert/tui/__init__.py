"""The terminal UI: five modes over the same services as the command line."""
