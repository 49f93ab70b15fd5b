-- Editions are immutable; a round points at one, a case pins one.

create table editions (
    id           text primary key,
    programme_id text not null,
    code         text not null,
    version      text not null,
    hash         text not null unique,
    source       jsonb not null,
    published_by text not null,
    approved_by  text not null,
    effective_at timestamptz not null,
    created_at   timestamptz not null default now(),
    unique (programme_id, code, version)
);

create table rounds (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    code         text not null,
    title        text not null,
    edition_id   text not null references editions (id),
    opens_at     timestamptz not null,
    closes_at    timestamptz not null,
    created_at   timestamptz not null default now(),
    unique (programme_id, code),
    check (opens_at < closes_at)
);

-- A deadline moved for one round, or for one applicant in it. Two people, append-only.
create table deadline_moves (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null references rounds (id),
    applicant_id uuid references applicants (id),
    closes_at    timestamptz not null,
    reason       text not null,
    proposed_by  uuid not null references staff (id),
    proposed_at  timestamptz not null default now(),
    approved_by  uuid references staff (id),
    approved_at  timestamptz,
    refused_at   timestamptz,
    check (approved_by is null or approved_by <> proposed_by)
);
create index deadline_moves_in_force on deadline_moves (round_id, applicant_id) where approved_at is not null;

-- A stop rule lowered to ask at run time. Two people.
create table rule_lowerings (
    id           uuid primary key,
    public_id    uuid not null unique,
    edition_id   text not null references editions (id),
    procedure    text not null,
    rule         text not null,
    reason       text not null,
    proposed_by  uuid not null references staff (id),
    proposed_at  timestamptz not null default now(),
    approved_by  uuid references staff (id),
    approved_at  timestamptz,
    refused_at   timestamptz,
    ended_at     timestamptz,
    check (approved_by is null or approved_by <> proposed_by)
);
create index rule_lowerings_in_force on rule_lowerings (edition_id) where approved_at is not null and ended_at is null;

create table notices (
    id         uuid primary key,
    site       text not null check (site in ('portal', 'office', 'all')),
    level      text not null check (level in ('info', 'warning', 'emergency')),
    title      text not null,
    body       text not null,
    shown_from timestamptz not null,
    shown_to   timestamptz,
    created_at timestamptz not null default now()
);

-- Master tables, imported from dated registry packages and re-importable.
create table master_imports (
    master      text not null,
    version     text not null,
    rows        bigint not null,
    imported_at timestamptz not null default now(),
    primary key (master, imported_at)
);
create table banks (
    code text primary key,
    name text not null,
    kana text not null,
    half text not null,
    key  text not null
);
create table branches (
    bank_code text not null,
    code      text not null,
    name      text not null,
    kana      text not null,
    half      text not null,
    key       text not null,
    primary key (bank_code, code, name)
);
create table postal_codes (
    code       text not null,
    prefecture text not null,
    city       text not null,
    town       text not null,
    kana       text not null,
    primary key (code, prefecture, city, town)
);
create table holidays (
    day  date primary key,
    name text not null
);
