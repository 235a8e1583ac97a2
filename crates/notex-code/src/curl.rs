//! A POSIX shell script with curl and jq, which speaks the current contract. The key and secrets are in no argument of a
//! process: whoever lists the processes of a machine does not see them.

use crate::current::{self, BEST_WAITS_MS, Call, FINDS_NONE, OTHERS_WAIT_MS, calls};
use crate::expr::{Expr, Tongue};
use crate::literal::shell;
use crate::plan::{Numbered, Parameter, Plan, title};

const JQ: Tongue = Tongue::Jq;

const CALLS: &str = r#"
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
"#;

const ACT: &str = r#"
# act JQ WAY...: acts on the element that the first of these ways finds.
act() {
  action=$1 wait={best} missed=
  shift
  for way in "$@"; do
    body=$(jq --null-input --compact-output --arg way "$way" --argjson wait "$wait" \
      "$action"' + {selector: $way, timeout: $wait}') && ask POST "$session/page/execute" "$body" || return 1
    jq --exit-status .success "$work/answer" >"$work/truth" && return
    why=$(jq --raw-output .message "$work/answer")
    missed="${missed:+$missed; }$way: $why"
    printf '%s' "$missed" >"$work/why"
    printf '%s' "$why" | grep -E -q '{none}' || return 1
    wait={others}
  done
  return 1
}
"#;

const UPLOAD: &str = r#"
# upload JQ JQ WAY...: gives a local file to the session, then to the element.
upload() {
  file=$(jq --null-input --raw-output "$1") more=$2
  shift 2
  curl --silent --show-error --fail --max-time "$deadline" --header "@$work/key" --form "file=@\"$file\"" \
    --output "$work/answer" "${NOTEX_API_URL%/}$session/files" 2>"$work/why" || return 1
  name=$(jq --null-input --compact-output --arg name "$(basename "$file")" '{type: "upload_file", file_path: $name}')
  act "$name + $more" "$@"
}
"#;

const SCRAPE: &str = r#"
# scrape NUMBER JQ: reads the page.
scrape() {
  body=$(jq --null-input --compact-output "$2") && ask POST "$session/page/scrape" "$body" || return 1
  jq --compact-output --argjson step "$1" \
    '{step: $step, markdown, data: .structured.data, problem: .structured.error}' "$work/answer" >>"$work/read"
}
"#;

#[derive(Default)]
struct Needs {
    act: bool,
    upload: bool,
    scrape: bool,
}

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let mut needs = Needs::default();
    let mut steps = String::new();
    for numbered in plan.steps() {
        let lines: Vec<String> =
            calls(&numbered.step.call).iter().map(|call| line(numbered, call, &mut needs)).collect();
        let (number, retries) = (numbered.number, numbered.step.retries);
        let on_failure = if numbered.goes_on() { "go_on" } else { "stop" };
        steps.push_str(&format!(
            "\n{}\nstep_{number}() {{\n  {}\n}}\nstep {number} {retries} {} {on_failure}\n",
            title(numbered, "#"),
            lines.join(" &&\n    "),
            numbered.step.deadline_seconds,
        ));
    }
    needs.act |= needs.upload;
    let head = plan.head("#", "curl and jq", "NOTEX_API_URL and NOTEX_API_KEY");
    let mut text = format!("#!/bin/sh\n{head}set -eu\n\n");
    text.push_str(": \"${NOTEX_API_URL:?}\" \"${NOTEX_API_KEY:?}\"\n");
    text.extend(plan.parameters.iter().map(setting));
    text.push_str(
        "\nwork=$(umask 077 && mktemp -d)\n\
         session= deadline=60\n\
         finish() {\n  \
           [ -z \"$session\" ] || ask DELETE \"$session/stop\" || cat \"$work/why\" >&2\n  \
           rm -rf \"$work\"\n\
         }\n\
         trap finish EXIT\n\
         trap 'exit 130' INT\n\
         trap 'exit 143' TERM\n\
         printf 'Authorization: Bearer %s\\n' \"$NOTEX_API_KEY\" >\"$work/key\"\n\
         : >\"$work/read\"\n\
         : >\"$work/failed\"\n",
    );
    text.push_str(CALLS);
    let act = ACT
        .replace("{none}", FINDS_NONE)
        .replace("{best}", &BEST_WAITS_MS.to_string())
        .replace("{others}", &OTHERS_WAIT_MS.to_string());
    for (wanted, part) in [(needs.act, act.as_str()), (needs.upload, UPLOAD), (needs.scrape, SCRAPE)] {
        text.push_str(if wanted { part } else { "" });
    }
    let start = shell(&JQ.value(&current::start(plan), 0));
    text.push_str(&format!(
        "\nask POST /sessions/start \"$(jq --null-input --compact-output {start})\" || {{ cat \"$work/why\" >&2; exit 1; }}\n\
         session=/sessions/$(jq --raw-output '.session_id | @uri' \"$work/answer\")\n"
    ));
    text.push_str(&steps);
    let flow = shell(&format!(
        "{{flow: {}, url: .metadata.url, title: .metadata.title, read: $read, failed: $failed}}",
        JQ.literal(&plan.flow.name)
    ));
    text.push_str(&format!(
        "\n# Where it ended\nask POST \"$session/page/observe\" '{{\"max_nb_actions\": 1}}' || {{ cat \"$work/why\" >&2; exit 1; }}\n\
         jq --slurpfile read \"$work/read\" --slurpfile failed \"$work/failed\" \\\n  {flow} \"$work/answer\"\n"
    ));
    text
}

/// Puts a parameter into the environment, where jq reads it.
fn setting(parameter: &Parameter) -> String {
    let variable = &parameter.variable;
    match &parameter.default {
        Some(text) => {
            let text = shell(text);
            format!("[ -n \"${{{variable}+set}}\" ] || {variable}={text}\nexport {variable}\n")
        }
        None => format!("export {variable}=\"${{{variable}?is not set}}\"\n"),
    }
}

fn line(numbered: Numbered<'_>, call: &Call, needs: &mut Needs) -> String {
    let filter = |value: &Expr| shell(&JQ.value(value, 2));
    let in_words =
        |ways: &[String]| ways.iter().map(|way| format!(" \\\n    {}", shell(way))).collect::<String>();
    match call {
        Call::Execute(action) => format!("execute {}", filter(action)),
        Call::Act { action, ways } => {
            needs.act = true;
            format!("act {}{}", filter(action), in_words(ways))
        }
        Call::Upload { path, ways, enter } => {
            needs.upload = true;
            let more = if *enter { "'{press_enter: true}'" } else { "'{}'" };
            format!("upload {} {more}{}", shell(&JQ.text(path)), in_words(ways))
        }
        Call::Observe { max_actions } => {
            let body = max_actions.map_or_else(String::new, |most| format!("\"max_nb_actions\": {most}"));
            format!("ask POST \"$session/page/observe\" '{{{body}}}'")
        }
        Call::Scrape(body) => {
            needs.scrape = true;
            format!("scrape {} {}", numbered.number, filter(body))
        }
    }
}
