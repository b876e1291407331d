"""Whether an installation is the release that it says it is, and the signed report of what was validated."""
