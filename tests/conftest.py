"""How much Hypothesis tries: a little everywhere, a lot with HYPOTHESIS_PROFILE=large."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.postgres import database_url, postgres

__all__ = ["database_url", "postgres"]  # fixtures for every test

_PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "small", max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=_PATIENT
)
settings.register_profile(
    "large", max_examples=3_000, stateful_step_count=80, deadline=None, suppress_health_check=_PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))
