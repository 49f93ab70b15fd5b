-- Who holds which permission is changed on pages. What widens is proposed by one person and approved by another;
-- what narrows works at once. `changes` keeps both, and is the only way the office can change a grant.

create table changes (
    id          uuid primary key,
    public_id   uuid not null unique,
    -- permission: roles and grants. boundary: networks and hours.
    area        text not null check (area in ('permission', 'boundary')),
    -- What is done, in order; `hojo-guard` writes them, `apply_permission_change` reads those of permissions.
    steps       jsonb not null,
    -- Needs a second person.
    widens      boolean not null,
    reason      text not null,
    proposed_by uuid not null references staff (id),
    proposed_at timestamptz not null,
    decided_by  uuid references staff (id),
    applied_at  timestamptz,
    refused_at  timestamptz,
    check (applied_at is null or refused_at is null),
    check ((decided_by is null) = (applied_at is null and refused_at is null)),
    -- Two people: whoever proposed a widening does not put it in force.
    check (not (widens and applied_at is not null and decided_by = proposed_by))
);
create index changes_open on changes (proposed_at) where applied_at is null and refused_at is null;
create index changes_by_time on changes (area, proposed_at desc);

-- A permission of one person beside the roles, always with an end.
create table staff_grants (
    id           uuid primary key,
    staff_id     uuid not null references staff (id),
    permission   text not null,
    from_at      timestamptz not null,
    until_at     timestamptz not null check (until_at > from_at),
    change_id    uuid not null references changes (id),
    withdrawn_at timestamptz
);
create index staff_grants_live on staff_grants (staff_id, until_at) where withdrawn_at is null;
