-- Links to files that were used: each opens its file once. A row outlives its link by a day at most.
create table spent_links (
    hash       bytea primary key,
    expires_at timestamptz not null
);
create index spent_links_expired on spent_links (expires_at);
