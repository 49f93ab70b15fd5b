-- What looks wrong, and what was done about it.

-- The rules: imported from db/detections.toml by `hojo staff detections`.
create table detection_rules (
    code           text primary key,
    label          text not null,
    advice         text not null,
    stream         text not null check (stream in ('sign_in', 'refused', 'read', 'export', 'operation', 'first_use')),
    subject        text not null check (subject in ('login', 'address', 'person')),
    threshold      int not null check (threshold >= 1),
    window_seconds int not null check (window_seconds between 1 and 86400),
    -- Only between these hours in Japan, when both are set; one that ends before it begins runs over midnight.
    from_hour      int check (from_hour between 0 and 23),
    to_hour        int check (to_hour between 0 and 23),
    severity       text not null check (severity in ('note', 'warn', 'alarm')),
    respond        text[] not null,
    -- Failed sign-ins on somebody's name are made by others: they never lock that person out.
    check (not (subject = 'login' and respond && array['lock', 'reauth']))
);

create table detections (
    id              uuid primary key,
    public_id       uuid not null unique,
    rule            text not null references detection_rules (code),
    subject_kind    text not null,
    subject         text not null,
    n               int not null,
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    raised_at       timestamptz not null,
    responses       text[] not null,
    acknowledged_by uuid references staff (id),
    acknowledged_at timestamptz,
    closed_by       uuid references staff (id),
    closed_at       timestamptz,
    note            text not null default ''
);
-- Raised once for each occurrence: while one is open, more of the same only counts up.
create unique index detections_open on detections (rule, subject) where closed_at is null;
create index detections_by_time on detections (raised_at desc);
create index detections_of on detections (rule, subject, closed_at desc);

-- People and addresses that are cut off, by office IT or by a rule.
create table cuts (
    id          uuid primary key,
    public_id   uuid not null unique,
    kind        text not null check (kind in ('person', 'address')),
    staff_id    uuid references staff (id),
    address     inet,
    reason      text not null,
    made_by     uuid references staff (id),
    rule        text references detection_rules (code),
    made_at     timestamptz not null,
    until_at    timestamptz,
    lifted_by   uuid references staff (id),
    lifted_at   timestamptz,
    lift_reason text,
    check ((kind = 'person') = (staff_id is not null) and (kind = 'address') = (address is not null)),
    check ((made_by is null) <> (rule is null))
);
create index cuts_of_person on cuts (staff_id) where lifted_at is null;
create index cuts_of_address on cuts (address) where lifted_at is null;

-- 404 and 403, counted by minute: a guesser writes one row a minute, not one a guess.
create table refusals (
    minute   timestamptz not null,
    site     text not null,
    address  text not null,
    actor_id uuid,
    n        int not null,
    last_at  timestamptz not null
);
create unique index refusals_one on refusals (minute, site, address, coalesce(actor_id, '00000000-0000-0000-0000-000000000000'));
create index refusals_by_address on refusals (address, last_at desc);
create index refusals_by_person on refusals (actor_id, last_at desc) where actor_id is not null;
create index refusals_by_time on refusals (last_at);

-- How far the watch has read.
create table watch_marks (
    name text primary key,
    at   timestamptz not null
);

create index operation_log_sign_in on operation_log (address, at desc) where outcome = 'refused' and detail ->> 'what' = 'sign-in';
create index access_log_actor on access_log (actor_id, at desc);

-- Failed sign-ins by login and address: the pause grows for that pair alone, so that nobody is locked out by others.
create table sign_in_pauses (
    login    text not null,
    address  text not null,
    failures int not null,
    last_at  timestamptz not null,
    until_at timestamptz,
    primary key (login, address)
);
create index sign_in_pauses_by_time on sign_in_pauses (last_at);

-- Networks a person has signed in from: they stay open while the account is under attack from elsewhere.
create table known_places (
    staff_id uuid not null references staff (id),
    network  cidr not null,
    last_at  timestamptz not null,
    primary key (staff_id, network)
);
