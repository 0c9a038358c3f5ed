"""Pre-checks: "is this customer free for these lines?", asked before filing, within a budget, each on record."""
