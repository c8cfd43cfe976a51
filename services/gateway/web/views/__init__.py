"""From what the gateway has read to what a page shows: pure functions from read-model documents to views."""
