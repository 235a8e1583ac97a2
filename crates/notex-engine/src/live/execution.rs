//! The answer of an execute. The names of exceptions are those that the SDK raises; one that it does not know becomes
//! its general one.

use chrono::{DateTime, Utc};
use notex_wire::Usage;
use notex_wire::current::{DataSpace, ExceptionDetail, ExecutionResult};
use serde_json::{Map, Value};

use super::deed::Effect;
use crate::browser::{PageError, ScrapedPage};

/// How an action went.
pub(super) fn result(
    sent: Map<String, Value>,
    outcome: Result<Effect, PageError>,
    (started_at, ended_at): (DateTime<Utc>, DateTime<Utc>),
    usage: Usage,
) -> ExecutionResult {
    let success = outcome.is_ok();
    let (message, data, exception) = match outcome {
        Ok(effect) => {
            let scraped = effect.scraped.map(data);
            let value = effect.value.map(|markdown| DataSpace { markdown, ..DataSpace::default() });
            let said = match effect.remark {
                Some(remark) => format!("{}; {remark}", effect.said),
                None => effect.said,
            };
            (said, scraped.or(value), None)
        }
        Err(error) => (error.to_string(), None, Some(detail(&error))),
    };
    ExecutionResult {
        started_at,
        ended_at,
        action: Value::Object(sent),
        success,
        exception: exception.as_ref().map(|_| message.clone()),
        message,
        data,
        exception_detail: exception,
        action_executed: success,
        changes: None,
        usage: Some(usage),
    }
}

/// What a scrape read. The client knows no list of images: those that the text does not show follow it.
pub(super) fn data(scraped: ScrapedPage) -> DataSpace {
    let mut markdown = scraped.markdown;
    for image in scraped.images.iter().flatten() {
        if !markdown.contains(&format!("]({}", image.url)) {
            let shown = image.alt.as_deref().unwrap_or_default().replace(['[', ']', '\n'], " ");
            let gap = if markdown.is_empty() || markdown.ends_with('\n') { "\n" } else { "\n\n" };
            markdown.push_str(&format!("{gap}![{}]({})", shown.trim(), image.url));
        }
    }
    DataSpace {
        markdown,
        images: scraped.images,
        reading: Some(scraped.reading),
        structured: scraped.structured,
        metadata: scraped.metadata,
        links: scraped.links,
        usage: None,
    }
}

fn detail(error: &PageError) -> ExceptionDetail {
    let (name, should_retry_later) = match error {
        PageError::UnknownAction(_) | PageError::BadOption { .. } => ("InvalidActionError", false),
        PageError::NotOperable(_) | PageError::Browser { .. } => ("ActionExecutionError", false),
        PageError::SchemeRefused(_) | PageError::AddressRefused(_) => ("InvalidURLError", false),
        PageError::Unreachable { .. } => ("PageLoadingError", true),
        PageError::TimedOut { .. } | PageError::Lost(_) => ("NotteTimeoutError", true),
    };
    let message = error.to_string();
    ExceptionDetail {
        error_type: name.to_owned(),
        dev_message: message.clone(),
        user_message: message.clone(),
        agent_message: message,
        should_retry_later,
        should_notify_team: false,
    }
}
