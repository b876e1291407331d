"""Queries: what people and edit checks ask about an item, and the conversation that follows."""
