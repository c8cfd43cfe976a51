"""Whether the tests would notice: each act breaks one rule of the log in a copy of the code, and its test must fail."""
