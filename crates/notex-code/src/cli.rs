//! A shell script that runs the flow, which it holds, with this program.

use notex_flow::Flow;
use serde_json::Value;

use crate::plan::{Plan, is_secret};

const END: &str = "END_OF_THE_FLOW";

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let flow = without_secrets(plan);
    let reads = "NOTEX_API_URL and NOTEX_API_KEY, when it is to run on a server instead of on this machine,";
    let head = plan.head("#", "Notex Inspector", reads);
    // A line of this document never begins with a letter.
    let flow = flow.to_json();
    format!(
        "#!/bin/sh\n{head}set -eu\n\n\
         flow=$(mktemp)\n\
         trap 'rm -f \"$flow\"' EXIT\n\
         trap 'exit 130' INT\n\
         trap 'exit 143' TERM\n\
         cat >\"$flow\" <<'{END}'\n{flow}{END}\n\n\
         \"${{NOTEX_INSPECTOR:-notex-inspector}}\" flow run \"$flow\" --results \\\n  \
         ${{NOTEX_API_URL:+--connection \"$NOTEX_API_URL\"}}\n"
    )
}

/// The flow without the secrets of its start, which a flow's file may hold and a program must not.
fn without_secrets(plan: &mut Plan<'_>) -> Flow {
    let mut flow = plan.flow.clone();
    let before = plan.parameters.len();
    // What the program does not hold is not read either.
    plan.parameters.retain(|parameter| !parameter.name.starts_with('_'));
    if plan.parameters.len() < before {
        plan.leave_out(
            "Start: headers and passwords of proxies that are secrets are not in the flow it holds.",
        );
    }
    if let Some(headers) = &mut flow.start.extra_http_headers {
        headers.retain(|name, _| !is_secret(name));
    }
    if let Some(Value::Array(proxies)) = &mut flow.start.proxies {
        for proxy in proxies.iter_mut().filter_map(Value::as_object_mut) {
            proxy.remove("password");
        }
    }
    flow
}
