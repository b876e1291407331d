"""Takes personal data entered by mistake out of the trail and of what was kept beside it, and leaves a tombstone."""
