-- What the office and the reviewers do with a case.

create table remarks (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    filing_id    uuid not null references filings (id),
    submission   int not null,
    target       text not null,
    text         text not null,
    clause       text,
    severity     text not null check (severity in ('must', 'advice')),
    state        text not null check (state in ('noted', 'sent', 'mended', 'dropped')),
    written_by   uuid not null references staff (id),
    written_at   timestamptz not null,
    sent_at      timestamptz,
    closed_at    timestamptz
);
create index remarks_of_filing on remarks (filing_id, submission);

create table examinations (
    id           uuid primary key,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    filing_id    uuid not null references filings (id),
    submission   int not null,
    step         text not null check (step in ('first', 'second')),
    answers      jsonb not null,
    note         text not null default '',
    result       text check (result in ('passed', 'returned', 'excluded')),
    reason       text,
    version      int not null default 1,
    examiner     uuid not null references staff (id),
    started_at   timestamptz not null,
    finished_at  timestamptz,
    unique (filing_id, submission, step)
);

create table reviewer_ties (
    reviewer_id uuid not null references staff (id),
    kind        text not null check (kind in ('employer', 'client', 'support_body', 'prefecture')),
    value       text not null,
    primary key (reviewer_id, kind, value)
);

-- How many cases a reviewer can hold at a time; no row or null means that nobody set a limit.
create table reviewer_limits (
    reviewer_id uuid primary key references staff (id),
    capacity    int check (capacity >= 0),
    set_by      uuid not null references staff (id),
    set_at      timestamptz not null
);

create table assignments (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    reviewer_id  uuid not null references staff (id),
    state        text not null check (state in ('assigned', 'declared', 'recused', 'finalised', 'withdrawn')),
    assigned_by  uuid not null references staff (id),
    assigned_at  timestamptz not null,
    due_on       date,
    declared_at  timestamptz,
    recusal      text,
    finalised_at timestamptz
);
create unique index assignments_live on assignments (case_id, reviewer_id) where state <> 'withdrawn';
create index assignments_of_reviewer on assignments (reviewer_id, state);
create index assignments_of_case on assignments (case_id);

create table score_sheets (
    assignment_id uuid primary key references assignments (id),
    programme_id  text not null,
    round_id      uuid not null,
    applicant_id  uuid not null,
    case_id       uuid not null references cases (id),
    reviewer_id   uuid not null references staff (id),
    version       int not null,
    scores        jsonb not null,
    saved_at      timestamptz not null,
    finalised_at  timestamptz
);

-- 加点・減点: what the office granted or refused for a case. A claimed bonus without a row counts as
-- claimed, because the formal check has looked at its evidence; a deduction counts only when granted.
create table point_rulings (
    case_id      uuid not null references cases (id),
    kind         text not null check (kind in ('bonus', 'deduction')),
    code         text not null,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    granted      boolean not null,
    reason       text not null,
    ruled_by     uuid not null references staff (id),
    ruled_at     timestamptz not null,
    primary key (case_id, kind, code)
);

-- An adoption run: parameters, the input it saw, what came out. Immutable once made.
create table runs (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null references rounds (id),
    name         text not null,
    parameters   jsonb not null,
    input        jsonb not null,
    input_hash   text not null,
    result       jsonb not null,
    made_by      uuid not null references staff (id),
    made_at      timestamptz not null,
    committed_by uuid references staff (id),
    committed_at timestamptz,
    check (committed_by is null or committed_by <> made_by)
);
create unique index runs_one_commit on runs (round_id) where committed_at is not null;

create table letter_numbers (
    symbol      text not null,
    fiscal_year int not null,
    last        int not null,
    primary key (symbol, fiscal_year)
);

create table letters (
    id           uuid primary key,
    public_id    uuid not null unique,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    case_id      uuid not null references cases (id),
    kind         text not null,
    title        text not null,
    number       text unique,
    -- The running number within symbol and fiscal year; kept when a stuck letter is composed again.
    serial       int,
    issued_on    date,
    model        jsonb,
    state        text not null check (state in ('due', 'sealed', 'delivered', 'stuck')),
    problem      text,
    sha256       text,
    size         bigint,
    pages        int,
    cause        text not null,
    created_at   timestamptz not null,
    sealed_at    timestamptz,
    delivered_at timestamptz,
    read_at      timestamptz,
    read_by      uuid,
    unique (case_id, kind, cause)
);
create index letters_of_case on letters (case_id, created_at);
create index letters_by_created on letters (created_at, public_id);
create index letters_stuck on letters (created_at) where state = 'stuck';
