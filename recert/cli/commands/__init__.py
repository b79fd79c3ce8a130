"""The commands, one module a subject; `recert.cli.registry` says where each one lives."""
