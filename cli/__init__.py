"""The command line: the biller's and the data scientist's door. Nothing is computed here."""
