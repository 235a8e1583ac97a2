//! The inspector in a browser on this machine: the same page, the same commands and events, over loopback HTTP.
//! The printed address holds a token that becomes a cookie; requests without it, or from another site, are refused.

mod assets;
mod guard;
mod live;
mod routes;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};

use notex_hub::{LogHandle, Saved};
use tokio::net::TcpListener;

use crate::boot::Running;
use crate::profile::{Profile, ProfileError};
use crate::signals::asked_to_end;
use crate::{Options, StartError, settings_file};

/// Serves until asked to end.
pub(crate) fn run(options: Options, log: LogHandle) -> Result<(), StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let refused = move |source| StartError::Listen { address: address.to_string(), source };
    let runtime = tokio::runtime::Runtime::new().map_err(refused)?;
    runtime.block_on(async move {
        let profile = Profile::open(options.data_dir.as_deref())?;
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let settings = profile.settings();
        let saved = settings_file::read(&settings);
        let save = Box::new(move |saved: &Saved| settings_file::write(&settings, saved));
        let running = Running::start(&profile, saved, save, log).await.map_err(ProfileError::from)?;
        let guard = guard::Guard::new(address);
        println!("notex-inspector listening on {}", guard.url());
        // A reader of our output waits for that line.
        drop(std::io::stdout().flush());
        let server = axum::serve(listener, routes::router(running.hub.clone(), guard));
        let ended = tokio::select! {
            ended = server.into_future() => ended.map_err(refused),
            () = asked_to_end() => Ok(()),
        };
        running.shut_down().await;
        ended
    })
}
