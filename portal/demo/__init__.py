"""The demo: logins, kept mails, and a generator of believable data, split by noun."""

SIZES = {"small": 1_000, "10k": 10_000, "100k": 100_000}  # accounts; registrations are a tenth of it
