"""What was measured, test by test: strength, signs, laboratory, nerves, disability."""
