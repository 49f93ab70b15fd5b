-- Who of office IT may ask the database itself, from when until when, and why.
create table database_access (
    id           uuid primary key,
    public_id    uuid not null unique,
    login        text not null unique check (login ~ '^hojo_it_[a-z0-9]{8,40}$'),
    person       text not null,
    reason       text not null,
    issued_by    text not null,
    issued_at    timestamptz not null,
    expires_at   timestamptz not null,
    withdrawn_by text,
    withdrawn_at timestamptz,
    check ((withdrawn_by is null) = (withdrawn_at is null))
);
