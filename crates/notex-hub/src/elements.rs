//! The element at a point of the page, for the picker.

use crate::Hub;
use crate::commands::client_of_session;
use crate::protocol::{Failure, FailureCode, QueryElement};

/// The longest text of an element that is shown.
const LONGEST_TEXT: usize = 200;

pub(crate) async fn at(hub: &Hub, session: String, x: f64, y: f64) -> Result<Option<QueryElement>, Failure> {
    if !(x.is_finite() && y.is_finite()) {
        return Err(Failure::invalid("x and y must be numbers"));
    }
    let client = client_of_session(hub, &session).await?;
    let id = session.clone();
    let can = hub
        .read(move |state| {
            let known = state.sessions.get(&id).and_then(|known| state.connection(&known.state.connection));
            known.is_some_and(|known| known.state.can.elements)
        })
        .await?;
    if !can {
        return Err(Failure::new(FailureCode::Other, "this server does not tell the element at a point"));
    }
    let answer = client.server().element(&session, x, y).await.map_err(|error| Failure::from(&error))?;
    Ok(answer.body.map(|element| QueryElement {
        tag: element.tag,
        role: element.role,
        name: element.name,
        text: element.text.chars().take(LONGEST_TEXT).collect(),
        bounds: element.bounds,
        selectors: element.selectors,
        field: element.field,
        items: element.items,
    }))
}
