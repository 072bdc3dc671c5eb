# SPDX-License-Identifier: MIT
"""The scenarios of `make torture` for press-inbox, as many of each as CI has time for."""
import unittest

from torture.returns import Flood, Hostile, Kills    # noqa: F401

if __name__ == '__main__':
    unittest.main()
