"""Who somebody is, and what they may do.

Before it: any OpenID Connect provider, the local issuer among them. After it: the gateway's routes and pages, which get
a `Person` or nothing, and an `Allowed` or a `Denied`. People's names live in this folder's store and nowhere else.
"""
