"""The gateway's HTTP interface, one file a resource, after the Dutch government's REST API Design Rules 2.1."""
