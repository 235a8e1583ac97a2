#!/bin/sh
# Search the shop
#
# Looks for a laptop, orders the results,
# and reads what there is.
#
# Needs curl and jq. Prints what it read as JSON.
# Reads NOTEX_API_URL and NOTEX_API_KEY from the environment.
# NOTEX_PARAM_SHOP may be set: where the shop is
# NOTEX_PARAM_WHAT may be set
# NOTEX_HEADER_AUTHORIZATION has to be set, and is a secret
# NOTEX_PROXY_PASSWORD has to be set, and is a secret
set -eu

: "${NOTEX_API_URL:?}" "${NOTEX_API_KEY:?}"
[ -n "${NOTEX_PARAM_SHOP+set}" ] || NOTEX_PARAM_SHOP='http://127.0.0.1:9/'
export NOTEX_PARAM_SHOP
[ -n "${NOTEX_PARAM_WHAT+set}" ] || NOTEX_PARAM_WHAT='Nova "14" $HOME `id` {{x}} \ é </script>'
export NOTEX_PARAM_WHAT
export NOTEX_HEADER_AUTHORIZATION="${NOTEX_HEADER_AUTHORIZATION?is not set}"
export NOTEX_PROXY_PASSWORD="${NOTEX_PROXY_PASSWORD?is not set}"

work=$(umask 077 && mktemp -d)
session= deadline=60
finish() {
  [ -z "$session" ] || ask DELETE "$session/stop" || cat "$work/why" >&2
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
printf 'Authorization: Bearer %s\n' "$NOTEX_API_KEY" >"$work/key"
: >"$work/read"
: >"$work/failed"

# ask METHOD PATH [JSON]: the answer is in $work/answer; what went wrong in $work/why.
ask() {
  set -- "$1" "$2" "${3-}" --silent --show-error --max-time "$deadline" --header "@$work/key"
  method=$1 path=$2 body=$3
  shift 3
  if [ -n "$body" ]; then
    printf '%s' "$body" >"$work/body"
    set -- "$@" --header 'Content-Type: application/json' --data-binary "@$work/body"
  fi
  status=$(curl "$@" --request "$method" --output "$work/answer" --write-out '%{http_code}' \
    "${NOTEX_API_URL%/}$path" 2>"$work/why") || return 1
  case $status in
    2*) ;;
    *)
      { printf '%s was answered with %s: ' "$path" "$status" && cat "$work/answer"; } >"$work/why"
      return 1
      ;;
  esac
}

# execute JQ: an action, written as a filter of jq that reads parameters from the environment.
execute() {
  action=$(jq --null-input --compact-output "$1") && ask POST "$session/page/execute" "$action" || return 1
  jq --exit-status .success "$work/answer" >"$work/truth" && return
  jq --raw-output .message "$work/answer" >"$work/why"
  return 1
}

# step NUMBER RETRIES DEADLINE stop|go_on: does step_NUMBER, again when it failed and may be tried again.
step() {
  number=$1 left=$2 deadline=$3 on_failure=$4
  until "step_$number"; do
    if [ "$left" -gt 0 ]; then
      left=$((left - 1))
      sleep 1
    elif [ "$on_failure" = go_on ]; then
      jq --raw-input --slurp --compact-output --argjson step "$number" '{step: $step, why: .}' <"$work/why" >>"$work/failed"
      return 0
    else
      printf 'step %s failed: %s\n' "$number" "$(cat "$work/why")" >&2
      exit 1
    fi
  done
}

# act JQ WAY...: acts on the element that the first of these ways finds.
act() {
  action=$1 wait=3000 missed=
  shift
  for way in "$@"; do
    body=$(jq --null-input --compact-output --arg way "$way" --argjson wait "$wait" \
      "$action"' + {selector: $way, timeout: $wait}') && ask POST "$session/page/execute" "$body" || return 1
    jq --exit-status .success "$work/answer" >"$work/truth" && return
    why=$(jq --raw-output .message "$work/answer")
    missed="${missed:+$missed; }$way: $why"
    printf '%s' "$missed" >"$work/why"
    printf '%s' "$why" | grep -E -q 'nothing|no element|not found|cannot be seen|exactly one' || return 1
    wait=500
  done
  return 1
}

# scrape NUMBER JQ: reads the page.
scrape() {
  body=$(jq --null-input --compact-output "$2") && ask POST "$session/page/scrape" "$body" || return 1
  jq --compact-output --argjson step "$1" \
    '{step: $step, markdown, data: .structured.data, problem: .structured.error}' "$work/answer" >>"$work/read"
}

ask POST /sessions/start "$(jq --null-input --compact-output '{
  "idle_timeout_minutes": 3,
  "extra_http_headers": {"Accept-Language": "en", "Authorization": $ENV.NOTEX_HEADER_AUTHORIZATION},
  "proxies": [
    {
      "password": $ENV.NOTEX_PROXY_PASSWORD,
      "server": "http://proxy:1",
      "type": "external",
      "username": "u"
    }
  ],
  "viewport_height": 700,
  "viewport_width": 1000
}')" || { cat "$work/why" >&2; exit 1; }
session=/sessions/$(jq --raw-output '.session_id | @uri' "$work/answer")

# 1. Open the shop
step_1() {
  execute '{"type": "goto", "url": ($ENV.NOTEX_PARAM_SHOP + "search?q=none")}'
}
step 1 2 60 stop

# 2. Fill Search products and press enter
step_2() {
  act '{"type": "fill", "value": $ENV.NOTEX_PARAM_WHAT, "press_enter": true}' \
    'role=searchbox[name="Search products"]' \
    'css=form.search > input' \
    'xpath=html/body/main/section/form/input'
}
step 2 0 60 stop

# 3. Tick In stock
step_3() {
  act '{"type": "check", "value": true}' \
    'css=[name=stock]'
}
step 3 0 20 go_on

# 4. Choose Sort by
step_4() {
  act '{"type": "select_dropdown_option", "value": "Price"}' \
    'css=#sort'
}
step 4 0 60 stop

# 5. Read rows
step_5() {
  scrape 5 '{
    "only_main_content": true,
    "scrape_links": true,
    "scrape_images": false,
    "extract": {
      "fields": {
        "heading": "h1",
        "products": {
          "fields": {"name": "strong", "old": ".old", "price": ".price"},
          "list": true,
          "selector": "ul.products > li"
        }
      }
    },
    "response_format": {
      "properties": {
        "products": {
          "items": {
            "properties": {"name": {"type": "string"}, "old": {"type": "number"}, "price": {"type": "number"}},
            "type": "object"
          },
          "type": "array"
        }
      }
    }
  }'
}
step 5 0 60 stop

# 6. Read the main content
step_6() {
  scrape 6 '{"only_main_content": true, "scrape_links": false, "scrape_images": false, "selector": "main"}'
}
step 6 0 60 stop

# 7. Wait
step_7() {
  execute '{"type": "wait", "time_ms": 100}'
}
step 7 0 60 stop

# 8. Open a tab
step_8() {
  execute '{"type": "goto_new_tab", "url": ($ENV.NOTEX_PARAM_SHOP + "deals")}'
}
step 8 0 60 stop

# 9. Close the tab in front
step_9() {
  execute '{"type": "close_tab"}'
}
step 9 0 60 stop

# Where it ended
ask POST "$session/page/observe" '{"max_nb_actions": 1}' || { cat "$work/why" >&2; exit 1; }
jq --slurpfile read "$work/read" --slurpfile failed "$work/failed" \
  '{flow: "Search the shop", url: .metadata.url, title: .metadata.title, read: $read, failed: $failed}' "$work/answer"
