-- Opening a session in one statement, before anybody is known. Runs as hojo_gate, whose
-- policies reach only sign-in data; the site's login roles may call nothing else of its.

drop function if exists open_session(bytea, text);
create function open_session(token bytea, at_site text)
returns table (
    session_id uuid, seconds_left int,
    account_id uuid, applicant_id uuid, account_kind text, account_name text,
    staff_id uuid, staff_kind text, staff_name text, permissions text[])
-- PL/pgSQL keeps the plan for the life of the connection; a function in SQL would be planned at every request.
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
    return query
    with touched as (
        update sessions s set seen_at = clock_timestamp()
        where s.token_hash = token and s.site = at_site and s.ended_at is null
          and s.expires_at > clock_timestamp()
          and s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
          -- One write a minute and session is enough to measure idleness.
          and s.seen_at < clock_timestamp() - interval '1 minute'
        returning s.id)
    select s.id,
           -- A minute less than the idle time: activity is written down once a minute.
           least(s.idle_seconds - 60, extract(epoch from s.expires_at - clock_timestamp()))::int,
           a.id, a.applicant_id, a.kind, p.name,
           f.id, f.kind, f.name,
           held_permissions(f.id)
    from sessions s
    left join accounts a on a.id = s.account_id and a.closed_at is null
    left join applicants p on p.id = a.applicant_id
    left join staff f on f.id = s.staff_id and f.disabled_at is null
    where s.token_hash = token and s.site = at_site and s.ended_at is null
      and s.expires_at > clock_timestamp()
      and s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
      and (a.id is not null or f.id is not null);
end $$;

do $$ begin
    if not pg_has_role(current_user, 'hojo_gate', 'member') then
        execute format('grant hojo_gate to %I', current_user);
    end if;
end $$;
grant create on schema public to hojo_gate;
alter function open_session(bytea, text) owner to hojo_gate;
revoke create on schema public from hojo_gate;
revoke all on function open_session(bytea, text) from public;
grant execute on function open_session(bytea, text) to hojo_portal, hojo_office;
