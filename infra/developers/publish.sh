#!/bin/sh
# Publishes a package: uploads it by addresses that the API signs, and waits for the verdict.
set -eu
# Ranges of letters mean letters, whatever the language.
LC_ALL=C
export LC_ALL

usage() {
  cat <<'TEXT'
usage: publish.sh [--signature FILE] [--wait SECONDS] DEVELOPER PACKAGE.apkg

Publishes a package, and waits until it is known what became of it.

  --signature FILE   the signature of the package; PACKAGE.apkg.sig is taken along by itself if it is there
  --wait SECONDS     how long to wait for the verdict; 300 unless told otherwise, 0 does not wait

From the environment:
  NIGHTPORTER_URL            the address of the API
  NIGHTPORTER_API_KEY        its key, or
  NIGHTPORTER_API_KEY_FILE   a file that holds nothing else. A key is never an argument: those can be seen by everybody

Ends with
  0    published, now or before with the same content; with --wait 0: uploaded
  1    refused: the code says why, and what follows it how to mend it
  2    called wrongly: an option, a setting or a file
  3    the server could not be reached, or failed
  4    the server does not let this key do it
  5    no verdict in time; it can still come
  6    superseded: somebody has uploaded something else under this name
  129, 130, 143   interrupted

Needs curl, awk, and one of sha256sum, shasum or openssl.
TEXT
}

say() { printf '%s\n' "$*" >&2; }

fail() {
  code=$1
  shift
  say "publish.sh: $*"
  exit "$code"
}

# --- What was asked ---------------------------------------------------------------------------------------------------

signature=
patience=300
while [ $# -gt 0 ]; do
  case $1 in
    --signature | --wait)
      [ $# -ge 2 ] || fail 2 "$1 needs a value; --help says more"
      if [ "$1" = --wait ]; then patience=$2; else signature=$2; fi
      shift 2
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    --)
      shift
      break
      ;;
    -*) fail 2 "there is no option $1; --help says more" ;;
    *) break ;;
  esac
done
[ $# -eq 2 ] || fail 2 'a developer and a package are needed; --help says more'
developer=$1
package=$2

case $patience in
  '' | *[!0-9]* | ???????*) fail 2 '--wait takes a number of seconds' ;;
esac
# As the registry names developers. Anything else would be another address.
case $developer in
  '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._@+=,-]*) fail 2 "$developer cannot be a developer" ;;
esac
url=${NIGHTPORTER_URL:-}
url=${url%/}
case $url in
  http://* | https://*) ;;
  '') fail 2 'NIGHTPORTER_URL is not set: it is the address of the API' ;;
  *) fail 2 'NIGHTPORTER_URL has to begin with https://' ;;
esac
key=${NIGHTPORTER_API_KEY:-}
if [ -z "$key" ] && [ -n "${NIGHTPORTER_API_KEY_FILE:-}" ]; then
  key=$(cat -- "$NIGHTPORTER_API_KEY_FILE" 2>/dev/null) || fail 2 "cannot read $NIGHTPORTER_API_KEY_FILE"
