-- Which apps took part in a session, and which of them are still to be told that it has ended.

CREATE TABLE participants (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX participants_by_client ON participants (client_id);
CREATE INDEX participants_by_end ON participants (expires_at);

-- What apps hold of sessions that live already.
INSERT INTO participants (session_id, client_id, first_at, last_at, expires_at)
SELECT g.session_id, g.client_id, MIN(g.created_at), MAX(g.created_at), s.expires_at
FROM grants g JOIN sessions s ON s.id = g.session_id
WHERE s.ended_at IS NULL
GROUP BY g.session_id, g.client_id, s.expires_at;

-- No reference to session or person: both may be gone before the app was reached.
-- due_at: when it may be tried; while a node tries it, when another may take over.
CREATE TABLE logout_deliveries (
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    sub TEXT NOT NULL,
    failed BOOLEAN NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    problem TEXT,
    problem_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id)
);
CREATE INDEX logout_deliveries_due ON logout_deliveries (failed, due_at);
CREATE INDEX logout_deliveries_by_client ON logout_deliveries (client_id);
CREATE INDEX logout_deliveries_by_end ON logout_deliveries (expires_at);
