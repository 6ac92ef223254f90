"""CMS, hospital outpatient department services that need prior authorization."""

from scrubber.tables.publishers.medicare_lists import OPD_URL, publisher

PUBLISHER = publisher(
    "opd",
    "outpatient_department",
    "Hospital outpatient department services that need prior authorization",
    "the list of outpatient department services that need prior authorization",
    OPD_URL,
)