fi
[ -n "$key" ] || fail 2 'neither NIGHTPORTER_API_KEY nor NIGHTPORTER_API_KEY_FILE gives a key'
# It goes into a file of curl's, where these would end it.
case $key in
  *[!!-~]* | *[\"\\]*) fail 2 'the key has characters that no key has' ;;
esac

require_file() {
  [ -e "$1" ] || fail 2 "there is no $1"
  [ -f "$1" ] || fail 2 "$1 is not a file"
  [ -r "$1" ] || fail 2 "$1 cannot be read"
  [ -s "$1" ] || fail 2 "$1 is empty"
}
# So that no name is taken for an option, or for standard input.
case $package in /*) ;; *) package=./$package ;; esac
require_file "$package"
if [ -n "$signature" ]; then
  case $signature in /*) ;; *) signature=./$signature ;; esac
elif [ -e "$package.sig" ]; then
  signature=$package.sig
fi
[ -z "$signature" ] || require_file "$signature"

# --- With what --------------------------------------------------------------------------------------------------------

command -v curl >/dev/null 2>&1 || fail 2 'curl is not installed'
command -v awk >/dev/null 2>&1 || fail 2 'awk is not installed'
sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -c 1-64
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -c 1-64
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r <"$1" | cut -c 1-64
  fi
}
sha256=$(sha256_of "$package")
[ ${#sha256} -eq 64 ] || fail 2 'none of sha256sum, shasum and openssl is installed'
size=$(wc -c <"$package" | tr -d ' ')

# The name under which the verdict is found. The file may be called anything, in any language; a name in the registry may
# not. The folder is no part of it.
file=$(basename -- "$package")
file=$(printf '%s' "${file%.apkg}" | sed -e 's/[^A-Za-z0-9._+-]/-/g' -e 's/^[^A-Za-z0-9]*//' | cut -c 1-100)
[ -n "$file" ] || file=$(printf 'package-%.12s' "$sha256")

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/publish.XXXXXX") || fail 2 'cannot make a temporary folder'
trap 'rm -rf "$work"' EXIT
child=
interrupted() {
  trap - HUP INT TERM
  [ -z "$child" ] || kill "$child" 2>/dev/null || :
  say "publish.sh: interrupted. What was uploaded by then is judged all the same: GET /uploads/$developer/$file"
  exit "$1"
}
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

# --- Talking ----------------------------------------------------------------------------------------------------------

# Runs a command that may take long, so that a signal does not have to wait for its end.
patiently() {
  "$@" 2>/dev/null &
  child=$!
  outcome=0
  wait "$child" || outcome=$?
  child=
  return "$outcome"
}

# JSON, flat: a line for each value but null, its path and a tab before it. A line feed within a text becomes a space.
flat() {
  awk '
    { text = text (NR > 1 ? "\n" : "") $0 }
    function blanks() { while (substr(text, at, 1) ~ /[ \t\r\n]/ && at <= length(text)) at++ }
    function string(  out, c) {
      at++
      for (out = ""; at <= length(text) && (c = substr(text, at, 1)) != "\""; at++) {
        if (c == "\\") {
          c = substr(text, ++at, 1)
          if (c == "u") { out = out "\\u" substr(text, at + 1, 4); at += 4; continue }
          if (c ~ /[ntrbf]/) c = " "
        }
        out = out c
      }
      at++
      return out
    }
    function value(path,  c, i, name) {
      blanks()
      c = substr(text, at, 1)
      if (c == "{" || c == "[") {
        at++
        for (i = 0; at <= length(text); i++) {
          blanks()
          if (substr(text, at, 1) ~ /[]}]/) { at++; return }
          name = i
          if (c == "{") { name = string(); blanks(); at++ }
          value(path == "" ? name : path "." name)
          blanks()
          if (substr(text, at, 1) == ",") at++
        }
        return
      }
      if (c == "\"") { printf "%s\t%s\n", path, string(); return }
      for (name = ""; at <= length(text) && (c = substr(text, at, 1)) ~ /[-+.A-Za-z0-9]/; at++) name = name c
      if (name == "") at = length(text) + 1
      else if (name != "null") printf "%s\t%s\n", path, name
    }
    END { at = 1; value("") }
  '
}

# One value of an answer that is flat; nothing when there is none.
field() { awk -v path="$1" -F '\t' '$1 == path { print substr($0, length(path) + 2); exit }' "$work/answer"; }

# curl reads its options from a file, so that neither key nor signed addresses stand in the list of processes.
quoted() { printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }
options() {
  printf 'silent\ngloboff\nconnect-timeout = 10\nretry = 3\nretry-max-time = 60\n'
  printf 'output = "%s"\n' "$(quoted "$work/body")"
}

