"""The steps from each schema of the store to the next; loaded only when a store is behind."""
