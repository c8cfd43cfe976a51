"""How the platform runs: locally (`local`), and on the parts that production uses."""
