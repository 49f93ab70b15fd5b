-- What people sign in with: passkeys first, password with one-time code second, recovery codes for the
-- day the phone is gone. Somebody who was invited has none of them yet.
alter table staff
    alter column password_hash drop not null,
    alter column totp_secret drop not null,
    add column factors_since timestamptz;

create table passkeys (
    id            uuid primary key,
    public_id     uuid not null unique,
    staff_id      uuid not null references staff (id),
    credential_id bytea not null unique,
    credential    jsonb not null,
    name          text not null check (char_length(name) between 1 and 60),
    created_at    timestamptz not null default now(),
    used_at       timestamptz
);
create index passkeys_of_staff on passkeys (staff_id);

-- Eighty random bits each, kept as a hash, good once.
create table recovery_codes (
    staff_id  uuid not null references staff (id),
    code_hash bytea not null,
    made_at   timestamptz not null default now(),
    used_at   timestamptz,
    primary key (staff_id, code_hash)
);

-- A passkey ceremony under way: what the answer must fit, taken out when it comes.
create table ceremonies (
    token_hash bytea primary key,
    kind       text not null check (kind in ('sign_in', 'register', 'prove')),
    staff_id   uuid references staff (id),
    state      jsonb not null,
    created_at timestamptz not null default now()
);
create index ceremonies_by_age on ceremonies (created_at);

-- One-use links by which somebody sets the first factors, or new ones after losing all.
create table invitations (
    id          uuid primary key,
    public_id   uuid not null unique,
    staff_id    uuid not null references staff (id),
    kind        text not null check (kind in ('first', 'recovery')),
    reason      text not null default '',
    made_by     uuid not null references staff (id),
    made_at     timestamptz not null default now(),
    -- A recovery takes a second administrator.
    approved_by uuid references staff (id),
    approved_at timestamptz,
    token_hash  bytea unique,
    expires_at  timestamptz,
    used_at     timestamptz,
    cancelled_at timestamptz,
    check (approved_by is null or approved_by <> made_by),
    check (made_by <> staff_id and (approved_by is null or approved_by <> staff_id))
);
create index invitations_of_staff on invitations (staff_id, made_at desc);
