DROP TABLE client_traces;
