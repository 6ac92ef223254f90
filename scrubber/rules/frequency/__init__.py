"""How often a service is covered."""
