# shellcheck shell=bash
# Sourced by the launcher and by CI: prints the home of a JDK 25 or newer, or says how to get one.

find_jdk() {
  local candidate
  for candidate in "${UPDRAFT_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(java_on_path)" \
    /usr/lib/jvm/*25* /usr/lib/jvm/*2[6-9]* /opt/*jdk*25* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    if [ -n "$candidate" ] && [ "$(jdk_version "$candidate")" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  echo "Updraft needs a JDK 25 or newer and found none: install one (e.g. Eclipse Temurin 25: adoptium.net, or 'apt-get install temurin-25-jdk' from its repository) and set JAVA_HOME to it" >&2
  return 1
}

# Major version of the JDK in a folder, by its release file; 0 when there is no JDK.
jdk_version() {
  local version=0
  if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  fi
  printf '%s\n' "${version:-0}"
}

java_on_path() {
  local java
  java=$(command -v java) || return 0
  dirname "$(dirname "$(readlink -f "$java")")"
}
