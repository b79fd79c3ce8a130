"""What things look like as rows: pure functions, no widget and no service."""
