"""Electronic signatures of investigators: bound to what was signed, broken by any later change."""
