"""Programs that travel inside a pack and need nothing of recert."""
