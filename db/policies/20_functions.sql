-- Opening a session in one statement, before anybody is known. Runs as hojo_gate, whose
-- policies reach only sign-in data; the site's login roles may call nothing else of its.

drop function if exists open_session(bytea, text);
drop function if exists open_session(bytea, text, bytea);
create function open_session(token bytea, at_site text, following bytea default null)
returns table (
    session_id uuid, state text, seconds_left int, ends_in int, rotate boolean, fresh boolean, asked boolean,
    user_agent text, address text, watch_network boolean,
    account_id uuid, applicant_id uuid, account_kind text, account_name text,
    staff_id uuid, staff_kind text, staff_name text, permissions text[], limits jsonb)
-- PL/pgSQL keeps the plan for the life of the connection; a function in SQL would be planned at every request.
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    s sessions%rowtype;
    at timestamptz := clock_timestamp();
    retired timestamptz;
    turn boolean := false;
begin
    select * into s from sessions x where x.token_hash = token and x.site = at_site;
    if not found then
        -- The token that follows is seen for the first time: from now on it is the session's.
        select * into s from sessions x where x.next_hash = token and x.site = at_site and x.ended_at is null for update;
        if found then
            insert into retired_tokens (token_hash, session_id, retired_at) values (s.token_hash, s.id, at) on conflict do nothing;
            update sessions x set token_hash = token, next_hash = null, rotated_at = at where x.id = s.id;
        else
            -- Another request of the same page was faster.
            select * into s from sessions x where x.token_hash = token and x.site = at_site;
        end if;
    end if;
    if s.id is null then
        select r.retired_at into retired from retired_tokens r where r.token_hash = token;
        if not found then return; end if;
        select x.* into s from sessions x join retired_tokens r on r.session_id = x.id where r.token_hash = token and x.site = at_site;
        if s.id is null or s.ended_at is not null then return; end if;
        -- Requests that were under way when the token turned are not theft.
        if retired < at - interval '30 seconds' then
            return query select s.id, 'reused', 0, 0, false, false, false, ''::text, ''::text, false,
                null::uuid, null::uuid, null::text, null::text, null::uuid, null::text, null::text, array[]::text[], '{}'::jsonb;
            return;
        end if;
    end if;
    if s.ended_at is not null or s.held or s.expires_at <= at or s.seen_at + make_interval(secs => s.idle_seconds) <= at then
        return;
    end if;
    -- One write a minute and session is enough to measure idleness.
    if s.seen_at < at - interval '1 minute' then
        update sessions x set seen_at = at where x.id = s.id;
        s.seen_at := at;
    end if;
    if following is not null and s.token_hash = token and s.rotated_at < at - interval '15 minutes' then
        turn := true;
        if s.next_hash is distinct from following then
            update sessions x set next_hash = following where x.id = s.id;
        end if;
    end if;
    return query
    select s.id, 'open',
           -- A minute less than the idle time: activity is written down once a minute.
           least(s.idle_seconds - 60, extract(epoch from s.expires_at - at))::int,
           extract(epoch from s.expires_at - at)::int,
           turn, s.fresh_at + make_interval(secs => s.fresh_seconds) > at,
           -- The watch asked for a factor, and none was shown since.
           coalesce(s.asked_at > s.fresh_at, false),
           s.user_agent, s.address, s.watch_network,
           a.id, a.applicant_id, a.kind, p.name,
           f.id, f.kind, f.name,
           held_permissions(f.id), held_limits(f.id)
    from (select 1) one
    left join accounts a on a.id = s.account_id and a.closed_at is null
    left join applicants p on p.id = a.applicant_id
    left join staff f on f.id = s.staff_id and f.disabled_at is null
    where a.id is not null or f.id is not null;
end $$;

do $$ begin
    if not pg_has_role(current_user, 'hojo_gate', 'member') then
        execute format('grant hojo_gate to %I', current_user);
    end if;
end $$;
grant create on schema public to hojo_gate;
alter function open_session(bytea, text, bytea) owner to hojo_gate;
revoke create on schema public from hojo_gate;
revoke all on function open_session(bytea, text, bytea) from public;
grant execute on function open_session(bytea, text, bytea) to hojo_portal, hojo_office;
