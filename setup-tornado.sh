#!/usr/bin/env bash
# Gets TornadoVM ready for the GPU backend: finds or downloads its SDK, checks driver and device, and
# runs a kernel. May be run again at any time; what is there is kept. `./setup-tornado.sh --help`.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

version=5.2.0-jdk25
jdk_major=25
releases=${UPDRAFT_TORNADO_URL:-https://github.com/beehive-lab/TornadoVM/releases/download}
release_data=${UPDRAFT_TORNADO_API:-https://api.github.com/repos/beehive-lab/TornadoVM/releases/tags}
data=${XDG_DATA_HOME:-$HOME/.local/share}/updraft/tornadovm
repository=${UPDRAFT_MAVEN_REPOSITORY:-$HOME/.m2/repository}
api_folder=$repository/io/github/beehive-lab/tornado-api/$version

backend=ptx
action=install

usage() {
  cat <<USAGE
usage: ./setup-tornado.sh [--backend ptx|opencl|cuda] [--check | --uninstall]

Uses the SDK in TORNADOVM_HOME if that is set, else one below $data,
downloading TornadoVM $version from its releases if need be.

  --backend   ptx (default) and cuda need an NVIDIA driver, opencl an OpenCL one
  --check     only says what is there and what is missing
  --uninstall removes what this script has put on the machine

UPDRAFT_TORNADO_URL, UPDRAFT_TORNADO_API: where releases and their checksums are
UPDRAFT_TORNADO_SHA256: the archive's checksum, if it is not to be looked up
UPDRAFT_MAVEN_REPOSITORY: the local Maven repository, if it is not ~/.m2/repository
USAGE
}

say() {
  printf 'setup-tornado: %s\n' "$*"
}

fail() {
  printf 'setup-tornado: %s\n' "$*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case "$1" in
    --backend)
      [ $# -ge 2 ] || fail "--backend must be followed by ptx, opencl or cuda"
      backend=$2
      shift
      ;;
    --backend=*) backend=${1#*=} ;;
    --check) action=check ;;
    --uninstall) action=uninstall ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail "unknown option: $1; see --help" ;;
  esac
  shift
done
case "$backend" in
  ptx | opencl | cuda) ;;
  *) fail "backend must be ptx, opencl or cuda: backend=$backend" ;;
esac

installed=$data/$version-$backend

uninstall() {
  if [ -d "$data" ]; then
    rm -rf "$data"
    say "removed $data"
  fi
  if [ -f "$api_folder/from-updraft" ]; then
    rm -rf "$api_folder"
    say "removed $api_folder"
  fi
  say "nothing is left"
}

find_jdk_exactly() {
  local jdk
  # shellcheck source=find-jdk.sh
  . "$here/find-jdk.sh"
  jdk=$(find_jdk) || exit 1
  [ "$(jdk_version "$jdk")" -eq "$jdk_major" ] ||
    fail "TornadoVM $version must run on JDK $jdk_major: found $(jdk_version "$jdk") in $jdk, set JAVA_HOME to a JDK $jdk_major"
  printf '%s\n' "$jdk"
}

platform() {
  local system machine
  system=$(uname -s)
  machine=$(uname -m)
  case "$system-$machine-$backend" in
    Linux-x86_64-*) echo linux-amd64 ;;
    Darwin-arm64-opencl) echo mac-aarch64 ;;
    *) fail "TornadoVM has no $backend SDK for this platform: platform=$system-$machine, build it from source and set TORNADOVM_HOME" ;;
  esac
}

# The API's jar of an SDK, or nothing.
sdk_api() {
  local jar=$1/share/java/tornado/tornado-api-$version.jar
  [ -f "$jar" ] && printf '%s\n' "$jar"
}

# Why a folder is no SDK that can be used; nothing if it can.
sdk_fault() {
  if [ ! -d "$1" ]; then
    echo "there is no such folder"
  elif ! sdk_api "$1" >/dev/null; then
    echo "it holds no share/java/tornado/tornado-api-$version.jar, so it is no SDK $version"
  elif [ ! -f "$1/tornado-argfile" ] && [ ! -f "$1/tornado-argfile.template" ]; then
    echo "it holds no tornado-argfile"
  elif [ -f "$1/etc/tornado.backend" ] && ! grep -q "$backend" "$1/etc/tornado.backend"; then
    echo "it is not built for $backend"
  fi
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 "$1" | cut -d ' ' -f 1
  fi
}

# The checksum that the release's data give for an archive.
expected_sha256() {
  local archive=$1 json sum
  if [ -n "${UPDRAFT_TORNADO_SHA256:-}" ]; then
    printf '%s\n' "$UPDRAFT_TORNADO_SHA256"
    return
  fi
  json=$(curl -fsSL --retry 2 "$release_data/v$version" 2>/dev/null) ||
    fail "cannot reach $release_data: check the network, or set TORNADOVM_HOME to an SDK that you have"
  sum=$(printf '%s' "$json" | tr ',{}' '\n' | tr -d ' "' |
    awk -v want="name:$archive" '$0 == want { found = 1 } found && sub(/^digest:sha256:/, "") { print; exit }')
  [ -n "$sum" ] ||
    fail "the release must give a checksum of the archive: archive=$archive, set UPDRAFT_TORNADO_SHA256 if you have it from elsewhere"
  printf '%s\n' "$sum"
}

