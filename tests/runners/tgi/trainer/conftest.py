"""Makes the trainer's package importable as it lies in the repository, and keeps tests to one thread and
offline.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
ROOT = Path(__file__).parents[4]
for folder in (ROOT / "runners" / "tgi" / "trainer", Path(__file__).parent):
    sys.path.insert(0, str(folder))
