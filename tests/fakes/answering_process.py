"""A service that answers the questions of `tests.fakes.questions`, as a process that a test may kill."""

from chassis.run import run
from chassis.settings import ServiceSettings
from chassis.wiring import Service
from contracts.payload import Payload
from tests.fakes.questions import QUESTIONS, ROWS, Reading

if __name__ == "__main__":
    for kind in QUESTIONS:
        Payload.registry[kind.type_name()] = kind
    run(Service("deployer", ServiceSettings(), ROWS, lambda motion: motion, reading=lambda _running: Reading()))
