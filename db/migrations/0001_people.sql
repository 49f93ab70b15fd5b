-- Who exists: applicants, accounts, staff, and the sessions they hold.
-- Four things are kept apart: applicant (法人番号 or own id), account (issuer + sub),
-- holder of a case (cases.applicant_id), payee (comes with the money procedures).

create table applicants (
    id               uuid primary key,
    public_id        uuid not null unique,
    kind             text not null check (kind in ('corporation', 'sole_proprietor')),
    corporate_number text unique check (corporate_number ~ '^[1-9][0-9]{12}$'),
    name             text not null,
    created_at       timestamptz not null default now(),
    check ((kind = 'corporation') = (corporate_number is not null))
);

create table accounts (
    id           uuid primary key,
    issuer       text not null,
    sub          text not null,
    applicant_id uuid not null references applicants (id),
    kind         text not null check (kind in ('prime', 'member', 'entry')),
    parent_sub   text,
    display_name text not null,
    email        text,
    claims       jsonb not null,
    created_at   timestamptz not null default now(),
    signed_in_at timestamptz not null default now(),
    closed_at    timestamptz,
    unique (issuer, sub)
);
create index accounts_by_applicant on accounts (applicant_id);

-- What GビズID said at each sign-in; never overwritten.
create table account_snapshots (
    account_id uuid not null references accounts (id),
    taken_at   timestamptz not null default now(),
    claims     jsonb not null,
    primary key (account_id, taken_at)
);

create table staff (
    id             uuid primary key,
    public_id      uuid not null unique,
    login          text not null unique,
    name           text not null,
    kind           text not null check (kind in ('staff', 'reviewer')),
    email          text,
    organisation   text,
    password_hash  text not null,
    totp_secret    text not null,
    totp_last_step bigint not null default 0,
    failures       int not null default 0,
    locked_until   timestamptz,
    disabled_at    timestamptz,
    created_at     timestamptz not null default now()
);

-- Who holds which permission is data; the list of permissions itself is code.
create table roles (
    code  text primary key,
    label text not null
);
create table role_permissions (
    role       text not null references roles (code),
    permission text not null,
    primary key (role, permission)
);
create table staff_roles (
    staff_id uuid not null references staff (id),
    role     text not null references roles (code),
    primary key (staff_id, role)
);

create table sessions (
    id           uuid primary key,
    token_hash   bytea not null unique,
    site         text not null check (site in ('portal', 'office')),
    account_id   uuid references accounts (id),
    staff_id     uuid references staff (id),
    user_agent   text not null default '',
    created_at   timestamptz not null default now(),
    seen_at      timestamptz not null default now(),
    idle_seconds int not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    end_reason   text,
    check ((account_id is null) <> (staff_id is null))
);
create index sessions_by_account on sessions (account_id) where ended_at is null;
create index sessions_by_staff on sessions (staff_id) where ended_at is null;

-- A sign-in under way at GビズID: what must come back unchanged.
create table sign_ins (
    state_hash bytea primary key,
    nonce      text not null,
    verifier   text not null,
    return_to  text not null,
    created_at timestamptz not null default now()
);
