"""Databases of released versions, small and synthetic: each later version must take each of them further."""
