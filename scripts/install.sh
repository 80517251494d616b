#!/bin/sh
# Installs btflow: fetches the binary of this machine and SHA256SUMS, verifies the one by the other,
# and puts it in place. Nothing is installed that was not verified; nothing is left behind on failure.
#
#   sh install.sh [--dir DIR] [--version 1.2.3] [--engine bun|deno] [--target NAME] [--from URL|DIR]
#
# --from takes a mirror's URL or a folder with the release's files, for machines without a network.
set -eu

repository=https://github.com/btflow/btflow
dir=${HOME:-}/.local/bin
version=latest
engine=bun
target=
from=

fail() {
  echo "error: $*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --dir | --version | --engine | --target | --from)
      [ $# -gt 1 ] || fail "$1 needs a value"
      name=${1#--}
      case $name in
        dir) dir=$2 ;;
        version) version=$2 ;;
        engine) engine=$2 ;;
        target) target=$2 ;;
        from) from=$2 ;;
      esac
      shift 2
      ;;
    --help | -h)
      sed -n '2,7s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *) fail "unknown argument $1 (see --help)" ;;
  esac
done

case $dir in
  /.local/bin) fail "HOME is not set: say where to with --dir" ;;
esac

detect_target() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    *) fail "no binary for $(uname -s): take one from $repository/releases" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) processor=x64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) fail "no binary for $(uname -m) processors" ;;
  esac
  libc=
  if [ "$system" = linux ] && ! [ -e /lib64/ld-linux-x86-64.so.2 ] &&
    ! [ -e /lib/ld-linux-aarch64.so.1 ]; then
    for loader in /lib/ld-musl-*; do
      [ -e "$loader" ] && libc=-musl
    done
  fi
  echo "$system-$processor$libc"
}

[ -n "$target" ] || target=$(detect_target)

case $engine in
  bun) file=btflow-$target ;;
  deno) file=btflow-deno-$target ;;
  *) fail "--engine must be bun or deno, not $engine" ;;
esac

if [ -z "$from" ]; then
  case $version in
    latest) from=$repository/releases/latest/download ;;
    *) from=$repository/releases/download/v${version#v} ;;
  esac
fi

fetch() {
  case $from in
    https://*)
      if command -v curl >/dev/null 2>&1; then
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --output "$2" "$from/$1"
      elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" "$from/$1"
      else
        fail "neither curl nor wget is installed: fetch $from/$file and $from/SHA256SUMS and use --from DIR"
      fi
      ;;
    http://127.0.0.1:*)
      curl --fail --silent --show-error --output "$2" "$from/$1"
      ;;
    http://*) fail "will not fetch over plain http: $from" ;;
    file://*) cp "${from#file://}/$1" "$2" ;;
    *) cp "$from/$1" "$2" ;;
  esac || fail "cannot fetch $1 from $from"
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1"
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r <"$1"
  else
    fail "none of sha256sum, shasum, openssl is installed: cannot verify the download"
  fi
}

[ ! -d "$dir/btflow" ] || fail "$dir/btflow is a folder: say where else to with --dir"
mkdir -p "$dir" || fail "cannot make $dir"
work=$(mktemp -d "$dir/.btflow-install.XXXXXX") || fail "cannot write to $dir"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

fetch SHA256SUMS "$work/SHA256SUMS"
fetch "$file" "$work/btflow"

expected=$(awk -v name="$file" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
[ "${#expected}" -eq 64 ] || fail "SHA256SUMS at $from does not list $file once"
actual=$(digest "$work/btflow")
actual=${actual%% *}
[ "$actual" = "$expected" ] ||
  fail "$file does not match its checksum: expected $expected, got $actual; nothing was installed"

chmod 755 "$work/btflow"
installed=$("$work/btflow" --version) || fail "$file does not run on this machine; nothing was installed"
mv -f "$work/btflow" "$dir/btflow"
echo "$installed is installed as $dir/btflow (verified: sha256 $actual)"
case :${PATH:-}: in
  *:"$dir":*) ;;
  *) echo "note: $dir is not on PATH" >&2 ;;
esac
