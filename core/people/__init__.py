"""The user model: e-mail sign-in, language, time zone."""
