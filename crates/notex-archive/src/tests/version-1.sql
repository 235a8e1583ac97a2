-- An archive as version 1 of the tables has it.
CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    connection_name TEXT NOT NULL,
    session TEXT NOT NULL,
    dialect TEXT,
    started_here INTEGER NOT NULL,
    request TEXT,
    created_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    credits INTEGER NOT NULL,
    credits_estimated INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    end_detail TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    calls INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (connection, session)
) STRICT;
CREATE INDEX sessions_by_age ON sessions (touched_at);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    made_elsewhere INTEGER NOT NULL,
    http_status INTEGER,
    failure TEXT,
    started_at INTEGER NOT NULL,
    queue INTEGER,
    connect INTEGER,
    wait INTEGER,
    receive INTEGER,
    total INTEGER,
    credits INTEGER,
    reasons TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    host TEXT,
    action_count INTEGER,
    UNIQUE (session, number)
) STRICT;
CREATE INDEX calls_by_host ON calls (host, session);
CREATE TABLE bodies (
    call INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    request BLOB,
    request_size INTEGER,
    response BLOB,
    response_size INTEGER
) STRICT;
CREATE TABLE blobs (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    stored INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE parts (
    call INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    hash TEXT REFERENCES blobs (hash),
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    missing TEXT,
    PRIMARY KEY (call, kind),
    CHECK ((hash IS NULL) <> (missing IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_by_hash ON parts (hash);
CREATE VIRTUAL TABLE words USING fts5 (
    url, title, actions, text, asked,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER a_call_that_goes_takes_its_words AFTER DELETE ON calls
    BEGIN DELETE FROM words WHERE rowid = OLD.id; END;

PRAGMA user_version = 1;
INSERT INTO sessions VALUES (7, 'local', 'Local engine', 's-1', 'notex', 1, '{"session_timeout_minutes":5}',
    1800000000000000, 1800000060000000, 'Shop', 'https://shop.example.com/', 2100, 0, 1800000060000000, 'idle_timeout',
    NULL, 1, 1, 0);
INSERT INTO calls VALUES (9, 7, 1, 'observe', '/ · 12 actions', 0, 200, NULL, 1800000000000000, NULL, NULL, NULL, NULL,
    812000, 2000, '[{"what":"2 base","credits":2}]', 'Shop', 'https://shop.example.com/', 'shop.example.com', 12);
INSERT INTO bodies VALUES (9, CAST('{"url":"https://shop.example.com/"}' AS BLOB), 35,
    CAST('{"space":{"actions":[{"description":"Click Add to cart"},{"description":"加入購物車"}]},"data":{"markdown":"Zum Wagen"}}' AS BLOB), 125);
INSERT INTO parts VALUES (9, 'screenshot', NULL, 900, 'image/png', 'the disk had 4 MB free');
INSERT INTO words (rowid, url, title, actions, text, asked)
    VALUES (9, 'https://shop.example.com/', 'Shop', 'Click Add to cart', '', '');
