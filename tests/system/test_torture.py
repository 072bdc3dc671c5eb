# SPDX-License-Identifier: MIT
"""The scenarios of `make torture` (tests/system/torture), as many of each as CI has time for."""
import unittest

from torture.chaos import Away, Chaos                    # noqa: F401
from torture.faults import Disk, Line, Memory, Secured, Steps, Submit  # noqa: F401
from torture.kills import Kills                          # noqa: F401
from torture.moments import ClockJump, Locked            # noqa: F401
from torture.phases import Phases                        # noqa: F401

if __name__ == '__main__':
    unittest.main()
