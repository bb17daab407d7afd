-- Clients whose flows the glass box keeps for a time, redacted: recorded until ends_at, to be seen until expires_at.
CREATE TABLE client_traces (
    client_id TEXT PRIMARY KEY NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    ends_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_traces_by_end ON client_traces (expires_at);
