//! Why a call failed, in a sentence, with what it is seen by and what helps; and what is wrong with a page that a call
//! reached. Reads what is kept of the call and nothing else: the same call is always explained the same way.

use std::sync::LazyLock;

use notex_wire::Exchange;
use regex::Regex;
use serde_json::Value;

use crate::describe;
use crate::failure::as_sentence;
use crate::protocol::{Call, CallStatus, Explanation, Failure, FailureCode, Help, Place};

/// The most failed requests that are shown.
const MOST_REQUESTS: usize = 3;

/// What is known of a call that has ended.
pub(crate) struct Known<'a> {
    pub(crate) call: &'a Call,
    /// The page after it.
    pub(crate) place: &'a Place,
    /// What was answered.
    pub(crate) response: Option<&'a Value>,
    /// What its page requested, in the order it was sent.
    pub(crate) network: &'a [Exchange],
}

/// `None` when the call succeeded on a page that is none of errors or robots, and for what its failure says by itself.
pub(crate) fn explain(known: &Known<'_>) -> Option<Explanation> {
    let failure = match &known.call.status {
        CallStatus::Running => return None,
        CallStatus::Done { .. } => None,
        CallStatus::Failed { failure, .. } => Some(failure),
    };
    let mut explanation = match failure {
        // Whatever failed on a page for robots failed because of that.
        Some(failure) => match of_page(known) {
            Some(page) if failure.code == FailureCode::ActionImpossible => page,
            page => of_failure(known, failure).or(page)?,
        },
        None => of_page(known)?,
    };
    if let Some(failure) = failure {
        explanation.evidence.insert(0, failure.message.clone());
    }
    for request in known.network.iter().filter(|request| matters(request)).take(MOST_REQUESTS) {
        explanation.evidence.push(failed_request(request));
        let help = Help::OpenRequest { exchange: request.id.clone() };
        if !explanation.help.iter().any(|help| matches!(help, Help::OpenRequest { .. })) {
            explanation.help.push(help);
        }
    }
    explanation.evidence.dedup();
    Some(explanation)
}

fn of_failure(known: &Known<'_>, failure: &Failure) -> Option<Explanation> {
    let said = failure.message.as_str();
    match failure.code {
        FailureCode::SessionEnded => Some(ended(said)),
        FailureCode::ActionImpossible => Some(impossible(said, known)),
        _ if said.contains("did not answer within") => {
            let sentence = "The page did not answer before its deadline";
            Some(explained(sentence, vec![Help::Retry, Help::Extend]))
        }
        FailureCode::PageUnreachable => Some(unreachable_page(said, known)),
        FailureCode::Unreachable => {
            Some(explained("The server did not answer, so nothing is known of the page", vec![Help::Retry]))
        }
        FailureCode::NoBrowser => {
            Some(explained("No browser could be started for this session", vec![Help::StartAgain]))
        }
        FailureCode::WrongKey
        | FailureCode::OutOfCredits
        | FailureCode::Invalid
        | FailureCode::Cancelled
        | FailureCode::Keychain
        | FailureCode::Other => None,
    }
}

fn ended(said: &str) -> Explanation {
    let sentence = if said.contains("timed out") {
        "The session's deadline had passed before this call: nobody called it in time"
    } else if said.contains("longest life") {
        "The session had reached its longest life before this call"
    } else if said.contains("it was closed") {
        "The session had been closed before this call"
    } else {
        "The session had ended before this call"
    };
    explained(sentence, vec![Help::StartAgain])
}

fn impossible(said: &str, known: &Known<'_>) -> Explanation {
    static NEAREST: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"([LBI]\d+) "(.*?)" is the nearest"#).ok());
    static COVERED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(.*?) is covered by (.+?)(?: as soon as the mouse comes)?\.?$").ok());
    if let Some(found) = COVERED.as_ref().and_then(|covered| covered.captures(said)) {
        let sentence = format!("Something lies over {}: {}", &found[1], found[2].trim_end_matches('.'));
        return explained(&sentence, vec![Help::Observe, Help::Retry]);
    }
    let step = known.call.what.split_whitespace().next().unwrap_or("the action").to_owned();
    if let Some(found) = NEAREST.as_ref().and_then(|nearest| nearest.captures(said)) {
        let (action, label) = (found[1].to_owned(), found[2].to_owned());
        let sentence = format!("Nothing on the page is {step} any more; the nearest is {action}, “{label}”");
        return explained(&sentence, vec![Help::TryAction { action, label }, Help::Observe]);
    }
    if said.contains("is gone") || said.contains("there is no") || said.starts_with("Nothing on this page") {
        let sentence = format!("Nothing on the page is {step} now: it has changed since it was observed");
        return explained(&sentence, vec![Help::Observe]);
    }
    explained("The element is there, and cannot be operated as it is", vec![Help::Observe, Help::Retry])
}

