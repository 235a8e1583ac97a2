//! Selects that pages make themselves, in the shapes that public collections have: the option is found by its name.

use notex_engine::browser::Deed;

use crate::support::{Open, open};

fn choose(options: &[&str]) -> Deed {
    Deed::Choose { options: options.iter().map(|option| (*option).to_owned()).collect() }
}

async fn log(open: &Open) -> String {
    open.value("document.getElementById('log').textContent").await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_select_takes_an_option_by_its_name() {
    let open = open("step/selects.html").await;
    for (css, option, noted) in [
        ("#size", "Large", "size=Large;"),
        ("#fruit", "Pear", "fruit=Pear;"),
        ("#city-box", "Paris", "city=Paris;"),
        ("#plan", "Team", "plan=team;"),
        ("#age", "Twenty", "age=Twenty;"),
        ("#speed", "Fast", "speed=Fast;"),
        ("#menu", "Archive", "menu=Archive;"),
        ("#colour", "Blue", "colour=Blue;"),
    ] {
        open.to(css, choose(&[option])).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let log = log(&open).await;
        assert!(log.ends_with(noted), "{css}: {log}");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_is_searched_for_where_there_is_a_search_and_scrolled_to_where_few_are_drawn() {
    let open = open("step/selects.html").await;
    open.to("#city-box", choose(&["Tokyo"])).await.unwrap();
    open.to("#tier", choose(&["Gold 137"])).await.unwrap();
    assert_eq!(log(&open).await, "city=Tokyo;tier=Gold 137;");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_option_is_refused_with_those_there_are() {
    let open = open("step/selects.html").await;
    for (css, option, why) in [
        ("#size", "Huge", "has no \"Huge\"; it takes one of: Small, Medium, Large"),
        ("#fruit", "Quince", "has \"Quince\", which is disabled"),
        ("#age", "Fifty", "has no \"Fifty\"; it takes one of: Ten, Twenty, Thirty"),
        ("#plain", "Anything", "was clicked, and opened no list to choose from"),
        ("h1", "Anything", "was clicked, and opened no list to choose from"),
    ] {
        let error = open.to(css, choose(&[option])).await.unwrap_err().to_string();
        assert!(error.ends_with(why), "{css}: {error}");
        open.value(
            "document.querySelectorAll('[style*=\"inset\"], .pop:not([id])').forEach((e) => e.remove())",
        )
        .await;
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_options_are_taken_where_several_can_be() {
    let open = open("step/selects.html").await;
    open.to("#days", choose(&["Monday", "Wednesday, late"])).await.unwrap();
    open.to("#tags", choose(&["red", "blue"])).await.unwrap();
    let log = log(&open).await;
    assert!(log.starts_with("days=Monday+Wednesday, late;"), "{log}");
    assert!(log.ends_with("tags=red+blue;"), "{log}");
    let hidden = open.value("document.getElementById('tags-list').hidden").await;
    assert_eq!(hidden, true, "the list was left open");
    // It hides behind a select that the page made itself.
    open.to("#city", choose(&["Paris"])).await.unwrap();
    assert!(self::log(&open).await.ends_with("city=Paris;"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_with_a_value_chooses_from_what_the_click_opens() {
    let open = open("step/selects.html").await;
    let size = open
        .observe()
        .await
        .actions
        .into_iter()
        .find(|a| a.selector.as_ref().is_some_and(|selector| selector.css == "#size"));
    let act = notex_engine::browser::Act::operate(size.unwrap().id, Some("Small".to_owned()), false);
    open.page.act(&act).await.unwrap();
    assert_eq!(log(&open).await, "size=Small;");
    let menu = Deed::Operate { value: Some("Rename".to_owned()) };
    open.to("#menu", menu).await.unwrap();
    assert!(log(&open).await.ends_with("menu=Rename;"));
    let said = open.acted("#plain", Deed::Operate { value: Some("x".to_owned()) }).await.unwrap();
    assert_eq!(said.as_deref(), Some("the value \"x\" was not used, because no list came of the click"));
    open.end().await;
}
