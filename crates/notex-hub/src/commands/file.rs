//! Files that a person gives to a session, for uploads on its pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::needs;
use super::{client_of_session, fail};
use crate::Hub;
use crate::protocol::{Failure, Outcome};

pub(super) async fn add(
    hub: &Hub,
    session: String,
    name: String,
    contents: String,
) -> Result<Outcome, Failure> {
    needs(hub, &session, |can| can.files, "this server takes no files from here").await?;
    let contents = STANDARD.decode(contents).map_err(|_| Failure::invalid("the file is not in base64"))?;
    let client = client_of_session(hub, &session).await?;
    match client.server().add_file(&session, &name, &contents).await {
        Ok(kept) => {
            Ok(Outcome { session: Some(session), file: Some(kept.body.filename), ..Outcome::default() })
        }
        Err(error) => Err(fail(hub, session, None, error).await),
    }
}
