"""Model inputs, each declared once; training and serving compute them through the same `rows`."""
