#!/bin/sh
# MirrorNeuron: this launcher, and behind its last line the program's jar.
#   MN_JAVA_OPTS  further options for the JVM
set -eu

need_java=25
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case "$link" in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
self=$(cd "$(dirname "$self")" && pwd -P)/$(basename "$self")

java_major() { # prints the feature version of the Java in folder $1, or 0
  v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null || true)
  [ -x "$1/bin/java" ] && [ -n "$v" ] && echo "$v" || echo 0
}

find_java() {
  on_path=""
  if command -v java >/dev/null 2>&1; then
    on_path=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  fi
  mac=""
  [ -x /usr/libexec/java_home ] && mac=$(/usr/libexec/java_home -v "$need_java+" 2>/dev/null || true)
  for home in "${JAVA_HOME:-}" "$on_path" "$mac" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
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
set -- -jar "$self" "$@"
if [ "$client" = yes ]; then set -- -XX:TieredStopAtLevel=1 "$@"; fi

# Made by the build for exactly this file and this JVM; one that does not fit is passed over.
if [ -r "$self.aot" ]; then set -- "-XX:AOTCache=$self.aot" -Xlog:aot=off -Xlog:cds=off "$@"; fi

# shellcheck disable=SC2086  # several options in one variable
exec "$java" -XX:+UseSerialGC -Xms64m --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow ${MN_JAVA_OPTS:-} "$@"
