-- 手続: what follows adoption. Each later procedure of a case is a run of its own (a row of `cases` with its filing,
-- checks, returns, decision and letters) that belongs to the case it began in. What its decision changes is told on
-- that case: standing, dates, amounts, holder.

alter table cases add column root_id uuid references cases (id);
alter table cases add column procedure text not null default 'application';
-- Who began it: the applicant, the office on behalf, the office of its own motion, or at the office's request.
alter table cases add column opener text not null default 'applicant'
    check (opener in ('applicant', 'office_on_behalf', 'office', 'demand'));
-- When its decision changed the life of the case; null while it has not.
alter table cases add column took_effect_at timestamptz;
-- 状態 of the life, for lists; empty before the first decision and on runs.
alter table cases add column standing text not null default '';
-- Words of the outcome, which are the flow's.
alter table cases add column outcome_label text not null default '';

create index cases_runs on cases (root_id, procedure, created_at) where root_id is not null;
create index cases_by_standing on cases (round_id, standing, id) where root_id is null and standing <> '';
-- One live application for each company and round, as before; its later procedures are no second application.
create unique index cases_one_live_root on cases (round_id, applicant_id)
    where root_id is null and position not in ('withdrawn', 'discarded');
drop index cases_one_live;
-- What is in work now also waits for approval.
create index cases_under_way on cases (filed_at, public_id) include (position, assigned_to, due_on)
    where filed_at is not null and position in ('check', 'second_check', 'returned', 'examine', 'decide', 'approve', 'consult');

-- A run the office begins by itself is nobody's to read but the office's: its rows carry the nil uuid as their
-- applicant, which is the key of row security.
alter table filings drop constraint filings_channel_check;
alter table filings add constraint filings_channel_check check (channel in ('portal', 'paper', 'mail', 'office')) not valid;
alter table filings validate constraint filings_channel_check;

-- 義務: a projection of what the edition derives from the life of a case, so that the office can list it.
create table dues (
    case_id      uuid not null references cases (id),
    key          text not null,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    obligation   text not null,
    procedure    text not null,
    title        text not null,
    opens_on     date,
    due_on       date not null,
    met          boolean not null,
    moved_from   date,
    -- [{"on": "2027-03-01", "kind": "before"}]
    reminders    jsonb not null,
    otherwise    text,
    refreshed_at timestamptz not null,
    primary key (case_id, key)
);
create index dues_open on dues (due_on, case_id, key) where not met;

-- A reminder goes once.
create table dues_reminded (
    case_id      uuid not null references cases (id),
    key          text not null,
    on_day       date not null,
    kind         text not null check (kind in ('before', 'after', 'last')),
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    at           timestamptz not null,
    primary key (case_id, key, on_day, kind)
);

-- 期限の変更: proposed by one person, approved by another.
create table due_moves (
    id           uuid primary key,
    public_id    uuid not null unique,
    case_id      uuid not null references cases (id),
    key          text not null,
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null,
    title        text not null,
    from_day     date not null,
    to_day       date not null,
    reason       text not null,
    proposed_by  uuid not null references staff (id),
    proposed_at  timestamptz not null,
    decided_by   uuid references staff (id),
    decided_at   timestamptz,
    approved     boolean,
    check (decided_by is null or decided_by <> proposed_by)
);
create index due_moves_waiting on due_moves (proposed_at) where decided_at is null;

-- 承継: who held the case until when.
create table case_holders (
    case_id      uuid not null references cases (id),
    applicant_id uuid not null references applicants (id),
    programme_id text not null,
    round_id     uuid not null,
    name         text not null,
    until        timestamptz not null,
    receipt      text not null,
    primary key (case_id, until)
);

-- 社名等の変更: what an applicant was called before.
create table applicant_changes (
    applicant_id uuid not null references applicants (id),
    at           timestamptz not null,
    case_id      uuid not null references cases (id),
    receipt      text not null,
    before       jsonb not null,
    told         jsonb not null,
    primary key (applicant_id, at)
);

-- GビズID引継ぎ: the account that comes next belongs to this applicant.
create table account_handovers (
    issuer       text not null,
    sub          text not null,
    applicant_id uuid not null references applicants (id),
    case_id      uuid not null references cases (id),
    at           timestamptz not null,
    primary key (issuer, sub)
);
