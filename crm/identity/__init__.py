"""Is this the same customer? Normal forms, match keys, find_matches."""
