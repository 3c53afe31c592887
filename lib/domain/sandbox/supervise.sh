# Runs one program and watches it: its memory and its processes, those of its children included, its time, and whether
# whoever started this is still there. It ends when the program does, and takes the program along when it ends.
#
#   sh -c "$this" supervise MEMORY_KIB PROCESSES CPU_SECONDS SECONDS SCRATCH COMMAND...
#
# SCRATCH 1: the command gets a new folder as DENO_DIR, which is removed afterwards.
# Exit code: 0 the program ended; 101 too much memory; 102 too many processes; 103 stopped from outside; 104 processor time
# used up; 105 the program was killed by a signal; 106 too much time; 107 the program was not started.

memory=$1 processes=$2 cpu=$3 seconds=$4 scratch=$5
shift 5

child=
folder=
finish() {
  trap '' TERM INT HUP
  if [ -n "$child" ]; then
    kill -9 "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  if [ -n "$folder" ]; then rm -rf "$folder"; fi
  exit "$1"
}
# An interrupt of the terminal reaches the whole group; whoever started this decides when it is over.
trap '' INT HUP
trap 'finish 103' TERM

if [ "$scratch" = 1 ]; then
  folder=$(mktemp -d) || exit 107
  export DENO_DIR="$folder"
fi
page=$(($(getconf PAGESIZE 2>/dev/null || echo 4096) / 1024))

# Resident pages and number of processes of a tree.
measure() {
  count=$((count + 1))
  if read -r _ held _ <"/proc/$1/statm"; then resident=$((resident + held)); fi
  for task in /proc/"$1"/task/*/children; do
    family=
    read -r family <"$task"
    for descendant in $family; do measure "$descendant"; done
  done
} 2>/dev/null

# Hundredths of a second since the machine started; 0 where that is not told.
clock() {
  up=0.00
  read -r up _ </proc/uptime
  now=${up%.*}${up#*.}
} 2>/dev/null

exec 3<&0
(
  trap - INT HUP TERM
  ulimit -c 0
  ulimit -S -t "$cpu"
  ulimit -H -t $((cpu + 1))
  exec nice -n 5 "$@" <&3 3<&-
) &
child=$!
exec 3<&- 0</dev/null 1>&- 2>/dev/null

clock
# Whoever started this keeps the time; this is for when that cannot.
end=$((now + seconds * 100 + 100))
while kill -0 "$child" 2>/dev/null; do
  kill -0 "$PPID" 2>/dev/null || finish 103
  resident=0 count=0
  measure "$child"
  if [ $((resident * page)) -gt "$memory" ]; then finish 101; fi
  if [ "$count" -gt "$processes" ]; then finish 102; fi
  # Memory that belongs to no process, in files and segments that it left behind.
  available=1000000
  if [ -r /proc/meminfo ]; then { read -r _ && read -r _ && read -r _ available _; } </proc/meminfo; fi
  if [ "$available" -lt 131072 ]; then finish 101; fi
  clock
  if [ "$now" -gt "$end" ]; then finish 106; fi
  sleep 0.02
done
wait "$child"
status=$?
child=
case $status in
126 | 127) finish 107 ;;
152) finish 104 ;;
129 | 13? | 14? | 15?) finish 105 ;;
esac
finish 0
