"""The pages of an import and what is sent from them."""
