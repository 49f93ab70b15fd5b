-- Staff may come in by the provider of their own organisation: who they are there, tied to an account here by the link of
-- an invitation, once.
create table staff_identities (
    issuer    text not null,
    subject   text not null,
    staff_id  uuid not null references staff (id),
    linked_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index staff_identities_of on staff_identities (staff_id);
