"""Sites: added, corrected, activated, closed."""
