"""What the claim itself must hold: numbers that add up, identifiers that exist."""
