"""CMS, services of the WISeR model."""

from scrubber.tables.publishers.medicare_lists import WISER_URL, publisher

PUBLISHER = publisher("wiser", "wiser", "the list of services of the WISeR model", WISER_URL)
