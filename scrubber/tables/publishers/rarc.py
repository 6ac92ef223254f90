"""X12, remittance advice remark codes."""

from scrubber.tables.publishers.reason_codes import publisher

PUBLISHER = publisher("rarc", "https://x12.org/codes/remittance-advice-remark-codes")
