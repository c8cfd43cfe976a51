"""The nouns of compliance: frozen state, pure decisions and folds."""
