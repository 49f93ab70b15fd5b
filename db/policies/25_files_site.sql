-- The site that hands files over (its sign-in role: `hojo_files`). Its login has no sessions and no rows of anybody: it may take one link to one file,
-- and is told what that file is called and where its bytes are.
do $$
declare r text;
begin
    if not exists (select from pg_roles where rolname = 'hojo_handover') then
        begin
            create role hojo_handover nologin noinherit;
        exception when duplicate_object or unique_violation then null;
        end;
    end if;
    if not exists (select from pg_roles where rolname = 'hojo_files') then
        begin
            create role hojo_files login noinherit;
        exception when duplicate_object or unique_violation then null;
        end;
    end if;
    -- For the notices above its pages.
    if not pg_has_role('hojo_files', 'hojo_public', 'member') then
        grant hojo_public to hojo_files;
    end if;
    if not pg_has_role(current_user, 'hojo_handover', 'member') then
        execute format('grant hojo_handover to %I', current_user);
    end if;
end $$;
alter role hojo_files set statement_timeout = '5s';
alter role hojo_files set idle_in_transaction_session_timeout = '15s';
alter role hojo_files set lock_timeout = '2s';

grant usage on schema public to hojo_handover;
revoke all on files, letters, file_scans, sessions, staff, accounts, spent_links from hojo_handover;
grant select (public_id, name, sha256, media_type, state) on files to hojo_handover;
grant select (public_id, title, number, sha256, state) on letters to hojo_handover;
grant select (sha256, state) on file_scans to hojo_handover;
grant select (id, staff_id, seen_at, idle_seconds, expires_at, ended_at, held) on sessions to hojo_handover;
grant select (id, disabled_at) on staff to hojo_handover;
grant insert on spent_links to hojo_handover;
grant select (hash) on spent_links to hojo_handover;
create policy handover_select on files for select to hojo_handover using (true);
create policy handover_select on letters for select to hojo_handover using (true);
create policy handover_select on file_scans for select to hojo_handover using (true);
create policy handover_select on sessions for select to hojo_handover using (true);
create policy handover_select on staff for select to hojo_handover using (true);
create policy handover_select on spent_links for select to hojo_handover using (true);
create policy handover_insert on spent_links for insert to hojo_handover with check (true);
grant select, delete on spent_links to hojo_worker;
create policy worker_select on spent_links for select to hojo_worker using (true);
create policy worker_delete on spent_links for delete to hojo_worker using (true);

-- Takes a link whose signature was found right. `ahead` is how far the site's clock runs ahead of the database's.
-- `state`: 'ready', 'expired', 'spent', 'ended' (the session it was made in) or 'held' (not to be shown any more).
drop function if exists take_link(bytea, timestamptz, uuid, text, uuid, double precision);
create function take_link(link bytea, until timestamptz, session uuid, kind text, object uuid, ahead double precision)
returns table (state text, name text, sha256 text, media_type text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
begin
    if until <= at + make_interval(secs => ahead) then
        return query select 'expired', null::text, null::text, null::text;
        return;
    end if;
    -- First of all, so that of two who come at once one waits for the other and is told.
    insert into spent_links (hash, expires_at) values (link, until) on conflict do nothing;
    if not found then
        return query select 'spent', null::text, null::text, null::text;
        return;
    end if;
    if not exists (select from sessions s left join staff p on p.id = s.staff_id
                   where s.id = session and s.ended_at is null and not s.held and s.expires_at > at
                     and s.seen_at + make_interval(secs => s.idle_seconds) > at and p.disabled_at is null) then
        return query select 'ended', null::text, null::text, null::text;
        return;
    end if;
    if kind = 'file' then
        return query
            select case when f.state in ('refused', 'quarantined') or c.state <> 'clean' then 'held' else 'ready' end,
                   f.name, f.sha256, f.media_type
            from files f left join file_scans c on c.sha256 = f.sha256 where f.public_id = object;
    else
        return query
            select 'ready', l.title || coalesce('_' || l.number, '') || '.pdf', l.sha256, 'application/pdf'
            from letters l where l.public_id = object and l.sha256 is not null;
    end if;
end $$;
grant create on schema public to hojo_handover;
alter function take_link(bytea, timestamptz, uuid, text, uuid, double precision) owner to hojo_handover;
revoke create on schema public from hojo_handover;
revoke all on function take_link(bytea, timestamptz, uuid, text, uuid, double precision) from public;
grant execute on function take_link(bytea, timestamptz, uuid, text, uuid, double precision) to hojo_files;
grant execute on function address_cut(text) to hojo_files;
