-- 改定のお知らせ: what an applicant was told of a change that touches a draft of theirs. Once for each draft and change.
set lock_timeout = '5s';

create table change_notices (
    filing_id    uuid not null references filings (id),
    change_id    uuid not null references rule_changes (id),
    programme_id text not null,
    round_id     uuid not null,
    applicant_id uuid not null references applicants (id),
    case_id      uuid not null references cases (id),
    from_edition text not null,
    to_edition   text not null,
    -- Nothing is handed in before the draft has moved.
    required     boolean not null,
    -- Sentences as they were told; labels and counts, nothing that was typed.
    lines        jsonb not null,
    -- By when to look: the applicant's deadline as it stood then.
    due_at       timestamptz not null,
    at           timestamptz not null,
    primary key (filing_id, change_id)
);
create index change_notices_of_applicant on change_notices (applicant_id, at);
