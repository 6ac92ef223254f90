"""Who did the service, on whose word, and whether the payer knows them."""
