-- Claims that were allowed or unticked by name, beside scopes.
ALTER TABLE consents ADD COLUMN claims TEXT;
