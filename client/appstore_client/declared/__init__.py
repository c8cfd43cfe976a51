"""Deployments as a team writes them down in files: read, compared with what is there, asked for, written out again."""
