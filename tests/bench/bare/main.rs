//! A Tauri window with one sentence in it: what the start of the app's window is measured against.

fn main() {
    let context = tauri::generate_context!("tests/bench/bare/tauri.conf.json");
    if let Err(error) = tauri::Builder::default().run(context) {
        eprintln!("the bare window could not be opened: {error}");
        std::process::exit(1);
    }
}
