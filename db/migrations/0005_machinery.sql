-- Jobs (the outbox as well), mail sent, and the logs.

create table jobs (
    id            uuid primary key,
    lane          text not null,
    kind          text not null,
    payload       jsonb not null,
    version       int not null default 1,
    dedupe_key    text,
    state         text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead')),
    run_at        timestamptz not null default now(),
    priority      int not null default 0,
    attempt       int not null default 0,
    max_attempts  int not null default 10,
    lease_token   uuid,
    lease_until   timestamptz,
    worker        text,
    last_error    text,
    created_at    timestamptz not null default now(),
    finished_at   timestamptz
) with (fillfactor = 70);
create unique index jobs_dedupe on jobs (kind, dedupe_key) where dedupe_key is not null;
create index jobs_claim on jobs (lane, priority desc, run_at, id) where state = 'waiting';
create index jobs_leases on jobs (lease_until) where state = 'running';
create index jobs_dead on jobs (finished_at) where state = 'dead';
create index jobs_done on jobs (finished_at) where state = 'done';

create table schedules (
    name text not null,
    slot timestamptz not null,
    primary key (name, slot)
);

create table mails (
    key        text primary key,
    to_address text not null,
    subject    text not null,
    sent_at    timestamptz not null default now()
);

create table operation_log (
    at           timestamptz not null,
    id           uuid not null,
    site         text not null,
    actor_kind   text not null,
    actor_id     uuid,
    actor_name   text not null,
    permission   text not null,
    object       text not null,
    outcome      text not null,
    detail       jsonb not null,
    request_id   text not null,
    address      text not null,
    primary key (at, id)
) partition by range (at);
create index operation_log_actor on operation_log (actor_id, at desc);
create index operation_log_refused on operation_log (permission, at desc) where outcome = 'refused';
create index operation_log_object on operation_log (object, at desc);

create table access_log (
    at           timestamptz not null,
    id           uuid not null,
    site         text not null,
    actor_kind   text not null,
    actor_id     uuid,
    actor_name   text not null,
    permission   text not null,
    case_id      uuid,
    applicant_id uuid,
    request_id   text not null,
    address      text not null,
    primary key (at, id)
) partition by range (at);
create index access_log_case on access_log (case_id, at desc);
create table operation_log_default partition of operation_log default;
create table access_log_default partition of access_log default;
