//! What the OpenAPI document says beyond what the handlers' own types say: parameters that are read by hand, answers that
//! are made by hand, and who may call.

use std::borrow::Cow;

use aide::generate::GenContext;
use aide::openapi::{
    self, MediaType, OpenApi, Operation, ReferenceOr, SchemaObject, SecurityScheme, StatusCode,
};
use aide::operation::{OperationInput, OperationOutput};
use aide::transform::{TransformOpenApi, TransformOperation};
use axum::Json;
use axum::extract::{Path, Query};
use notex_wire::current::FileSource;
use notex_wire::{Refusal, StartRequest, path};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::body::{ActionBody, Body, OneShotBody};
use crate::refusal::Refused;

const KEY: &str = "key";

/// What is said of the whole.
pub(super) fn whole(document: TransformOpenApi<'_>) -> TransformOpenApi<'_> {
    document
        .title("Notex engine")
        .version(env!("CARGO_PKG_VERSION"))
        .description(
            "Browser sessions over a real Chromium, in the classic and in the current contract. Every refusal is a \
             `Refusal`, whatever its status.",
        )
        .security_scheme(
            KEY,
            SecurityScheme::Http {
                scheme: "bearer".to_owned(),
                bearer_format: None,
                description: Some("The key that the engine was started with.".to_owned()),
                extensions: Default::default(),
            },
        )
        .security_requirement(KEY)
}

/// A call whose answer is of the type that its handler names.
pub(super) fn says(summary: &'static str) -> impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_> {
    // Every call can be refused, those whose handlers never do by the guard before them.
    move |operation| operation.summary(summary).default_response::<Refused>()
}

/// The same, of one session.
pub(super) fn of_session(
    summary: &'static str,
) -> impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_> {
    move |operation| says(summary)(operation).input::<Path<OfSession>>()
}

/// The same, with words behind the path.
pub(super) fn asks<Words: JsonSchema>(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.input::<Query<Words>>()
}

/// A call that may cost, and says in a header how much.
pub(super) fn priced<Answer: JsonSchema>(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let mut operation = operation.response::<200, Json<Answer>>();
    let header = openapi::Header {
        description: Some("What the call cost, in credits.".to_owned()),
        style: openapi::HeaderStyle::Simple,
        required: false,
        deprecated: None,
        format: openapi::ParameterSchemaOrContent::Schema(SchemaObject {
            json_schema: json_schema!({ "type": "string" }),
            external_docs: None,
            example: None,
        }),
        example: None,
        examples: Default::default(),
        extensions: Default::default(),
    };
    if let Some(ReferenceOr::Item(answer)) = answers(&mut operation).responses.get_mut(&StatusCode::Code(200))
    {
        answer.headers.insert(path::CREDITS_HEADER.to_owned(), ReferenceOr::Item(header));
    }
    operation
}

/// An answer that is no JSON.
pub(super) fn raw(
    kind: &'static str,
    description: &'static str,
) -> impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_> {
    move |mut operation| {
        let content = [(kind.to_owned(), MediaType::default())].into_iter().collect();
        let answer = openapi::Response {
            description: description.to_owned(),
            content,
            ..openapi::Response::default()
        };
        answers(&mut operation).responses.insert(StatusCode::Code(200), ReferenceOr::Item(answer));
        operation
    }
}

/// What needs no key.
pub(super) fn open_to_all(mut operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.inner_mut().security = vec![Default::default()];
    operation
}

fn answers<'o>(operation: &'o mut TransformOperation<'_>) -> &'o mut openapi::Responses {
    operation.inner_mut().responses.get_or_insert_default()
}

/// The document as it is served.
pub(super) fn written(document: &OpenApi) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

impl<T: JsonSchema> OperationInput for Body<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Json::<T>::operation_input(context, operation);
    }
}

impl<T: JsonSchema> OperationInput for OneShotBody<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Json::<OneShot<T>>::operation_input(context, operation);
    }
}

impl OperationInput for ActionBody {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Json::<notex_wire::current::ExecuteRequest>::operation_input(context, operation);
    }
}

/// What a page call that may make its own session can be told.
struct OneShot<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OneShot<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneShot{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (mut call, start) = (T::json_schema(generator), StartRequest::json_schema(generator));
        let known = start.get("properties").and_then(|properties| properties.as_object());
        let properties = call.ensure_object().get_mut("properties").and_then(|all| all.as_object_mut());
        if let (Some(known), Some(properties)) = (known, properties) {
            let options = known.iter().filter(|(name, _)| StartRequest::OPTIONS.contains(&name.as_str()));
            properties.extend(options.map(|(name, schema)| (name.clone(), schema.clone())));
        }
        call
    }
}

impl OperationOutput for Refused {
    type Inner = Refusal;

    fn operation_response(context: &mut GenContext, operation: &mut Operation) -> Option<openapi::Response> {
        let answer = Json::<Refusal>::operation_response(context, operation)?;
        Some(openapi::Response { description: "It was refused; `message` says why.".to_owned(), ..answer })
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, openapi::Response)> {
        Self::operation_response(context, operation).into_iter().map(|answer| (None, answer)).collect()
    }
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct OfSession {
    /// The session.
    id: String,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct OfCall {
    /// The session.
    id: String,
    /// The number of the call, from 1.
    call: u32,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct OfFile {
    /// The session.
    id: String,
    /// The file, by its id.
    file: String,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Pages {
    /// The number of the page.
    #[schemars(range(min = 1))]
    page: Option<u32>,
    /// How many a page holds at most.
    #[schemars(range(min = 1, max = 500))]
    page_size: Option<u32>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct SessionWords {
    /// Only live ones; true when it is not said.
    only_active: Option<bool>,
    /// Accepted for the contract; this engine has no sessions of its own.
    include_system: Option<bool>,
    /// The number of the page.
    #[schemars(range(min = 1))]
    page: Option<u32>,
    /// How many a page holds at most.
    #[schemars(range(min = 1, max = 500))]
    page_size: Option<u32>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum CloseReason {
    Manual,
    Error,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct StopWords {
    /// Whether its caller is done with it or has failed.
    close_reason: Option<CloseReason>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct TabWords {
    /// The place of the tab, from 0; the one in front when it is not said.
    tab_idx: Option<u32>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct FileWords {
    /// How many at most.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
    /// How many to skip.
    offset: Option<u32>,
    /// Only those from there.
    source: Option<FileSource>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct EventWords {
    /// Some kinds of events, with commas between; all when it is not said.
    kinds: Option<String>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct AllEventWords {
    /// Some kinds of events, with commas between; all when it is not said.
    kinds: Option<String>,
    /// Also what happens on pages.
    pages: Option<bool>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct EntryWords {
    /// The number of the page.
    #[schemars(range(min = 1))]
    page: Option<u32>,
    /// How many a page holds at most.
    #[schemars(range(min = 1, max = 500))]
    page_size: Option<u32>,
    /// Of this session only.
    session_id: Option<String>,
    /// For this kind of call only.
    call: Option<notex_wire::CallKind>,
    /// From this instant on.
    from: Option<chrono::DateTime<chrono::Utc>>,
    /// Before this instant.
    to: Option<chrono::DateTime<chrono::Utc>>,
    /// Only entries with a smaller number.
    before: Option<u64>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct UsageWords {
    /// A month (UTC): `2026-11`; the running one when it is not said.
    #[schemars(regex(pattern = r"^\d{4}-(0[1-9]|1[0-2])$"))]
    period: Option<String>,
}
