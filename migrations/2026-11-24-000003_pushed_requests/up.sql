-- Authorization requests that clients pushed (RFC 9126), until a browser brings their reference. A request is taken once: by the stored
-- request whose pages it led to, or by its answer.

CREATE TABLE pushed_requests (
    digest TEXT PRIMARY KEY NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    taken BOOLEAN NOT NULL,
    interaction_id TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pushed_requests_by_client ON pushed_requests (client_id);
CREATE INDEX pushed_requests_by_end ON pushed_requests (expires_at);
