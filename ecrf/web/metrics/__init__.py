"""What a monitoring system reads at /metrics: how the product is doing, and nothing of any patient."""
