"""The embedded stack: every part of the platform on one machine, from the package registry alone.

`up` starts a `supervisor`, which starts the `parts` in order and keeps them alive; `status`, `down` and
`reset` look at what it wrote down (`run_record`). Tests start a stack of their own with `stack`.
"""
