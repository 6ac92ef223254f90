"""Whether procedure and diagnosis codes were valid on the date of service."""
