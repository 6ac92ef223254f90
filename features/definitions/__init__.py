"""The features, one file a question."""
