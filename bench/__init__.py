"""Benchmarks: commands, not timed tests. Each prints a ratio against something run beside it."""
