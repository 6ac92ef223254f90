"""Drugs: their units, containers and numbers, and what was injected."""
