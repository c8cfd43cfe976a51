"""An OpenID Connect issuer with demo people, so that the local stack needs no identity provider.

Before it: `infra/local/people.yaml`. After it: the gateway's `identity` folder, which knows it only as an issuer
address and would not notice another provider in its place. It refuses to run anywhere but on this machine.
"""