# Asks, and leaves the status in $status and the answer in $work/answer. The options come from $work/options.
ask() {
  : >"$work/body"
  patiently curl --config "$work/options" --write-out '%{http_code}' "$@" >"$work/status" ||
    fail 3 "${url} could not be reached (curl: $outcome)"
  status=$(cat "$work/status")
  flat <"$work/body" >"$work/answer"
}

# Ends with what the server has against it, if it has.
require_status() {
  case $status in
    "$1") return 0 ;;
    401 | 403) fail 4 "not allowed: $(field code) $(field detail)" ;;
    400 | 404 | 409 | 413 | 415) fail 2 "not possible: $(field code) $(field detail)" ;;
    *) fail 3 "the server answered $status" ;;
  esac
}

api() {
  { options; printf 'header = "x-api-key: %s"\nmax-time = 40\n' "$(quoted "$key")"; } >"$work/options"
  ask --request "$1" --header 'content-type: application/json' ${3+--data "$3"} "$url$2"
}

# Sends a file to the address that is called $1 in $work/tickets, with the headers that belong to it.
send() {
  cp "$work/tickets" "$work/answer"
  {
    options
    printf 'request = "%s"\nurl = "%s"\nupload-file = "%s"\n' \
      "$(quoted "$(field "$1.method")")" "$(quoted "$(field "$1.url")")" "$(quoted "$2")"
    # Set by curl from the file, and the same.
    awk -v name="$1.headers." -F '\t' 'index($1, name) == 1 && tolower($1) !~ /\.content-length$/ {
      value = substr($0, length($1) + 2); gsub(/["\\]/, "\\\\&", value)
      printf "header = \"%s: %s\"\n", substr($1, length(name) + 1), value
    }' "$work/tickets"
  } >"$work/options"
  ask
  case $status in
    200) ;;
    # S3 answers in XML: there is no code to show.
    *) fail 3 "the store did not take the $1: it answered $status" ;;
  esac
}

upload=/uploads/$developer/$file.apkg

# --- The upload -------------------------------------------------------------------------------------------------------

# A verdict on what came by this name earlier lies there until there is one on this upload.
before=
api GET "$upload"
if [ "$status" != 404 ]; then
  require_status 200
  before=$(field at)
fi

api POST "$upload" "{\"size\":$size,\"sha256\":\"$sha256\"}"
require_status 201
cp "$work/answer" "$work/tickets"

# The package's own address says which bytes it takes, so no checksum file is needed, and none can come too late or lie
# elsewhere. A signature goes before the package.
[ -z "$signature" ] || send signature "$signature"
send package "$package"
say "uploaded as $developer/$file, $size bytes, SHA-256 $sha256"
[ "$patience" -gt 0 ] || exit 0

# --- The verdict ------------------------------------------------------------------------------------------------------

waited=0
pause=1
while [ "$waited" -lt "$patience" ]; do
  patiently sleep "$pause"
  waited=$((waited + pause))
  [ "$pause" -ge 5 ] || pause=$((pause + 1))
  api GET "$upload"
  case $status in 404 | 429) continue ;; esac
  require_status 200
  verdict=$(field verdict)
  if [ "$verdict" = waiting ] || [ "$(field at)" = "$before" ]; then continue; fi
  judged_bytes=$(field upload.sha256)
  if [ "$verdict" = superseded ] || [ "${judged_bytes:-$sha256}" != "$sha256" ]; then
    fail 6 "superseded: something else was uploaded as $developer/$file"
  fi
  awk -F '\t' '$1 ~ /^warnings\./ { print "warning: " substr($0, length($1) + 2) }' "$work/answer" >&2
  if [ "$verdict" != accepted ]; then
    say "refused: $(field code). $(field message)"
    say "how to mend it: $(field fix)"
    exit 1
  fi
  printf '%s %s/%s %s\n' "$(field code)" "$(field package.developer)" "$(field package.name)" "$(field package.version)"
  exit 0
done
fail 5 "no verdict within $patience s; ask again: GET /uploads/$developer/$file"
