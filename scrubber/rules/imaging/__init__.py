"""Imaging: guidance that goes with a procedure, and who is paid for which part of it."""
