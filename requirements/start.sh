#!/bin/sh
# Sets up in .venv, once, what the labs in this folder need; then opens them in JupyterLab, or runs
# the command that is given, such as `jupyter execute NAME.ipynb`. It comes with the labs to take
# away, where the notebooks stand beside the folder of this script. `make lab` is the same for a
# clone of the whole repository.
set -eu
cd "$(dirname "$0")/.."
here=$PWD
chmod +x requirements/*.sh  # not everything that unpacks an archive keeps this

# The labs that use Horovod bring sparkdl along.
horovod=$(test -d sparkdl && echo yes || echo no)
if ! test -e .venv/.ready; then
  test -x .venv/bin/python || sh requirements/venv.sh
  # shellcheck disable=SC2046  # one word for each prerequisite
  PYTHON=.venv/bin/python sh requirements/prerequisites.sh java \
    $(test $horovod = no || echo g++ cmake python-headers)
  HOROVOD=$horovod sh requirements/labs.sh
  touch .venv/.ready
fi

# Spark as the labs were published with it: two executors, each a process of its own with one slot.
# It reads its settings below SPARK_HOME and writes there, so this is links to the installed one.
spark=$here/.spark
package=$(.venv/bin/python -c \
  'import importlib.util as find; print(find.find_spec("pyspark").submodule_search_locations[0])')
mkdir -p "$spark/bin" "$spark/conf" "$spark/local" "$spark/logs"
for part in jars python; do
  rm -f "$spark/$part"
  ln -s "$package/$part" "$spark/$part"
done
ln -sf "$package"/bin/* "$spark/bin/"
# The JVM's own words go to a file: a cell would otherwise show them as its output.
rm "$spark/bin/spark-submit"
cat >"$spark/bin/spark-submit" <<'SUBMIT'
#!/bin/sh
exec "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.SparkSubmit "$@" \
  2>>"$SPARK_HOME/logs/driver.log"
SUBMIT
chmod +x "$spark/bin/spark-submit"
cat >"$spark/conf/spark-defaults.conf" <<CONF
spark.master local-cluster[2,1,1024]
spark.ui.enabled false
spark.ui.showConsoleProgress false
spark.executorEnv.PYTHONPATH $here
CONF
export SPARK_HOME="$spark" SPARK_LOCAL_DIRS="$spark/local" SPARK_LOCAL_IP=127.0.0.1
export PYSPARK_PYTHON="$here/.venv/bin/python" PYSPARK_DRIVER_PYTHON="$here/.venv/bin/python"

# One thread and one instruction set, so that training gives nearly the published numbers anywhere.
export ATEN_CPU_CAPABILITY=default MKL_CBWR=COMPATIBLE OMP_NUM_THREADS=1 ONEDNN_MAX_CPU_ISA=SSE41
export PYTHONHASHSEED=0

PATH=$here/.venv/bin:$PATH
export PATH
test $# -gt 0 || set -- jupyter lab
exec "$@"
