"""Collectors: one module for each kind of thing that a reading takes in."""
