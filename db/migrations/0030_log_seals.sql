-- The logs with proof: what transaction wrote a row, its place in the tree, the signed checkpoints.

-- A row is sealed when every transaction as old as its own has ended: then nothing can come in before it
-- any more. Rows are ordered by this and not by a sequence, which gives numbers before they are committed
-- and keeps those that are rolled back. The default is not volatile: existing rows are not rewritten.
alter table operation_log add column xid xid8 not null default pg_current_xact_id();
alter table access_log add column xid xid8 not null default pg_current_xact_id();
create index operation_log_seal on operation_log (xid, id);
create index access_log_seal on access_log (xid, id);
create index operation_log_sign_ins on operation_log (at desc, id desc) where permission = 'anyone';

-- What office IT asked the database itself, taken from the server's own log.
create table statement_log (
    at          timestamptz not null,
    id          uuid not null,
    login       text not null,
    person      text not null,
    address     text not null,
    session     text not null,
    statement   text not null,
    xid         xid8 not null default pg_current_xact_id(),
    primary key (at, id)
) partition by range (at);
create index statement_log_seal on statement_log (xid, id);
create table statement_log_default partition of statement_log default;

create table log_leaves (
    number bigint primary key,
    log    text not null,
    at     timestamptz not null,
    id     uuid not null,
    hash   bytea not null
);
create index log_leaves_row on log_leaves (id);

create table log_checkpoints (
    size      bigint primary key,
    origin    text not null,
    root      bytea not null,
    at        bigint not null,
    previous  bytea not null,
    key       bytea not null,
    signature bytea not null
);

-- Where sealing stands: one row, locked by whoever seals, so that two never do.
create table log_sealing (
    one       boolean primary key default true check (one),
    origin    text not null,
    size      bigint not null,
    peaks     bytea[] not null,
    -- The last sealed row, in the order of sealing.
    xid       xid8 not null,
    id        uuid not null,
    turn_at   timestamptz
);
insert into log_sealing (origin, size, peaks, xid, id)
values (gen_random_uuid()::text, 0, '{}', '0', '00000000-0000-0000-0000-000000000000');

-- What office IT must look at. One open alarm for each cause.
create table alarms (
    id         uuid primary key,
    code       text not null,
    detail     text not null,
    times      int not null default 1,
    first_at   timestamptz not null default now(),
    last_at    timestamptz not null default now(),
    cleared_at timestamptz
);
create unique index alarms_open on alarms (code) where cleared_at is null;

-- The second lock: even the owner's statements change no row of a log by mistake.
create function log_row_stays() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger stays before update or delete on operation_log for each row execute function log_row_stays();
create trigger stays before update or delete on access_log for each row execute function log_row_stays();
create trigger stays before update or delete on statement_log for each row execute function log_row_stays();
create trigger stays before update or delete on log_leaves for each row execute function log_row_stays();
create trigger stays before update or delete on log_checkpoints for each row execute function log_row_stays();
create trigger whole before truncate on operation_log for each statement execute function log_row_stays();
create trigger whole before truncate on operation_log_default for each statement execute function log_row_stays();
create trigger whole before truncate on access_log for each statement execute function log_row_stays();
create trigger whole before truncate on access_log_default for each statement execute function log_row_stays();
create trigger whole before truncate on statement_log for each statement execute function log_row_stays();
create trigger whole before truncate on statement_log_default for each statement execute function log_row_stays();
create trigger whole before truncate on log_leaves for each statement execute function log_row_stays();
create trigger whole before truncate on log_checkpoints for each statement execute function log_row_stays();
