//! What answers at the address of a connection, and what it can do.

use notex_client::{Found, Server};

use crate::protocol::{Abilities, Dialect, Failure, Probe};
use crate::{Hub, LOCAL_CONNECTION};

/// What a server of this kind can do beyond starting, calling and closing.
fn abilities(dialect: Dialect) -> Abilities {
    match dialect {
        Dialect::Notex => Abilities {
            events: true,
            list: true,
            extend: true,
            live: true,
            take_over: true,
            elements: true,
            usage: true,
            edit_rates: true,
            start_options: true,
            tabs: true,
            scrape_options: true,
            instructions: true,
            files: true,
        },
        Dialect::Classic => Abilities::default(),
        Dialect::Current => Abilities {
            list: true,
            start_options: true,
            tabs: true,
            scrape_options: true,
            instructions: true,
            ..Abilities::default()
        },
    }
}

fn ours(dialect: notex_client::Dialect) -> Dialect {
    match dialect {
        notex_client::Dialect::Notex => Dialect::Notex,
        notex_client::Dialect::Classic => Dialect::Classic,
        notex_client::Dialect::Current => Dialect::Current,
    }
}

/// What was found, for the window.
pub(crate) fn probe(found: Found) -> Probe {
    Probe {
        dialect: ours(found.dialect),
        version: found.version,
        latency_ms: found.latency.as_secs_f64() * 1000.0,
        key_problem: found.key_problem,
    }
}

/// The same server, spoken to in the contract that it was found to speak. The engine inside the app is ours.
pub(crate) async fn find_out(hub: &Hub, connection: &str, server: Server) -> Result<Server, Failure> {
    if connection == LOCAL_CONNECTION {
        return Ok(server);
    }
    let found = server.probe().await.map_err(|error| Failure::from(&error))?;
    let (server, dialect) = (server.speaking(found.dialect), ours(found.dialect));
    let (id, spoken) = (connection.to_owned(), server.clone());
    hub.change(move |state, _| {
        state.change_connection(&id, |known| {
            known.server = Some(spoken);
            known.state.dialect = Some(dialect);
            known.state.can = abilities(dialect);
        });
    })
    .await;
    Ok(server)
}
