"""Runs the suites of this folder, or those that are named, and ends with one line of counts."""

import sys
import unittest
from pathlib import Path

folder = str(Path(__file__).parent)
loader = unittest.defaultTestLoader
if sys.argv[1:]:
    sys.path.insert(0, folder)
    suite = loader.loadTestsFromNames([f"test_{name}" for name in sys.argv[1:]])
else:
    suite = loader.discover(folder)
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
failed = len(result.failures) + len(result.errors)
print(f"{result.testsRun - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
