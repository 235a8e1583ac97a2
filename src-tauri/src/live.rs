//! A live picture on its way to a page. The page says when it has drawn a frame; until then only the newest waits, so
//! that a slow page is behind by one frame and not by a queue of them.

use std::future::Future;
use std::time::Duration;

use notex_hub::protocol::{Failure, LiveInput, LiveNews};
use notex_hub::{LiveMessage, LiveView};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// A frame whose drawing was not confirmed for so long is taken for drawn.
const LONGEST_DRAWING: Duration = Duration::from_secs(1);

/// What a page says to its live picture.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ViewerSays {
    /// The last frame is drawn.
    Shown,
    /// A person's mouse or keyboard.
    Act(LiveInput),
}

/// What a page is told beside the frames, which are bytes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// What the server says beside the pictures.
    News(LiveNews),
    /// Nothing comes any more, and why when that is known.
    End(Option<Failure>),
}

/// To the page: a frame, or words.
#[derive(Clone, Debug)]
pub(crate) enum ToPage {
    /// A JPEG.
    Frame(Vec<u8>),
    /// Words.
    Told(Told),
}

/// Where a live picture comes from; the hub's, or one of a test.
pub(crate) trait Source: Send {
    /// The next message; `None` when it has ended. May be given up and asked again.
    fn next(&mut self) -> impl Future<Output = Option<LiveMessage>> + Send;
    /// Why it ended, when that is known.
    fn failure(&self) -> Option<Failure>;
    /// Hands a person's input on.
    fn act(&mut self, input: LiveInput) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl Source for LiveView {
    async fn next(&mut self) -> Option<LiveMessage> {
        Self::next(self).await
    }
    fn failure(&self) -> Option<Failure> {
        Self::failure(self).cloned()
    }
    async fn act(&mut self, input: LiveInput) -> Result<(), Failure> {
        Self::act(self, input).await
    }
}

/// Hands a live picture on until it ends, the page lets go of `says`, or `send` answers that nobody listens.
pub(crate) async fn relay<F>(
    mut source: impl Source,
    mut says: mpsc::Receiver<ViewerSays>,
    mut send: impl FnMut(ToPage) -> F,
) where
    F: Future<Output = bool>,
{
    let mut waiting = None;
    let mut drawing: Option<Instant> = None;
    loop {
        if drawing.is_none()
            && let Some(frame) = waiting.take()
        {
            if !send(ToPage::Frame(frame)).await {
                return;
            }
            drawing = Some(Instant::now() + LONGEST_DRAWING);
        }
        let give_up = drawing.unwrap_or_else(Instant::now);
        tokio::select! {
            message = source.next() => match message {
                Some(LiveMessage::Frame(frame)) => waiting = Some(frame.to_vec()),
                Some(LiveMessage::News(news)) => {
                    if !send(ToPage::Told(Told::News(news))).await {
                        return;
                    }
                }
                None => {
                    send(ToPage::Told(Told::End(source.failure()))).await;
                    return;
                }
            },
            said = says.recv() => match said {
                Some(ViewerSays::Shown) => drawing = None,
                Some(ViewerSays::Act(input)) => {
                    if let Err(failure) = source.act(input).await {
                        send(ToPage::Told(Told::End(Some(failure)))).await;
                        return;
                    }
                }
                None => return,
            },
            () = tokio::time::sleep_until(give_up), if drawing.is_some() => drawing = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use notex_hub::protocol::FailureCode;

    use super::*;

    struct Scripted {
        messages: mpsc::Receiver<LiveMessage>,
        acted: Arc<Mutex<Vec<LiveInput>>>,
    }

    impl Source for Scripted {
        async fn next(&mut self) -> Option<LiveMessage> {
            self.messages.recv().await
        }
        fn failure(&self) -> Option<Failure> {
            None
        }
        async fn act(&mut self, input: LiveInput) -> Result<(), Failure> {
            let refused = matches!(input, LiveInput::MouseMove { x, .. } if x < 0.0);
            self.acted.lock().unwrap().push(input);
            let failure = || Failure {
                code: FailureCode::Unreachable,
                message: "the server is gone".to_owned(),
                hint: None,
            };
            if refused { Err(failure()) } else { Ok(()) }
        }
    }

    struct Stage {
        server: mpsc::Sender<LiveMessage>,
        page: mpsc::Sender<ViewerSays>,
        seen: mpsc::Receiver<ToPage>,
        acted: Arc<Mutex<Vec<LiveInput>>>,
    }

    fn stage() -> Stage {
        let (server, messages) = mpsc::channel(16);
        let (page, says) = mpsc::channel(16);
        let (told, seen) = mpsc::channel(16);
        let acted = Arc::new(Mutex::new(Vec::new()));
        let source = Scripted { messages, acted: Arc::clone(&acted) };
        tokio::spawn(relay(source, says, move |message| {
            let told = told.clone();
            async move { told.send(message).await.is_ok() }
        }));
        Stage { server, page, seen, acted }
    }

    fn frame(byte: u8) -> LiveMessage {
        LiveMessage::Frame(vec![byte].into())
    }

    async fn seen_frame(stage: &mut Stage) -> u8 {
        match stage.seen.recv().await {
            Some(ToPage::Frame(bytes)) => bytes[0],
            other => panic!("a frame was expected, not {other:?}"),
        }
    }

    #[tokio::test]
    async fn while_a_frame_is_drawn_only_the_newest_waits() {
        let mut stage = stage();
        for byte in 1..=4 {
            stage.server.send(frame(byte)).await.unwrap();
        }
        assert_eq!(seen_frame(&mut stage).await, 1);
        while stage.server.capacity() < 16 {
            tokio::task::yield_now().await;
        }
        stage.page.send(ViewerSays::Shown).await.unwrap();
        assert_eq!(seen_frame(&mut stage).await, 4);
    }

    #[tokio::test]
    async fn a_page_that_confirms_nothing_still_sees_a_frame_each_second() {
        let mut stage = stage();
        stage.server.send(frame(1)).await.unwrap();
        assert_eq!(seen_frame(&mut stage).await, 1);
        stage.server.send(frame(2)).await.unwrap();
        assert_eq!(seen_frame(&mut stage).await, 2);
    }

    #[tokio::test]
    async fn an_input_that_cannot_be_handed_on_ends_the_picture_with_the_reason() {
        let mut stage = stage();
        for x in [1.0, -1.0] {
            let input = LiveInput::MouseMove { x, y: 0.0, modifiers: 0 };
            stage.page.send(ViewerSays::Act(input)).await.unwrap();
        }
        let Some(ToPage::Told(Told::End(Some(failure)))) = stage.seen.recv().await else {
            panic!("it should end")
        };
        assert_eq!(failure.message, "the server is gone");
        assert_eq!(stage.acted.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_page_that_leaves_ends_the_picture() {
        let stage = stage();
        drop(stage.page);
        stage.server.closed().await;
    }

    #[test]
    fn the_words_of_a_page_are_read() {
        let shown: ViewerSays = serde_json::from_str("\"shown\"").unwrap();
        assert_eq!(shown, ViewerSays::Shown);
        let act = r#"{"act":{"type":"mouse_move","x":1,"y":2}}"#;
        assert!(matches!(serde_json::from_str(act).unwrap(), ViewerSays::Act(LiveInput::MouseMove { .. })));
        assert_eq!(serde_json::to_string(&Told::End(None)).unwrap(), r#"{"end":null}"#);
    }
}
