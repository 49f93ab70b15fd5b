-- 担当班: the rounds a named group of staff works on. A role or a grant of a person may be limited to one; without a
-- team it holds for every round, as before. Nobody is a member by a row of their own: who has something limited to
-- the team belongs to it.

create table teams (
    id        uuid primary key,
    public_id uuid not null unique,
    name      text not null constraint teams_one_name unique,
    made_by   uuid not null references staff (id),
    made_at   timestamptz not null
);

create table team_rounds (
    team_id  uuid not null references teams (id),
    round_id uuid not null references rounds (id),
    primary key (team_id, round_id)
);

alter table staff_roles add column team_id uuid references teams (id);
alter table staff_grants add column team_id uuid references teams (id);
