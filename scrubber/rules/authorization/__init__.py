"""Approval a payer wants before the service."""
