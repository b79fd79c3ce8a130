"""The command line: one face of the services, without a rule of its own."""
