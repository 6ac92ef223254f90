"""What payers want the record to say."""
