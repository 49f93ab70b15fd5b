-- From where and when the office site and the VPN may be used. An empty list restricts nobody.
-- Rows are never changed: one that no longer holds is withdrawn, and a new one stands beside it, so the table is its own history.

create table allowed_networks (
    id           uuid primary key,
    public_id    uuid not null unique,
    -- Whom the list is for: staff and reviewers work from different places.
    kind         text not null check (kind in ('staff', 'reviewer')),
    name         text not null,
    range        cidr not null,
    vpn          boolean not null,
    environment  text not null default '',
    place        text not null default '',
    valid_from   timestamptz not null,
    valid_until  timestamptz check (valid_until > valid_from),
    set_by       uuid not null references staff (id),
    set_at       timestamptz not null,
    withdrawn_by uuid references staff (id),
    withdrawn_at timestamptz
);
create index allowed_networks_live on allowed_networks (kind) where withdrawn_at is null;

-- 時間帯 of one person. Minutes since midnight in Japan; one that ends before it begins runs over midnight.
create table work_windows (
    id           uuid primary key,
    public_id    uuid not null unique,
    staff_id     uuid not null references staff (id),
    -- office: no row means at any time. vpn: no row means never.
    purpose      text not null check (purpose in ('office', 'vpn')),
    -- One bit a day, Monday first.
    days         int not null check (days between 1 and 127),
    from_minute  int not null check (from_minute between 0 and 1439),
    to_minute    int not null check (to_minute between 1 and 1440),
    valid_from   timestamptz not null,
    valid_until  timestamptz check (valid_until > valid_from),
    set_by       uuid not null references staff (id),
    set_at       timestamptz not null,
    withdrawn_by uuid references staff (id),
    withdrawn_at timestamptz,
    check (from_minute <> to_minute)
);
create index work_windows_live on work_windows (staff_id) where withdrawn_at is null;

-- Whom to call: shown to people who are turned away, and told when something looks wrong.
create table duty_contacts (
    id           uuid primary key,
    public_id    uuid not null unique,
    name         text not null,
    phone        text not null default '',
    email        text not null default '',
    -- Called in this order.
    turn         int not null,
    set_by       uuid not null references staff (id),
    set_at       timestamptz not null,
    withdrawn_at timestamptz
);

-- Gateways that ask whether a person may use the VPN now, each with a key of its own.
create table vpn_gateways (
    id           uuid primary key,
    public_id    uuid not null unique,
    name         text not null,
    key_hash     bytea not null unique,
    made_by      uuid not null references staff (id),
    made_at      timestamptz not null,
    withdrawn_at timestamptz
);
