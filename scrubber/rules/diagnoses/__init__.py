"""Diagnoses: what they say of the procedure, of each other, and how exactly."""
