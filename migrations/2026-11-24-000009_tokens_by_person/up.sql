-- What apps hold of a person without a family: few rows, looked for by the account page and when somebody takes access back.
CREATE INDEX access_tokens_by_person ON access_tokens (sub) WHERE grant_id IS NULL AND sub IS NOT NULL;
