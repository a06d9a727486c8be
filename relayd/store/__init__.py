"""What is kept: SQLite in WAL mode behind one thread that writes, many turns to a commit.

``store`` is the loop's side: what waits, for how long, and what becomes of it while the disk is
lost. ``writer`` is the thread's side: the file itself. ``rows`` and ``packs`` say how rows look on
disk, ``schema`` how tables do, ``restore`` what a restart finds, ``mirror`` what must be written
again if the file goes.
"""

from relayd.store.patience import Patience
from relayd.store.store import Store
from relayd.store.waiting import starting_from, waited_from

__all__ = ["Patience", "Store", "starting_from", "waited_from"]
