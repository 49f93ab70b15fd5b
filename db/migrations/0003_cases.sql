-- A case, its filings and what happened. Events and submissions are append-only.
-- programme_id, round_id, applicant_id stand on every row: they are the sharding,
-- partitioning and row-security keys.

create table cases (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null references rounds (id),
    applicant_id uuid not null references applicants (id),
    edition_id   text not null references editions (id),
    number       text unique,
    position     text not null,
    outcome      text,
    seq          int not null,
    state        jsonb not null,
    applicant_name text not null,
    title        text not null default '',
    frame        text not null default '',
    requested    bigint,
    assigned_to  uuid references staff (id),
    due_on       date,
    created_at   timestamptz not null,
    filed_at     timestamptz,
    changed_at   timestamptz not null
);
create index cases_of_applicant on cases (applicant_id, round_id);
create index cases_queue on cases (round_id, position, changed_at desc, id);
-- One index for each order of the office's list; drafts are nobody's work yet and stay out.
create index cases_by_filed on cases (filed_at, public_id) where filed_at is not null;
create index cases_by_changed on cases (changed_at, public_id) where filed_at is not null;
create index cases_by_due on cases (coalesce(due_on, date '9999-12-31'), public_id) where filed_at is not null;
create index cases_by_requested on cases (coalesce(requested, 0), public_id) where filed_at is not null;
-- What is in work lies behind whatever was closed long ago: lists and counts of the office read only this.
create index cases_in_work on cases (filed_at, public_id) include (position, assigned_to, due_on)
    where filed_at is not null and position in ('check', 'second_check', 'returned', 'examine', 'decide');
create index cases_assigned on cases (assigned_to, position) where assigned_to is not null;
create unique index cases_one_live on cases (round_id, applicant_id)
    where position not in ('withdrawn', 'discarded');

create table events (
    case_id      uuid not null references cases (id),
    seq          int not null,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    at           timestamptz not null,
    kind         text not null,
    actor_kind   text not null,
    actor_id     uuid,
    actor_name   text not null,
    body         jsonb not null,
    primary key (case_id, seq)
);

create table filings (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    procedure    text not null,
    edition_id   text not null references editions (id),
    channel      text not null check (channel in ('portal', 'paper', 'mail')),
    received_on  date,
    state        text not null check (state in ('draft', 'filed', 'returned', 'withdrawn', 'discarded')),
    version      int not null default 0,
    created_at   timestamptz not null,
    filed_at     timestamptz
);
create index filings_of_case on filings (case_id, created_at);

-- One row a section: an autosave writes the few kilobytes that were touched.
create table draft_sections (
    filing_id    uuid not null references filings (id),
    section      text not null,
    applicant_id uuid not null,
    version      int not null,
    answers      jsonb not null,
    saved_at     timestamptz not null,
    saved_by     uuid not null,
    primary key (filing_id, section)
) with (fillfactor = 50);

create table submissions (
    filing_id    uuid not null references filings (id),
    n            int not null,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    receipt      text not null unique,
    answers      jsonb not null,
    attachments  jsonb not null,
    findings     jsonb not null,
    digest       text not null,
    filed_at     timestamptz not null,
    filed_by     uuid not null,
    primary key (filing_id, n)
);

create table files (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    filing_id    uuid not null references filings (id),
    slot         text not null,
    name         text not null,
    size         bigint not null,
    sha256       text not null,
    media_type   text not null,
    state        text not null check (state in ('accepted', 'refused', 'replaced', 'removed')),
    reason       text,
    pages        int,
    uploaded_at  timestamptz not null,
    uploaded_by  uuid not null
);
create index files_of_filing on files (filing_id, slot) where state = 'accepted';

create table receipt_numbers (
    round_id uuid primary key references rounds (id),
    last     int not null
);

-- Same key, same answer: a doubled request gets the first one's reply.
create table idempotency (
    principal    uuid not null,
    key          text not null,
    request_hash text not null,
    location     text not null,
    created_at   timestamptz not null default now(),
    primary key (principal, key)
);

-- Japanese search: character grams of the normalised text find the candidates, the key proves them.
create table case_search (
    case_id uuid primary key references cases (id),
    grams   text[] not null,
    key     text not null default ''
);
create index case_search_grams on case_search using gin (grams);
