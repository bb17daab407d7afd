-- Tokens bound to keys, claims and details asked for by name, and what is remembered so that it is used once.

ALTER TABLE grants ADD COLUMN claims TEXT;
ALTER TABLE grants ADD COLUMN details TEXT;
ALTER TABLE grants ADD COLUMN confirmation TEXT;

ALTER TABLE codes ADD COLUMN dpop_jkt TEXT;

ALTER TABLE access_tokens ADD COLUMN confirmation TEXT;
ALTER TABLE access_tokens ADD COLUMN details TEXT;
ALTER TABLE access_tokens ADD COLUMN actor TEXT;

-- A client's secret, encrypted, where an HMAC must be verified; who registered it; what manages its registration.
ALTER TABLE clients ADD COLUMN sealed_secret TEXT;
ALTER TABLE clients ADD COLUMN origin TEXT;
ALTER TABLE clients ADD COLUMN registration_digest TEXT;

-- What may be shown once only: assertions, proofs, signed requests, by digest.
CREATE TABLE replays (
    id TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX replays_by_end ON replays (expires_at);

-- What the operator declares beside clients and APIs: trusted issuers, types of authorization details, who may exchange for whom.
CREATE TABLE definitions (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);
