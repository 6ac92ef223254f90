"""Where the service took place: what may be billed there, and what the claim has to say of it."""
