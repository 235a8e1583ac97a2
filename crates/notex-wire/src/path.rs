//! Paths of both contracts. `{id}` is the session id.

/// `GET`, needs no key: is the server up, and its browser ready?
pub const HEALTH: &str = "/health";
/// `POST` a [`crate::StartRequest`]: starts a session.
pub const SESSION_START: &str = "/session/start";
/// `POST` a [`crate::SessionRequest`]: closes the session it names.
pub const SESSION_CLOSE: &str = "/session/close";
/// The same, in the spelling of the NotexAI pages and of the current contract.
pub const SESSIONS_START: &str = "/sessions/start";
/// The same as [`SESSION_CLOSE`], in the spelling of the NotexAI pages.
pub const SESSIONS_CLOSE: &str = "/sessions/close";
/// `POST` a [`crate::ObserveRequest`].
pub const ENV_OBSERVE: &str = "/env/observe";
/// `POST` a [`crate::StepRequest`].
pub const ENV_STEP: &str = "/env/step";
/// `POST` a [`crate::ScrapeRequest`].
pub const ENV_SCRAPE: &str = "/env/scrape";
/// `GET`, ours: sessions, newest first, by `page` and `page_size`.
pub const SESSION_LIST: &str = "/session";
/// `GET`, ours: one session.
pub const SESSION: &str = "/session/{id}";
/// `POST`, ours: moves the deadline as a call would, and costs nothing.
pub const SESSION_EXTEND: &str = "/session/{id}/extend";
/// `POST` a [`crate::ElementRequest`], ours: a [`crate::ElementAnswer`], or null where the page has no element. Costs
/// nothing and moves no deadline.
pub const SESSION_ELEMENT: &str = "/session/{id}/element";
/// `GET`, ours: server-sent [`crate::EngineEvent`]s of all sessions.
pub const EVENTS: &str = "/events";
/// `GET`, ours: the same of one session, from its state to its end.
pub const SESSION_EVENTS: &str = "/session/{id}/events";
/// The same as [`SESSION_EVENTS`].
pub const SESSIONS_EVENTS: &str = "/sessions/{id}/events";
/// `GET`, ours: a websocket that speaks the browser's own protocol, for this session alone. The key opens it, and so
/// does the `token` in a session's `cdp_url`.
pub const SESSION_CDP: &str = "/session/{id}/cdp";
/// The same as [`SESSION_CDP`].
pub const SESSIONS_CDP: &str = "/sessions/{id}/cdp";
/// `GET`, ours: a websocket with the live picture: JPEG frames and [`crate::LiveNews`] come, [`crate::LiveInput`] goes;
/// opened as [`SESSION_CDP`] is. With `readonly` no input is taken.
pub const SESSION_LIVE: &str = "/session/{id}/live";
/// The same as [`SESSION_LIVE`].
pub const SESSIONS_LIVE: &str = "/sessions/{id}/live";
/// `GET`, ours: what was used and what remains, in this month or the one that `period` names (`YYYY-MM`).
pub const USAGE: &str = "/usage";
/// `GET`, ours: the ledger, newest first, by `page` and `page_size`; only the entries of `session_id`, of `call`, `from`
/// an instant on, earlier than `to`, or entered `before` the one with that number. New entries move the pages of a walk
/// through the whole ledger; one that asks for those `before` the last it has seen meets each entry once.
pub const USAGE_ENTRIES: &str = "/usage/entries";
/// `GET`, ours: the plan and its rate card. `PUT` a [`notex_session::Plan`]: another plan from now on.
pub const PLAN: &str = "/plan";
/// `PUT` a [`notex_session::RateCard`], ours: other prices for new charges.
pub const PLAN_RATES: &str = "/plan/rates";
/// `GET`, ours: a [`crate::CallEvidence`], by the number of the call. The number after the last one is answered with what
/// has happened since. Costs nothing and moves no deadline; kept for the newest calls of a session, and for some minutes
/// after its end.
pub const SESSION_EVIDENCE: &str = "/session/{id}/calls/{call}/evidence";
/// The same as [`SESSION_EVIDENCE`].
pub const SESSIONS_EVIDENCE: &str = "/sessions/{id}/calls/{call}/evidence";
/// Answer header, ours: the number of the call within its session, from 1; [`SESSION_EVIDENCE`] takes it.
pub const CALL_HEADER: &str = "x-notex-call";
/// Answer header, ours: how long the call waited for its turn, in milliseconds.
pub const QUEUED_HEADER: &str = "x-notex-queued-ms";
/// Answer header, ours: what the call cost, in credits.
pub const CREDITS_HEADER: &str = "x-notex-credits";

/// `GET`, current: sessions, newest first, by `only_active`, `page` and `page_size`.
pub const SESSIONS: &str = "/sessions";
/// The same as [`SESSIONS`], as the SDK writes it.
pub const SESSIONS_SLASH: &str = "/sessions/";
/// `GET`, current: one session.
pub const SESSIONS_ONE: &str = "/sessions/{id}";
/// `DELETE`, current: ends a session; `close_reason` is `manual` or `error`.
pub const SESSIONS_STOP: &str = "/sessions/{id}/stop";
/// `POST` a [`crate::current::ObserveRequest`].
pub const PAGE_OBSERVE: &str = "/sessions/{id}/page/observe";
/// `POST` a [`crate::current::ExecuteRequest`].
pub const PAGE_EXECUTE: &str = "/sessions/{id}/page/execute";
/// `POST` a [`crate::current::ScrapeRequest`].
pub const PAGE_SCRAPE: &str = "/sessions/{id}/page/scrape";
/// `GET`, current: all cookies of a session. `POST` a [`crate::current::SetCookiesRequest`]: adds some.
pub const COOKIES: &str = "/sessions/{id}/cookies";
/// `GET`, current: where a session can be watched, and its tabs.
pub const DEBUG: &str = "/sessions/{id}/debug";
/// `GET`, current: the same for one tab, by `tab_idx`.
pub const DEBUG_TAB: &str = "/sessions/{id}/debug/tab";
/// `GET`, current: how many calls were made on the page of a session.
pub const OFFSET: &str = "/sessions/{id}/offset";
/// `GET`, current: a film of a session; none is ever made.
pub const REPLAY: &str = "/sessions/{id}/replay";
/// `GET`, current: whether a session is ready.
pub const AUTH: &str = "/sessions/{id}/auth";
/// `GET`, current: the files of a session. `POST` a form with a `file`: adds one.
pub const FILES: &str = "/sessions/{id}/files";
/// `GET`, `DELETE`, current: one file of a session.
pub const FILE: &str = "/sessions/{id}/files/{file}";
/// `GET`, ours, needs no key: all of this as an OpenAPI 3.1 document.
pub const OPENAPI: &str = "/openapi.json";
