"""Files of a session through the current SDK: uploaded into it, downloaded by its pages, and read back."""

import pytest

INVOICE = 'css=input[name="invoice"]'


@pytest.fixture
def invoice(tmp_path):
    path = tmp_path / "invoice-7.txt"
    path.write_text("Seven laptops, please.")
    return path


def test_an_uploaded_file_is_given_to_a_page(opened, invoice):
    session = opened("/files")
    stored = session.storage.upload(str(invoice))
    assert (stored.filename, stored.size) == ("invoice-7.txt", 22)
    assert session.execute(type="upload_file", selector=INVOICE, file_path="invoice-7.txt").success
    session.execute(type="click", selector='css=button[type="submit"]')
    received = session.scrape()
    assert 'filename="invoice-7.txt"' in received
    assert "Seven laptops, please." in received


def test_a_file_that_a_page_sends_is_downloaded_and_read_back(opened, action, tmp_path):
    session = opened("/files")
    found = action(session.observe(), "click", "Price list")
    assert session.execute(type="download_file", id=found.id).success
    [stored] = session.storage.list("session_download").files
    assert stored.filename == "prices.csv"
    path = session.storage.download(stored.id, str(tmp_path))
    assert open(path).read().startswith("laptop,price\nNova 14,949\n")


def test_files_are_listed_and_deleted(session, invoice):
    assert session.storage.list().total == 0
    stored = session.storage.upload(str(invoice), "renamed.txt")
    listed = session.storage.list("user_upload")
    assert (listed.total, listed.files[0].filename) == (1, "renamed.txt")
    session.storage.delete(stored.id)
    assert session.storage.list().total == 0


def test_a_file_of_another_session_is_not_there(client, opened, invoice, failed):
    with client.Session() as other:
        stored = other.storage.upload(str(invoice))
        session = opened("/files")
        assert session.storage.list().total == 0
        failed(session, type="upload_file", selector=INVOICE, file_path=stored.filename)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../notex.db", "no-such-file.txt", ""])
def test_a_file_outside_of_the_session_is_not_given_to_a_page(opened, engine, path):
    session = opened("/files")
    body = {"type": "upload_file", "selector": {"css_selector": "input[name=invoice]"}, "file_path": path}
    answer = engine.send("POST", f"/sessions/{session.session_id}/page/execute", body)
    assert answer.status_code == 422 or answer.json()["success"] is False, answer.text
    assert session.evaluate_js("document.querySelector('[name=invoice]').files.length") == "0"


def test_a_click_that_downloads_nothing_fails_as_a_download(opened, failed):
    failed(opened("/files"), type="download_file", selector='css=a[href="/deals"]', timeout=2000)
