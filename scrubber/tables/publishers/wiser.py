"""CMS, services of the WISeR model."""

from scrubber.tables.publishers.medicare_lists import WISER_URL, publisher

PUBLISHER = publisher(
    "wiser", "wiser", "Services of the WISeR model", "the list of services of the WISeR model", WISER_URL
)
