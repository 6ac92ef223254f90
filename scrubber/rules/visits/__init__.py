"""Office visits: which one, beside what, and how much of it."""
