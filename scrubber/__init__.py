"""What published policy says about a claim: deterministic, dated, cited."""
