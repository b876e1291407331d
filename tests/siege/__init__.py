"""What no peer publishes, measured, and what no peer shows, done to a copy: `make siege`."""
