"""Gateway: the only public address. It takes requests, gathers events and streams them."""
