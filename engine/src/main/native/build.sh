#!/bin/sh
# Compiles the native kernels with the C compiler that there is: build.sh DIRECTORY leaves
# DIRECTORY/<system>-<processor>/libupdraft.so. Without a compiler it says so and leaves nothing:
# the engine then computes with the Vector API. CC names a compiler to take.
set -eu
src=$(cd "$(dirname "$0")" && pwd)

case "$(uname -s)" in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *) echo "native kernels: not built, no build for $(uname -s)"; exit 0 ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) processor=x86_64 sets="avx2 avxvnni avx512vnni" ;;
  aarch64 | arm64) processor=aarch64 sets=neon ;;
  *) echo "native kernels: not built, none for $(uname -m)"; exit 0 ;;
esac

out="$1/$system-$processor"
library="$out/libupdraft.so"
if [ -f "$library" ] && [ -z "$(find "$src" -newer "$library" -type f)" ]; then exit 0; fi

cc=""
for name in ${CC:-} cc gcc clang; do
  if command -v "$name" >/dev/null 2>&1; then cc=$name; break; fi
done
if [ -z "$cc" ]; then
  echo "native kernels: not built, there is no C compiler (cc, gcc or clang); the Vector API computes instead, several rows at half the speed or less"
  exit 0
fi

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
# No contraction: an FMA is one where the source says so, and nowhere else.
flags="-std=gnu11 -O3 -ffp-contract=off -fno-math-errno -fPIC -fvisibility=default -Wall -Wextra"
compile() {
  name=$1
  shift
  # shellcheck disable=SC2086
  "$cc" $flags "$@" -c "$src/$name.c" -o "$objects/$name.o"
}

mkdir -p "$out"
compile cpu
compile repack
for set in $sets; do
  case $set in
    avx2) options="-mavx2 -mfma -mf16c" ;;
    avxvnni) options="-mavx2 -mfma -mf16c -mavxvnni" ;;
    avx512vnni) options="-mfma -mf16c -mavx512f -mavx512bw -mavx512vl -mavx512vnni" ;;
    neon) options="-march=armv8.2-a+dotprod+fp16" ;;
  esac
  # an older compiler may not know a set: the library goes without it
  # shellcheck disable=SC2086
  compile "$set" $options 2>"$objects/log" || { echo "native kernels: $cc cannot compile $set"; head -n 3 "$objects/log"; }
done
"$cc" -shared -o "$library.tmp" "$objects"/*.o
mv "$library.tmp" "$library"
