"""X12, claim adjustment reason codes."""

from scrubber.tables.publishers.reason_codes import publisher

PUBLISHER = publisher("carc", "https://x12.org/codes/claim-adjustment-reason-codes")
