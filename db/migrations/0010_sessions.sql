-- Sessions: how long they may live is data; tokens rotate; a new sign-in waits until the other one is ended.

-- The strictest of the rules that apply to a person counts: `who` is 'applicant', 'staff', 'reviewer' or the code of a role.
create table session_rules (
    who              text primary key,
    label            text not null,
    idle_minutes     int not null check (idle_minutes between 5 and 720),
    absolute_minutes int not null check (absolute_minutes between 15 and 1440),
    -- How long a factor that was shown counts as fresh for money, permissions and exports.
    fresh_minutes    int not null check (fresh_minutes between 1 and 240),
    -- Does a jump to another network ask for the factor again? Mobile carriers move addresses all day.
    watch_network    boolean not null,
    check (idle_minutes <= absolute_minutes)
);
insert into session_rules (who, label, idle_minutes, absolute_minutes, fresh_minutes, watch_network) values
    ('applicant', '申請者',     60, 1440, 60, false),
    ('staff',     '事務局職員', 60,  720, 30, true),
    ('reviewer',  '外部審査員', 60,  720, 30, true),
    ('office_it', '事務局IT',   30,  480, 15, true);

alter table sessions
    add column address       text not null default '',
    -- The token that follows; handed out, not yet seen. The present one stays good until then.
    add column next_hash     bytea,
    add column rotated_at    timestamptz not null default now(),
    add column fresh_at      timestamptz not null default now(),
    add column fresh_seconds int not null default 1800,
    add column watch_network boolean not null default false,
    -- Signed in, but another session of this person lives: opens nothing until the person has chosen.
    add column held          boolean not null default false,
    -- When a foreign browser or network was last written down.
    add column signalled_at  timestamptz;
create unique index sessions_next on sessions (next_hash) where next_hash is not null;
create index sessions_by_address on sessions (address) where ended_at is null;

-- Tokens a session had before. One of them coming back late was copied by somebody.
create table retired_tokens (
    token_hash bytea primary key,
    session_id uuid not null references sessions (id) on delete cascade,
    retired_at timestamptz not null
);
create index retired_tokens_of_session on retired_tokens (session_id);
