DROP INDEX access_tokens_by_person;
