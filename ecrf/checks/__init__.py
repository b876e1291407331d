"""Edit checks: hard ones refuse an impossible value, soft ones save it and ask the site about it."""
