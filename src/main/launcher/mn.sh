#!/bin/sh
# MirrorNeuron: this launcher, and behind its last line the program's jar.
#   MN_JAVA_OPTS  further options for the JVM; what they say of heap and collector stands
#   MN_JVM_HEAP   largest heap of a server, as 768m or 2g; unless set a quarter of the memory that the
#                 container or the machine has, but 256 MB at least and 1 GB at most
set -eu

# What is closed would become the first file that the JVM opens. Reading end on purpose: what is
# printed is lost, and writing there fails.
{ true <&0; } 2>/dev/null || exec 0</dev/null
{ true >&1; } 2>/dev/null || exec 1</dev/null
true 3>&2 || exec 2>/dev/null

need_java=25
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case "$link" in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
# Each program that is called here costs a start a millisecond or two: the shell reads files itself.
case "$self" in
  */*) folder=${self%/*}/ ;;
  *) folder=./ ;;
esac
self=$(cd "$folder" && pwd -P)/${self##*/}

java_major() { # prints the feature version of the Java in folder $1, or 0
  v=""
  if [ -x "$1/bin/java" ] && [ -r "$1/release" ]; then
    while read -r line || [ -n "$line" ]; do
      case "$line" in
        JAVA_VERSION=\"*)
          v=${line#*\"}
          v=${v%%[!0-9]*}
          break ;;
      esac
    done <"$1/release"
  fi
  echo "${v:-0}"
}

find_java() {
  if [ -n "${JAVA_HOME:-}" ] && [ "$(java_major "$JAVA_HOME")" -ge "$need_java" ]; then
    echo "$JAVA_HOME/bin/java"
    return
  fi
  on_path=""
  if command -v java >/dev/null 2>&1; then
    on_path=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  fi
  mac=""
  [ -x /usr/libexec/java_home ] && mac=$(/usr/libexec/java_home -v "$need_java+" 2>/dev/null || true)
  for home in "$on_path" "$mac" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
    [ -n "$home" ] && [ -d "$home" ] || continue
    if [ "$(java_major "$home")" -ge "$need_java" ]; then echo "$home/bin/java"; return; fi
  done
}

java=$(find_java)
if [ -z "$java" ]; then
  echo "mn: no Java $need_java or newer found. Install one (for example Temurin $need_java) or point JAVA_HOME at it." >&2
  exit 1
fi

# Servers compile for the long run; clients want their answer before that pays.
client=yes
for word in "$@"; do
  case "$word" in
    up | gateway | demo) client=no; break ;;
    runtime)
      client=no
      for next in "$@"; do
        case "$next" in runtime | -*) ;; *) client=yes ;; esac
        case "$next" in -*) break ;; esac
      done
      break ;;
    -*) ;;
    *) break ;;
  esac
done
# shellcheck disable=SC2086  # several options in one variable
set -- ${MN_JAVA_OPTS:-} -jar "$self" "$@" # the last of two that contradict each other stands

memory_mb() { # of the container where it has a limit, else of the machine; 0 when nobody says
  kb=""
  if [ -r /proc/meminfo ]; then
    while read -r key value _; do
      if [ "$key" = MemTotal: ]; then
        kb=$value
        break
      fi
    done </proc/meminfo
  fi
  [ -n "$kb" ] || kb=$(($(sysctl -n hw.memsize 2>/dev/null || echo 0) / 1024))
  mb=$((kb / 1024))
  for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    bytes=""
    if [ -r "$limit" ]; then read -r bytes <"$limit" || true; fi
    case "$bytes" in
      "" | *[!0-9]*) ;; # no limit
      *) [ $((bytes / 1048576)) -ge "$mb" ] || mb=$((bytes / 1048576)) ;;
    esac
  done
  echo "$mb"
}

heap_mb() {
  case "${MN_JVM_HEAP:-}" in
    "")
      heap=$(($(memory_mb) / 4))
      [ "$heap" -ge 256 ] || heap=256
      [ "$heap" -le 1024 ] || heap=1024 ;;
    *[!0-9]*[mMgG] | [mMgG]) heap=0 ;;
    *[mM]) heap=${MN_JVM_HEAP%?} ;;
    *[gG]) heap=$((${MN_JVM_HEAP%?} * 1024)) ;;
    *) heap=0 ;;
  esac
  if [ "$heap" -lt 64 ]; then
    echo "mn: MN_JVM_HEAP must be a size from 64m, as 768m or 2g, but is \"$MN_JVM_HEAP\"" >&2
    return 1
  fi
  echo "$heap"
}

# Statistics in the temporary folder, which programs of steps may write to: who empties them ends the JVM.
set -- -XX:-UsePerfData "$@"

if [ "$client" = yes ]; then
  set -- -XX:TieredStopAtLevel=1 "$@"
else
  # Room for what many jobs leave behind before the next collection; given back when nothing happens.
  # A server without memory ends, so that whoever watches over it starts it again: jobs survive that.
  set -- -XX:+ExitOnOutOfMemoryError -XX:-ShrinkHeapInSteps \
    -XX:MinHeapFreeRatio=20 -XX:MaxHeapFreeRatio=40 "$@"
  # What the rehearsal found worth the best code gets it after 2^15 calls (2^17 rounds of a loop), not
  # 2^11: compiling it at once took half the CPU of a start and a quarter of the first thousand jobs.
  set -- -XX:Tier2InvokeNotifyFreqLog=15 -XX:Tier2BackedgeNotifyFreqLog=17 "$@"
  # What is called 2^8 times is worth compiling at all, not 2^7: a tenth of a start, and nothing after it.
  set -- -XX:Tier0InvokeNotifyFreqLog=8 "$@"
  # The best code with little in one piece: as fast for our short methods, for half the time of the
  # compiler, which was a quarter of the CPU of the first thousand jobs of programs.
  set -- -XX:FreqInlineSize=100 -XX:InlineSmallCode=1000 -XX:MaxInlineLevel=9 -XX:LoopUnrollLimit=0 "$@"
  case " ${MN_JAVA_OPTS:-} " in
    *" -Xmx"* | *" -XX:MaxHeapSize="* | *" -XX:MaxRAM"*) ;;
    *)
      heap=$(heap_mb) || exit 2
      young=$((heap / 16))
      [ "$young" -le 48 ] || young=48
      set -- "-Xmx${heap}m" "-XX:NewSize=${young}m" "$@" ;;
  esac
fi
case " ${MN_JAVA_OPTS:-} " in
  *" -XX:+Use"*GC" "*) ;;
  *) set -- -XX:+UseSerialGC "$@" ;;
esac

# Made by the build for exactly this file and this JVM; one that does not fit is passed over.
if [ -r "$self.aot" ]; then set -- "-XX:AOTCache=$self.aot" "-Xlog:aot*=off" "-Xlog:cds*=off" "$@"; fi

# The JVM itself does not look at it.
if [ -n "${TMPDIR:-}" ]; then set -- "-Djava.io.tmpdir=$TMPDIR" "$@"; fi

# Netty's events would set the flight recorder up at each start; MN_JAVA_OPTS can have them again.
exec "$java" -Xms64m --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Dio.netty.jfr.enabled=false "$@"
