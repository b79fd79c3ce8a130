"""What exists: typed, frozen models of agents, roles and integrations, and what could not be read."""
