-- What devices without a browser wait for (RFC 8628): by the digest of what they poll with, and a keyed one of what a person types.
CREATE TABLE device_codes (
    digest TEXT PRIMARY KEY NOT NULL,
    user_code TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    pause BIGINT NOT NULL,
    polled_at BIGINT NOT NULL,
    -- Once a browser has entered the code: its page, and the code again, encrypted, for the person to compare.
    page TEXT UNIQUE,
    browser_digest TEXT,
    sealed_code TEXT,
    entered_at BIGINT,
    -- Once the person has answered.
    denied_at BIGINT,
    grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE,
    spent_at BIGINT,
    valid_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX device_codes_by_client ON device_codes (client_id);
CREATE INDEX device_codes_by_grant ON device_codes (grant_id);
CREATE INDEX device_codes_by_end ON device_codes (expires_at);
