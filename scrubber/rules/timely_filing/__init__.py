"""Claims and corrections that come too late."""
