DROP TABLE client_documents;
DROP TABLE registration_tokens;
DROP TABLE client_leases;
