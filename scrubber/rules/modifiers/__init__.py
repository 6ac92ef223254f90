"""Modifiers that say what a code alone does not."""