download() {
  local archive=$1 part=$data/$1.part expected status=0 actual
  mkdir -p "$data"
  expected=$(expected_sha256 "$archive") || exit 1
  if [ ! -f "$part" ] || [ "$(sha256 "$part")" != "$expected" ]; then
    say "downloading $releases/v$version/$archive"
    curl -fSL --no-progress-meter -C - -o "$part" "$releases/v$version/$archive" 2>"$data/curl.log" || status=$?
    case $status in
      0) ;;
      22)
        rm -f "$part"
        fail "the release must have the archive: $(tail -n 1 "$data/curl.log"), url=$releases/v$version/$archive"
        ;;
      18 | 28 | 56) fail "the download was cut off after $(wc -c <"$part" | tr -d ' ') bytes: run again to go on" ;;
      33 | 36) # the server cannot resume, or there is nothing left to resume
        rm -f "$part"
        fail "the download could not be resumed: run again to start over"
        ;;
      *) fail "cannot download: $(tail -n 1 "$data/curl.log"); check the network, or set TORNADOVM_HOME to an SDK that you have" ;;
    esac
  fi
  actual=$(sha256 "$part")
  if [ "$actual" != "$expected" ]; then
    rm -f "$part"
    fail "the archive must have the release's checksum: sha256=$actual, expected=$expected; it was removed, run again"
  fi
  mv "$part" "$data/$archive"
}

