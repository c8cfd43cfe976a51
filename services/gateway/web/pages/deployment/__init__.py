"""One deployment, in whichever state it is, with its timeline."""
