"""Scheduled exchange: pieces of a grant's rows into a consumer's database or file store, each once."""
