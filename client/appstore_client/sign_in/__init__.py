"""Signing in at the issuer that the platform announces, and keeping the tokens where only this user can read them."""