unpack() {
  local archive=$1 jdk=$2 folder=$data/unpacking.$$ top fault
  rm -rf "$folder"
  mkdir -p "$folder"
  if command -v unzip >/dev/null; then
    unzip -q "$data/$archive" -d "$folder" || fail "the archive must be a zip: $data/$archive"
  else
    (cd "$folder" && "$jdk/bin/jar" xf "$data/$archive") || fail "the archive must be a zip: $data/$archive"
    chmod -R u+x "$folder"/*/bin 2>/dev/null || true
  fi
  top=$(find "$folder" -mindepth 1 -maxdepth 1 -type d | head -n 1)
  fault=$(sdk_fault "${top:-$folder}")
  if [ -n "$fault" ]; then
    rm -rf "$folder" "${data:?}/$archive"
    fail "the archive must hold an SDK: $fault"
  fi
  rm -rf "$installed"
  mv "$top" "$installed"
  rm -rf "$folder" "${data:?}/$archive"
}

expand_argfile() {
  if [ -f "$1/tornado-argfile.template" ]; then
    sed -e "s|\${TORNADOVM_HOME}|$1|g" -e "s|\$TORNADOVM_HOME|$1|g" "$1/tornado-argfile.template" >"$1/tornado-argfile.$$"
    mv "$1/tornado-argfile.$$" "$1/tornado-argfile"
  fi
}

install_api() {
  local jar=$1
  [ -f "$api_folder/tornado-api-$version.jar" ] && return
  mkdir -p "$api_folder"
  touch "$api_folder/from-updraft"
  cat >"$api_folder/tornado-api-$version.pom" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.github.beehive-lab</groupId>
  <artifactId>tornado-api</artifactId>
  <version>$version</version>
</project>
POM
  cp "$jar" "$api_folder/tornado-api-$version.jar.$$"
  mv "$api_folder/tornado-api-$version.jar.$$" "$api_folder/tornado-api-$version.jar"
  say "tornado-api $version is in $repository"
}

has_library() {
  local folder ldconfig
  local IFS=:
  for folder in ${LD_LIBRARY_PATH:-}; do
    [ -n "$folder" ] && [ -e "$folder/$1" ] && return 0
  done
  ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
  if [ -x "$ldconfig" ]; then
    "$ldconfig" -p 2>/dev/null | grep -qF "$1 "
  else
    [ -e "/usr/lib/$1" ]
  fi
}

# What the driver lacks; nothing if it is there.
driver_fault() {
  case "$backend" in
    ptx | cuda)
      if ! has_library libcuda.so.1; then
        echo "an NVIDIA driver must be installed: libcuda.so.1 was not found; install it, or try --backend opencl"
      elif [ "$backend" = cuda ] && ! has_library libnvrtc.so.13 && ! has_library libnvrtc.so.12; then
        echo "NVRTC must be installed for the cuda back end: libnvrtc.so was not found; install the CUDA toolkit, or try --backend ptx"
      fi
      ;;
    opencl)
      if [ "$(uname -s)" = Linux ] && ! has_library libOpenCL.so.1; then
        echo "an OpenCL driver must be installed: libOpenCL.so.1 was not found; install your GPU's, or pocl-opencl-icd for the CPU"
      fi
      ;;
  esac
}

# What a smoke kernel's JVM said first that sounds like a reason; it tells some on standard output.
smoke_fault() {
  cat "$1/log" "$1/out" | grep -m 1 -E 'Exception|Error|error' || tail -n 1 "$1/log"
}

# Lists devices and runs a kernel whose result is known.
smoke() {
  local sdk=$1 jdk=$2 work status=0
  work=$(mktemp -d)
  cat >"$work/Smoke.java" <<'JAVA'
import uk.ac.manchester.tornado.api.*;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

public class Smoke {
  public static void addTwo(KernelContext context, IntArray in, IntArray out) {
    out.set(context.globalIdx, in.get(context.globalIdx) + 2);
  }

  public static void main(String[] arguments) throws Exception {
    int devices = 0;
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    for (int b = 0; b < runtime.getNumBackends(); b++) {
      TornadoBackend backend = runtime.getBackend(b);
      for (int d = 0; d < backend.getNumDevices(); d++, devices++) {
        System.out.printf("device %d:%d %s, %s, %.1f GB%n", b, d, backend.getName(),
            backend.getDevice(d).getDescription(), backend.getDevice(d).getMaxGlobalMemory() / 1e9);
      }
    }
    if (devices == 0) {
      System.exit(3);
    }
    IntArray in = new IntArray(256);
    IntArray out = new IntArray(256);
    for (int i = 0; i < 256; i++) {
      in.set(i, 5 * i);
    }
    WorkerGrid grid = new WorkerGrid1D(256);
    grid.setLocalWork(64, 1, 1);
    TaskGraph graph = new TaskGraph("smoke")
        .transferToDevice(DataTransferMode.EVERY_EXECUTION, in)
        .task("add", Smoke::addTwo, new KernelContext(), in, out)
        .transferToHost(DataTransferMode.EVERY_EXECUTION, out);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("smoke.add", grid)).execute();
    }
    for (int i = 0; i < 256; i++) {
      if (out.get(i) != 5 * i + 2) {
        System.out.printf("element=%d value=%d expected=%d%n", i, out.get(i), 5 * i + 2);
        System.exit(4);
      }
    }
    System.exit(0);
  }
}
JAVA
  "$jdk/bin/javac" -nowarn -g -cp "$(sdk_api "$sdk")" -d "$work" "$work/Smoke.java" 2>"$work/log" ||
    fail "a kernel must compile against the SDK's API: $(grep -m 1 error "$work/log")"
  TORNADOVM_HOME=$sdk "$jdk/bin/java" "@$sdk/tornado-argfile" -Dtornado.recover.bailout=False -cp "$work" Smoke >"$work/out" 2>"$work/log" || status=$?
  grep '^device ' "$work/out" || true
  case $status in
    0) say "a kernel ran and its result is right" ;;
    3) fail "there must be a device: the $backend driver shows none" ;;
    4) fail "a kernel's result must be right: $(tail -n 1 "$work/out")" ;;
    *) fail "a kernel must run: exit status $status, $(smoke_fault "$work"); all of it is in $work" ;;
  esac
  rm -rf "$work"
}

check() {
  local faults=0 fault sdk=${TORNADOVM_HOME:-$installed}
  fault=$(sdk_fault "$sdk")
  if [ -z "$fault" ]; then say "SDK: $sdk"; else
    say "SDK: missing, $sdk: $fault"
    faults=1
  fi
  if [ -f "$api_folder/tornado-api-$version.jar" ]; then say "tornado-api: $api_folder"; else
    say "tornado-api: missing in $repository"
    faults=1
  fi
  fault=$(driver_fault)
  if [ -z "$fault" ]; then say "driver: there"; else
    say "driver: missing, $fault"
    faults=1
  fi
  [ "$faults" -eq 0 ] || exit 1
  smoke "$sdk" "$jdk"
}

if [ "$action" = uninstall ]; then
  uninstall
  exit 0
fi
jdk=$(find_jdk_exactly) || exit 1
if [ "$action" = check ]; then
  check
  exit 0
fi

if [ -n "${TORNADOVM_HOME:-}" ]; then
  sdk=$TORNADOVM_HOME
  fault=$(sdk_fault "$sdk")
  [ -z "$fault" ] || fail "TORNADOVM_HOME must be an SDK $version for $backend: $fault, TORNADOVM_HOME=$sdk; unset it to download one"
else
  sdk=$installed
  if [ -n "$(sdk_fault "$sdk")" ]; then
    command -v curl >/dev/null || fail "curl must be installed to download the SDK"
    os=$(platform) || exit 1
    archive=tornadovm-$version-$backend-$os.zip
    [ -f "$data/$archive" ] || download "$archive"
    unpack "$archive" "$jdk"
    say "SDK unpacked in $sdk"
  else
    say "SDK is there: $sdk"
  fi
fi
if [ -z "${TORNADOVM_HOME:-}" ] || [ ! -f "$sdk/tornado-argfile" ]; then
  expand_argfile "$sdk"
fi
install_api "$(sdk_api "$sdk")"
fault=$(driver_fault)
[ -z "$fault" ] || fail "$fault"
smoke "$sdk" "$jdk"
say "ready; put this into your shell's start-up file:"
printf 'export TORNADOVM_HOME=%q\n' "$sdk"
