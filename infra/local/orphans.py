"""End what a killed supervisor left behind.

On Linux nothing is left: parts die with it. Elsewhere their process ids stand in its run record; each is ended only
if it began when the record says so, because ids are given out again.
"""

import contextlib

import psutil

from infra.local import run_record
from infra.local.home import Home

_SAME_START = 5.0  # seconds between the system's own start time and the one recorded
_PATIENCE = 5.0  # seconds to end by itself


def end_orphans(home: Home) -> None:
    """End the parts of the stack that ran here last, and forget its record. Call with the home's lock held."""
    record = run_record.read(home)
    orphans: list[psutil.Process] = []
    for part in record.parts.values() if record is not None else ():
        with contextlib.suppress(psutil.Error, ValueError):
            process = psutil.Process(part.pid)
            if part.pid and abs(process.create_time() - part.started) < _SAME_START:
                process.terminate()
                orphans.append(process)
    _gone, stubborn = psutil.wait_procs(orphans, timeout=_PATIENCE)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    home.run_record.unlink(missing_ok=True)