fn unreachable_page(said: &str, known: &Known<'_>) -> Explanation {
    let document = known.network.iter().rfind(|request| is_document(request));
    let sentence = match document.and_then(|document| document.status) {
        Some(status) if status >= 400 => format!("The page answered with an error: {status}"),
        _ if said.contains("ERR_NAME_NOT_RESOLVED") || said.contains("could not be found") => {
            "There is no host of this name, or no network".to_owned()
        }
        _ => "The page could not be opened".to_owned(),
    };
    explained(&sentence, vec![Help::Retry])
}

/// What is wrong with the page that the call reached.
fn of_page(known: &Known<'_>) -> Option<Explanation> {
    let document = known.network.iter().rfind(|request| is_document(request));
    let status = document.and_then(|document| document.status).filter(|status| *status >= 400);
    if let Some(sign) = robot_sign(known, status) {
        let mut page =
            explained("The page takes this browser for a robot", vec![Help::StartAgain, Help::Observe]);
        page.evidence.push(sign);
        return Some(page);
    }
    let status = status?;
    let whose = if status < 500 { "refused the request" } else { "failed" };
    let sentence = format!("The page is an error page: its server {whose} with {status}");
    Some(explained(&sentence, vec![Help::Retry]))
}

/// By what a page for robots is known.
fn robot_sign(known: &Known<'_>, status: Option<u16>) -> Option<String> {
    if known.response.and_then(|answer| answer["space"]["category"].as_str()) == Some("captcha") {
        return Some("The page was recognised as a captcha.".to_owned());
    }
    let title = known.place.title.to_lowercase();
    // What the common guards call their pages.
    let titles = [
        "just a moment",
        "attention required",
        "verify you are human",
        "are you a robot",
        "captcha",
        "pardon our interruption",
        "unusual traffic",
        "security check",
    ];
    if let Some(found) = titles.iter().find(|sign| title.contains(**sign)) {
        return Some(format!("Its title has “{found}”."));
    }
    let paths = [
        "/cdn-cgi/challenge-platform/",
        "hcaptcha.com/",
        "/recaptcha/",
        "challenges.cloudflare.com/",
        "geo.captcha-delivery.com/",
        "/_incapsula_resource",
    ];
    let asked = known.network.iter().find_map(|request| {
        let url = request.url.to_lowercase();
        paths.iter().find(|path| url.contains(**path))
    });
    // Many pages load such a script and let one in all the same; with a refusal it is the reason.
    match (asked, status) {
        (Some(path), Some(status @ (403 | 429 | 503))) => {
            Some(format!("Its server answered {status}, and it loads a challenge from {path}."))
        }
        (None, Some(429)) => Some("Its server answered 429: too many requests.".to_owned()),
        _ => None,
    }
}

fn is_document(request: &Exchange) -> bool {
    request.resource_type == "document" && request.frame.is_none()
}

/// Whether a request that failed may be why a page does not work: what it does or shows, not what it measures.
fn matters(request: &Exchange) -> bool {
    let kinds = ["document", "script", "xhr", "fetch", "stylesheet"];
    let went_wrong = request.failed.is_some() || request.status.is_some_and(|status| status >= 400);
    // A page that goes away cancels what is under way.
    let was_cancelled =
        request.failed.as_deref().is_some_and(|why| why.contains("cancel") || why.contains("ERR_ABORTED"));
    went_wrong && !was_cancelled && kinds.contains(&request.resource_type.as_str())
}

fn failed_request(request: &Exchange) -> String {
    let place = describe::place(&request.url);
    match (request.status, &request.failed) {
        (Some(status), _) => format!("{} {place} answered {status}.", request.method),
        (None, Some(why)) => format!("{} {place} failed: {}", request.method, as_sentence(why)),
        (None, None) => format!("{} {place} was not answered.", request.method),
    }
}

fn explained(sentence: &str, help: Vec<Help>) -> Explanation {
    Explanation { sentence: as_sentence(sentence), evidence: Vec::new(), help }
}

#[cfg(test)]
mod tests;
