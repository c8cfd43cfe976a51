"""The main job of the platform shown once, for real: `make demo`.

Before it: a running stack (one is started when there is none). It uses the public client and the HTTP API alone, so
what it shows is what everybody can do. Each step has a deadline; the first that misses it ends the demo by its name.
"""
