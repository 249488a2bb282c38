"""HorovodRunner for everywhere but Databricks, with the meaning Databricks published.

On Databricks a package of this name is part of the runtime, up to 15.4 LTS ML. This one stands in
for it on any other Spark cluster and on a single machine, so that a notebook stays the same. It is
on the path only where Lockstep's runner or ``make lab`` put it, and never hides Databricks' own.

The names that notebooks use are here and in `sparkdl.horovod`; the modules with a leading
underscore are how it works. Importing the package needs neither Horovod nor Spark.
"""

from sparkdl._failure import RankFailed
from sparkdl._runner import HorovodRunner

__all__ = ["HorovodRunner", "RankFailed"]
