"""Who pays first, and what the next payer has to be told of it."""
