-- Clients that register themselves: until when one that isn't used is kept, what lets one register, and how long a metadata document is fresh.

CREATE TABLE client_leases (
    client_id TEXT PRIMARY KEY NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_leases_by_end ON client_leases (expires_at);

CREATE TABLE registration_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    note TEXT NOT NULL,
    uses_left BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX registration_tokens_by_end ON registration_tokens (expires_at);

CREATE TABLE client_documents (
    client_id TEXT PRIMARY KEY NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_documents_by_end ON client_documents (expires_at);
