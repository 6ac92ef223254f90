"""Services billed twice."""
