"""Drug tests: one of a kind a day, how often, on whose order and in which laboratory."""
