"""The demo: logins, kept mails, and a generator of believable data, split by noun."""

# Accounts; registrations are a tenth of it. Of a million the most are a crowd: one registration each (see ``crowd``).
SIZES = {"small": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
