"""What the practice charges, and what it tells the patient of the cost."""
