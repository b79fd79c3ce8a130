"""Campaigns: opening, assigning, deciding, signing, closing; the state machines."""
