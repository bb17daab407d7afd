DROP TABLE logout_deliveries;
DROP TABLE participants;
