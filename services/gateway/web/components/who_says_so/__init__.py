"""Who says a fact is so, beside every fact."""
