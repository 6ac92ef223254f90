"""Payer profiles: what a practice's biller writes down of a payer, in TOML, and how it is read and checked."""

from scrubber.profiles.grammar import UnreadableProfile
from scrubber.profiles.reading import FOLDER, Known, known_to, load_profiles, read_profile

__all__ = ["FOLDER", "Known", "UnreadableProfile", "known_to", "load_profiles", "read_profile"]
