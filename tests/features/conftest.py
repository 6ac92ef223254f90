"""Profiles of Hypothesis for a machine that does other work beside the tests."""

from hypothesis import HealthCheck, settings

settings.register_profile("features", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("features")
