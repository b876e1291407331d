"""Tests: `ecrf` and `trial` mirror the code, `rules` hold for everything, `browser` are journeys, `bench` measures."""
