"""Generators of conversations, one file per skill. Each maker takes (rng, held) and returns an Item."""
