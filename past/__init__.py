"""What was known of a patient and of a payer on a day. Imports `claims` only; asks no clock and no store."""
