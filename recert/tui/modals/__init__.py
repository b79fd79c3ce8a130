"""Questions that lie over a mode: each asks one thing and answers with a plain value."""
