"""Programmes, partner organisations, membership, authorisations, agreements, tiers; builds the actor."""
