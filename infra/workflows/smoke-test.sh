#!/bin/sh
# Tries a service of Nightporter after a delivery: wakes it, waits until it is ready, asks for its health, lets go of it.
set -eu

usage() {
  cat <<'TEXT'
usage: smoke-test.sh SERVICE HEALTH_URL

  SERVICE      the service, by its id in the API
  HEALTH_URL   what answers with 200 when it is well

From the environment:
  NIGHTPORTER_URL       the address of the API
  NIGHTPORTER_API_KEY   its key. Without one, calls are signed with the credentials of AWS that the environment gives:
                        AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION
  SMOKE_HOLDER          who it says that it is; smoke-test unless told otherwise
  SMOKE_PATIENCE        how many seconds the service has to become ready, and then to become healthy; 600 unless told otherwise

Ends with 0 when it is well, 1 when it is not, 2 when called wrongly, 3 when the API cannot be reached or fails, 4 when
the API does not let it.
TEXT
}

say() { printf '%s\n' "$*" >&2; }
fail() {
  code=$1
  shift
  say "smoke-test.sh: $*"
  exit "$code"
}

case ${1:-} in -h | --help)
  usage
  exit 0
  ;;
esac
[ $# -eq 2 ] || fail 2 'a service and an address are needed; --help says more'
service=$1
health=$2
case $service in '' | *[!A-Za-z0-9._-]*) fail 2 "$service cannot be a service" ;; esac
case $health in http://* | https://*) ;; *) fail 2 "$health is no address" ;; esac
url=${NIGHTPORTER_URL:-}
url=${url%/}
case $url in http://* | https://*) ;; *) fail 2 'NIGHTPORTER_URL has to be the address of the API' ;; esac
holder=${SMOKE_HOLDER:-smoke-test}
case $holder in [!A-Za-z0-9]* | *[!A-Za-z0-9._@-]*) fail 2 "$holder cannot be a holder" ;; esac
patience=${SMOKE_PATIENCE:-600}
case $patience in '' | *[!0-9]* | ???????*) fail 2 'SMOKE_PATIENCE has to be a number of seconds' ;; esac

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/smoke-test.XXXXXX") || fail 2 'cannot make a temporary folder'
is_held=
finish() {
  code=$?
  trap - EXIT
  # Only what it has itself: somebody else's session goes on, and the service with it.
  [ -z "$is_held" ] || call POST "/services/$service/kill" "{\"holder\":\"$holder\"}" || :
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# In a file, so that no secret stands in the list of processes.
quoted() { printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }
{
  printf 'silent\ngloboff\nconnect-timeout = 10\nmax-time = 40\nretry = 3\nretry-max-time = 60\n'
  if [ -n "${NIGHTPORTER_API_KEY:-}" ]; then
    printf 'header = "x-api-key: %s"\n' "$(quoted "$NIGHTPORTER_API_KEY")"
  else
    for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION; do
      eval "[ -n \"\${$name:-}\" ]" || fail 2 "neither NIGHTPORTER_API_KEY nor $name is set"
    done
    printf 'aws-sigv4 = "aws:amz:%s:execute-api"\n' "$AWS_REGION"
    printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$(quoted "$AWS_SECRET_ACCESS_KEY")"
    [ -z "${AWS_SESSION_TOKEN:-}" ] || printf 'header = "x-amz-security-token: %s"\n' "$(quoted "$AWS_SESSION_TOKEN")"
  fi
} >"$work/options"

# Asks the API; $status and the answer are there afterwards.
call() {
  : >"$work/answer"
  status=$(curl --config "$work/options" --output "$work/answer" --write-out '%{http_code}' --request "$1" \
    ${3+--header 'content-type: application/json' --data "$3"} "$url$2") || return 1
}
ask() {
  call "$@" || fail 3 "$url could not be reached"
  case $status in
    200 | 202) ;;
    401 | 403) fail 4 "not allowed: $(field code) $(field detail)" ;;
    4??) fail 1 "$(field code): $(field detail)" ;;
    *) fail 3 "the API answered $status" ;;
  esac
}
# A text of the answer; the last by that name, which is the service's own.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/answer"; }

# --- Awake ------------------------------------------------------------------------------------------------------------

is_held=yes
ask POST "/services/$service/wake" "{\"holder\":\"$holder\",\"leaseSeconds\":1800,\"reason\":\"tried after a delivery\"}"
began=$(date +%s)
elapsed() { echo $(($(date +%s) - began)); }
while [ "$(field state)" != ready ]; do
  [ "$(field state)" != failing ] || fail 1 "$service does not start: $(field reason)"
  [ "$(elapsed)" -lt "$patience" ] || fail 1 "$service is $(field state) after $patience s: $(field reason)"
  ask GET "/services/$service?wait=25&holder=$holder"
  # Nobody else may have put it to sleep meanwhile.
  case $(field state) in
    asleep | stopping | draining) fail 1 "$service is $(field state): $(field reason)" ;;
    ready | failing) ;;
    *) sleep 1 ;;
  esac
done
say "$service is ready"

# --- Well -------------------------------------------------------------------------------------------------------------

# A load balancer may need a while longer to believe it.
began=$(date +%s)
until curl --silent --globoff --fail --max-time 10 --output /dev/null "$health"; do
  [ "$(elapsed)" -lt "$patience" ] || fail 1 "$health did not answer with 200 within $patience s"
  sleep 3
done
say "$service is well"
