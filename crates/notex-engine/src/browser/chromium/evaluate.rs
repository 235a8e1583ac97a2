//! Runs a caller's JavaScript in the page's own world. What it answers is the page's word: capped, and plain JSON.

use serde::Deserialize;
use serde_json::{Value, json};

use super::tab::ChromiumTab;
use crate::browser::PageError;
use crate::cdp::CdpError;

const MOST_ANSWER: usize = 5_000_000;
const MOST_CODE: usize = 1_000_000;
const MESSAGE_CHARS: usize = 500;

/// An expression or a function first, then statements whose last one is the value, then the body of a function.
const RUN: &str = r"(async (code, most) => {
  const compiles = (text) => { try { (0, eval)(`if (0) {${text}\n}`); return true; } catch { return false; } };
  const run = () => {
    if (compiles(`(${code}\n)`)) return (0, eval)(`(${code}\n)`);
    if (compiles(code)) return (0, eval)(code);
    return (0, eval)(`(async () => {${code}\n})()`);
  };
  let value = run();
  if (typeof value === 'function') value = value();
  value = await value;
  const text = JSON.stringify(value === undefined ? null : value) ?? 'null';
  return text.length > most ? text.length : text;
})";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evaluated {
    result: Remote,
    exception_details: Option<Exception>,
}

#[derive(Deserialize)]
struct Remote {
    value: Option<Value>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(default)]
    text: String,
    exception: Option<Thrown>,
}

#[derive(Deserialize)]
struct Thrown {
    description: Option<String>,
    value: Option<Value>,
}

impl ChromiumTab {
    pub(super) async fn run_code(&self, code: &str) -> Result<Value, PageError> {
        let doing = "running the script";
        let failed = |why: String| PageError::NotOperable(format!("the script failed: {why}"));
        if code.len() > MOST_CODE {
            return Err(failed(format!("it is longer than {MOST_CODE} bytes")));
        }
        let mut events = self.session.events();
        let params = json!({
            "expression": format!("{RUN}({}, {MOST_ANSWER})", json!(code)),
            "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let within = self.setup.patience.answer;
        let asked = self.unless_lost(self.session.call("Runtime.evaluate", params, within)).await;
        let answer: Evaluated = match asked {
            Ok(answer) => answer,
            // It led to another page, whose coming is waited for; there is no value then.
            Err(CdpError::Refused { message, .. }) if leaves(&message) => {
                self.settle_page(&mut events).await?;
                return Ok(Value::Null);
            }
            Err(error) => return Err(self.failed(doing, error).await),
        };
        if let Some(Exception { text, exception }) = answer.exception_details {
            let said = exception.and_then(|thrown| {
                let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
                thrown.description.map(first).or_else(|| thrown.value.map(|value| value.to_string()))
            });
            let said: String = said.unwrap_or(text).chars().take(MESSAGE_CHARS).collect();
            return Err(failed(said));
        }
        let value = match answer.result.value {
            Some(Value::String(text)) if text.len() <= MOST_ANSWER * 4 => serde_json::from_str(&text)
                .map_err(|error| failed(format!("its value is no JSON: {error}")))?,
            Some(Value::Number(length)) => {
                return Err(failed(format!("its value has {length} characters, more than {MOST_ANSWER}")));
            }
            Some(_) | None => return Err(failed(String::from("its value is no JSON"))),
        };
        self.follow_if_it_leaves(&mut events).await?;
        Ok(value)
    }
}

fn leaves(message: &str) -> bool {
    ["navigated or closed", "context was destroyed", "Promise was collected", "Cannot find context"]
        .iter()
        .any(|sign| message.contains(sign))
}
