-- 公募要領・交付規程の変更: which edition a round runs on changes by a request of one person, the approval of another,
-- at a moment that was said before. Editions themselves never change.

-- How drafts of the round meet the newer edition: the applicant moves them when they like, or when they next open them.
alter table rounds add column drafts text not null default 'ask' check (drafts in ('ask', 'opening'));

create table rule_changes (
    id              uuid primary key,
    public_id       uuid not null unique,
    programme_id    text not null,
    round_id        uuid not null references rounds (id),
    from_edition    text not null references editions (id),
    to_edition      text not null references editions (id),
    drafts          text not null check (drafts in ('ask', 'opening')),
    reason          text not null,
    takes_effect_at timestamptz not null,
    -- What it touched when it was proposed, as it was shown to who approved.
    impact          jsonb not null,
    proposed_by     uuid not null references staff (id),
    proposed_at     timestamptz not null,
    approved_by     uuid references staff (id),
    approved_at     timestamptz,
    refused_at      timestamptz,
    activated_at    timestamptz,
    -- Running cases that were rolled forward with it.
    rolled          int,
    check (approved_by is null or approved_by <> proposed_by),
    check (from_edition <> to_edition),
    check (activated_at is null or approved_at is not null)
);
create unique index rule_changes_one_open on rule_changes (round_id) where refused_at is null and activated_at is null;

-- 下書きでの試行: all open drafts judged under both editions.
create table rule_replays (
    change_id   uuid primary key references rule_changes (id),
    asked_by    uuid not null references staff (id),
    asked_at    timestamptz not null,
    total       int not null,
    done        int not null default 0,
    touched     int not null default 0,
    finished_at timestamptz
);
-- Findings that come or go for one draft.
create table rule_replay_findings (
    change_id uuid not null references rule_changes (id),
    case_id   uuid not null references cases (id),
    procedure text not null,
    rule      text not null,
    severity  text not null,
    comes     boolean not null,
    primary key (change_id, case_id, procedure, rule, comes)
);
create index rule_replay_findings_by_rule on rule_replay_findings (change_id, procedure, rule, comes);

-- 下書きの引継ぎ: what a draft was asked before it moved, with every answer that did not go on.
create table draft_upgrades (
    filing_id    uuid not null references filings (id),
    at           timestamptz not null,
    programme_id text not null,
    round_id     uuid not null,
    case_id      uuid not null references cases (id),
    from_edition text not null references editions (id),
    to_edition   text not null references editions (id),
    map          jsonb not null,
    moved_by     uuid not null,
    primary key (filing_id, at)
);
