"""Whether the payer covers the patient on the day, and what it wants beforehand."""
