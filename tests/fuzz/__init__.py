"""Fuzzing the X12 readers: whatever happens to a file, every claim in it comes out or is said to be lost.

`python -m tests.fuzz.run --inputs 100000 --seed 1` mutates files for as long as asked; the tests here do a little.
"""
