-- One portable schema for SQLite and PostgreSQL: TEXT, BIGINT (Unix seconds) and BOOLEAN only; JSON and sets as TEXT.
-- Every row has an end (expires_at) or an owner it goes with (ON DELETE CASCADE).

-- What caches hold is checked against these counters at each request.
CREATE TABLE versions (
    name TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);
INSERT INTO versions (name, value) VALUES ('catalog', 1);

CREATE TABLE users (
    sub TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    email TEXT,
    email_verified BOOLEAN NOT NULL,
    claims TEXT NOT NULL,
    password TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE clients (
    id TEXT PRIMARY KEY NOT NULL,
    metadata TEXT NOT NULL,
    secret_digest TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE apis (
    resource TEXT PRIMARY KEY NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY NOT NULL,
    alg TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    key_digest TEXT NOT NULL UNIQUE,
    sub TEXT NOT NULL REFERENCES users (sub) ON DELETE CASCADE,
    auth_time BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (sub);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE known_browsers (
    digest TEXT PRIMARY KEY NOT NULL,
    sub TEXT NOT NULL REFERENCES users (sub) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX known_browsers_by_user ON known_browsers (sub);
CREATE INDEX known_browsers_by_end ON known_browsers (expires_at);

CREATE TABLE failures (
    subject TEXT PRIMARY KEY NOT NULL,
    count BIGINT NOT NULL,
    last BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX failures_by_end ON failures (expires_at);

CREATE TABLE interactions (
    id TEXT PRIMARY KEY NOT NULL,
    browser_digest TEXT NOT NULL,
    request TEXT NOT NULL,
    progress TEXT NOT NULL,
    locale TEXT,
    done BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX interactions_by_end ON interactions (expires_at);

CREATE TABLE logouts (
    id TEXT PRIMARY KEY NOT NULL,
    browser_digest TEXT NOT NULL,
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX logouts_by_end ON logouts (expires_at);

CREATE TABLE consents (
    sub TEXT NOT NULL REFERENCES users (sub) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    granted TEXT NOT NULL,
    declined TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (sub, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id);
CREATE INDEX consents_by_end ON consents (expires_at);

-- A family of tokens: what one approval gave.
CREATE TABLE grants (
    id TEXT PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    sub TEXT NOT NULL REFERENCES users (sub) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    resources TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    nonce TEXT,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX grants_by_user ON grants (sub, client_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_end ON grants (expires_at);

CREATE TABLE codes (
    digest TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    redirect_uri TEXT,
    challenge TEXT,
    spent_at BIGINT,
    valid_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX codes_by_grant ON codes (grant_id);
CREATE INDEX codes_by_end ON codes (expires_at);

CREATE TABLE refresh_tokens (
    digest TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    spent_at BIGINT,
    successor TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);

-- A JWT stands under its jti, an opaque token under its digest.
CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    sub TEXT,
    audience TEXT NOT NULL,
    scopes TEXT NOT NULL,
    auth_time BIGINT,
    issued_at BIGINT NOT NULL,
    revoked_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_client ON access_tokens (client_id);
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);
