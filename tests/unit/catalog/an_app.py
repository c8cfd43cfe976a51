"""A small app on paper, which the tests beside it fill in and break."""

from collections.abc import Callable
from pathlib import Path

APP = """
name: NAME
title: A reader
summary: {nl: Leest wat je geeft., en: Reads what you give.}
categories: [documents]
facts:
  licenceCode:
    value: MIT
    source: {uri: "https://example.org/LICENSE", seen: 2026-11-24}
"""

VERSION = """
version: VERSION
released: 2026-11-01
spec:
  containers:
    - name: reader
      image: example.org/reader:1
      ports: [{name: http, number: 8080, public: true}]
      resources: {cpu: 100m, memory: 64Mi}
      readiness: {port: http, path: /ready}
      mounts: [{volume: data, path: /data}]
  volumes: [{name: data, size: 1Gi}]
"""

AddApp = Callable[..., Path]
