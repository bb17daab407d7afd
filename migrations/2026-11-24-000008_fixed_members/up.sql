-- The members that the operator set of a client that registered itself, as a JSON list of names.

ALTER TABLE clients ADD COLUMN fixed TEXT;
