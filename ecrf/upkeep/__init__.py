"""Keeps an installation whole over the years: upgrades that prove themselves, and drills of the way back."""
