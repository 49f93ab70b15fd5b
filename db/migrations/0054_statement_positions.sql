-- How far the server's own log was read for statements of office IT: one row for each file of it. Written together
-- with the statements, so that a line is taken once and none is passed over.
create table statement_log_positions (
    file     text primary key,
    position bigint not null check (position >= 0),
    read_at  timestamptz not null
);
