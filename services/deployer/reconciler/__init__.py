"""Brings one deployment at a time from what is to what should be, for as long as that takes."""
