-- What a person holds now in every round: by roles, and by grants that have begun and not ended. Runs as hojo_gate, like
-- open_session. What is limited to a team is not among it, so whatever asks here (two people, inviting) asks for the whole.
create or replace function held_permissions(person uuid) returns text[]
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce((
        select array_agg(distinct held.permission) from (
            select rp.permission from staff_roles sr join role_permissions rp on rp.role = sr.role
            where sr.staff_id = person and sr.team_id is null
            union all
            select g.permission from staff_grants g
            where g.staff_id = person and g.team_id is null and g.withdrawn_at is null
              and g.from_at <= clock_timestamp() and g.until_at > clock_timestamp()) held), array[]::text[]);
end $$;

-- What a person holds only for the rounds of teams: permission → rounds. The same permission from two teams reaches both.
create or replace function held_limits(person uuid) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return coalesce((
        select jsonb_object_agg(l.permission, l.rounds) from (
            select held.permission, coalesce(jsonb_agg(distinct tr.round_id) filter (where tr.round_id is not null), '[]') as rounds
            from (
                select rp.permission, sr.team_id from staff_roles sr join role_permissions rp on rp.role = sr.role
                where sr.staff_id = person and sr.team_id is not null
                union all
                select g.permission, g.team_id from staff_grants g
                where g.staff_id = person and g.team_id is not null and g.withdrawn_at is null
                  and g.from_at <= clock_timestamp() and g.until_at > clock_timestamp()) held
            left join team_rounds tr on tr.team_id = held.team_id
            group by held.permission) l), '{}');
end $$;

-- Puts a change of permissions in force. The office's role has no right to write a grant itself: it can only ask here,
-- and this asks who is acting, whether they may, and whether a second person is needed. Runs as hojo_setup.
create or replace function apply_permission_change(change uuid, at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me   uuid := nullif(current_setting('hojo.actor', true), '')::uuid;
    c    changes%rowtype;
    step jsonb;
    give boolean;
begin
    select * into c from changes where id = change and area = 'permission' for update;
    if c.id is null or c.decided_by is not null then
        raise exception 'this change is not open' using errcode = '40001';
    end if;
    if me is null or not ('permission.manage' = any (held_permissions(me))) or (c.widens and me = c.proposed_by) then
        raise exception 'this person may not put the change in force' using errcode = '42501';
    end if;
    for step in select * from jsonb_array_elements(c.steps) loop
        give := (step ->> 'give')::boolean;
        if give and not c.widens then
            raise exception 'a change that widens needs a second person' using errcode = '42501';
        end if;
        case step ->> 'what'
            when 'hold' then
                if give then
                    insert into role_permissions (role, permission) values (step ->> 'role', step ->> 'permission') on conflict do nothing;
                else
                    delete from role_permissions where role = step ->> 'role' and permission = step ->> 'permission';
                end if;
            when 'member' then
                if give then
                    insert into staff_roles (staff_id, role, team_id)
                    values ((step ->> 'staff')::uuid, step ->> 'role', (step ->> 'team')::uuid) on conflict do nothing;
                else
                    delete from staff_roles where staff_id = (step ->> 'staff')::uuid and role = step ->> 'role';
                end if;
            when 'grant' then
                if give then
                    insert into staff_grants (id, staff_id, permission, from_at, until_at, change_id, team_id)
                    values (gen_random_uuid(), (step ->> 'staff')::uuid, step ->> 'permission', at, (step ->> 'until')::timestamptz, c.id,
                            (step ->> 'team')::uuid);
                else
                    update staff_grants set withdrawn_at = at
                    where staff_id = (step ->> 'staff')::uuid and permission = step ->> 'permission' and withdrawn_at is null;
                end if;
            when 'limit' then
                -- Only what held everywhere is narrowed by a limit; anything else may reach further than before.
                if not give and exists (select from staff_roles where staff_id = (step ->> 'staff')::uuid and role = step ->> 'role'
                                          and (team_id is not null or step ->> 'team' is null)) then
                    raise exception 'a limit that is changed or lifted needs a second person' using errcode = '42501';
                end if;
                update staff_roles set team_id = (step ->> 'team')::uuid
                where staff_id = (step ->> 'staff')::uuid and role = step ->> 'role';
            when 'team' then
                -- A team without rounds and people gives nothing to anybody.
                insert into teams (id, public_id, name, made_by, made_at)
                values ((step ->> 'team')::uuid, (step ->> 'public_id')::uuid, step ->> 'name', c.proposed_by, at);
            when 'round' then
                if give then
                    insert into team_rounds (team_id, round_id) values ((step ->> 'team')::uuid, (step ->> 'round')::uuid) on conflict do nothing;
                else
                    delete from team_rounds where team_id = (step ->> 'team')::uuid and round_id = (step ->> 'round')::uuid;
                end if;
            else
                raise exception 'unknown step %', step ->> 'what';
        end case;
    end loop;
    -- Approving takes two people; with fewer than two nothing could ever be widened again.
    if (select count(*) from staff s where s.disabled_at is null and 'permission.manage' = any (held_permissions(s.id))) < 2 then
        raise exception 'fewer than two people could change permissions' using errcode = '23514', constraint = 'two_keepers';
    end if;
    update changes set decided_by = me, applied_at = at where id = c.id;
end $$;

-- May this person be invited with this role? Only somebody who has never had a factor, by one who may invite, and with
-- nothing the inviting person does not hold. All other roles are changed by proposal.
create or replace function may_invite_into(person uuid, given text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    mine text[] := held_permissions(nullif(current_setting('hojo.actor', true), '')::uuid);
begin
    return 'people.manage' = any (mine)
        and exists (select from staff f where f.id = person and f.password_hash is null and f.totp_secret is null and f.factors_since is null)
        and not exists (select from role_permissions rp where rp.role = given and not rp.permission = any (mine));
end $$;

-- Takes away what somebody signs in with, after two people said so: the recovery was proposed by another, and whoever acts
-- has just approved it. Whoever has found the lost things cannot use them any more.
create or replace function forget_factors(person uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('hojo.actor', true), '')::uuid;
begin
    if me is null or not ('people.recover' = any (held_permissions(me))) or me = person
       or not exists (select from invitations i where i.staff_id = person and i.kind in ('recovery', 'reopen') and i.approved_by = me
                        and i.made_by <> me and i.used_at is null and i.cancelled_at is null) then
        raise exception 'this person may not take these factors away' using errcode = '42501';
    end if;
    delete from passkeys where staff_id = person;
    delete from recovery_codes where staff_id = person;
    delete from staff_identities where staff_id = person;
    update staff set password_hash = null, totp_secret = null, factors_since = null where id = person;
end $$;

-- Opens a closed account again, after two people said so. What the person signed in with is taken away besides
-- (`forget_factors`): who comes back sets it anew, by a link that is good once.
create or replace function reopen_account(person uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('hojo.actor', true), '')::uuid;
begin
    if me is null or not ('people.recover' = any (held_permissions(me))) or me = person
       or not exists (select from invitations i where i.staff_id = person and i.kind = 'reopen' and i.approved_by = me
                        and i.made_by <> me and i.used_at is null and i.cancelled_at is null) then
        raise exception 'this person may not open the account again' using errcode = '42501';
    end if;
    update staff set disabled_at = null where id = person;
end $$;

-- Does a window hold at this moment? Minutes are those of a clock in Japan.
create or replace function window_holds(days int, from_minute int, to_minute int, at timestamptz) returns boolean
language sql immutable parallel safe as $$
    select case
        when from_minute < to_minute then days & (1 << dow) <> 0 and minute >= from_minute and minute < to_minute
        -- Over midnight: the evening of a day that counts, or the morning after one.
        else (days & (1 << dow) <> 0 and minute >= from_minute) or (days & (1 << ((dow + 6) % 7)) <> 0 and minute < to_minute)
    end
    from (select extract(isodow from local)::int - 1 as dow,
                 (extract(hour from local) * 60 + extract(minute from local))::int as minute
          from (select at at time zone 'Asia/Tokyo' as local) l) m
$$;

-- Is this address cut off? Asked with every request of every site.
create or replace function address_cut(asking text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return exists (select from cuts c where c.lifted_at is null and c.address = nullif(asking, '')::inet
                     and (c.until_at is null or c.until_at > clock_timestamp()));
end $$;

-- Is this account of an applicant cut off? Asked with every request of a session.
create or replace function account_cut(asking uuid) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return asking is not null and exists (select from cuts c where c.account_id = asking and c.lifted_at is null
                     and (c.until_at is null or c.until_at > clock_timestamp()));
end $$;

-- Why this person may not use the office site from here and now: `cut`, `network`, `hours`, or null. Asked with every
-- request, in the statement that opens the session. An address nobody knows is in no network.
create or replace function admission(person uuid, address text, at timestamptz) returns text
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    k text;
begin
    select s.kind into k from staff s where s.id = person;
    if k is null then
        return null;
    end if;
    if exists (select from cuts c where c.staff_id = person and c.lifted_at is null
                 and (c.until_at is null or c.until_at > clock_timestamp())) then
        return 'cut';
    end if;
    if exists (select from allowed_networks n where n.kind = k and n.withdrawn_at is null
                 and n.valid_from <= at and (n.valid_until is null or n.valid_until > at))
       and not exists (select from allowed_networks n where n.kind = k and n.withdrawn_at is null
                 and n.valid_from <= at and (n.valid_until is null or n.valid_until > at)
                 and nullif(address, '')::inet <<= n.range) then
        return 'network';
    end if;
    if exists (select from work_windows w where w.staff_id = person and w.purpose = 'office' and w.withdrawn_at is null
                 and w.valid_from <= at and (w.valid_until is null or w.valid_until > at))
       and not exists (select from work_windows w where w.staff_id = person and w.purpose = 'office' and w.withdrawn_at is null
                 and w.valid_from <= at and (w.valid_until is null or w.valid_until > at)
                 and window_holds(w.days, w.from_minute, w.to_minute, at)) then
        return 'hours';
    end if;
    return null;
end $$;

-- May this login use the VPN now? Asked by a gateway with its key; the answer is written down. `seconds` is how long
-- the permission lasts if nothing is changed, at most an hour, so that a gateway comes back to ask.
create or replace function vpn_decision(key bytea, who text, asked_from text, at timestamptz, request text)
returns table (known boolean, allowed boolean, reason text, seconds int)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    gateway vpn_gateways%rowtype;
    person  staff%rowtype;
    why     text;
    lasts   int;
begin
    select * into gateway from vpn_gateways g where g.key_hash = key and g.withdrawn_at is null
      and not exists (select from cuts c where c.gateway_id = g.id and c.lifted_at is null
                        and (c.until_at is null or c.until_at > clock_timestamp()));
    if gateway.id is null then
        return query select false, false, 'key'::text, 0;
        return;
    end if;
    select * into person from staff s where s.login = who;
    if person.id is null or person.disabled_at is not null then
        why := 'person';
    elsif exists (select from cuts c where c.staff_id = person.id and c.lifted_at is null
                    and (c.until_at is null or c.until_at > clock_timestamp())) then
        why := 'cut';
    elsif not exists (select from work_windows w where w.staff_id = person.id and w.purpose = 'vpn' and w.withdrawn_at is null
                        and w.valid_from <= at and (w.valid_until is null or w.valid_until > at)) then
        why := 'permission';
    else
        -- The first of the next sixty minutes at which no window holds any more.
        select coalesce(min(m) * 60 - extract(second from at)::int, 3600) into lasts
        from generate_series(0, 60) m
        where not exists (select from work_windows w where w.staff_id = person.id and w.purpose = 'vpn' and w.withdrawn_at is null
                            and w.valid_from <= at + make_interval(mins => m)
                            and (w.valid_until is null or w.valid_until > at + make_interval(mins => m))
                            and window_holds(w.days, w.from_minute, w.to_minute, at + make_interval(mins => m)));
        if lasts <= 0 then
            why := 'hours';
        end if;
    end if;
    perform write_operation_log(at, gen_random_uuid(), 'api', 'gateway', gateway.id, gateway.name, 'anyone', 'vpn:' || left(who, 100),
        case when why is null then 'done' else 'refused' end,
        jsonb_strip_nulls(jsonb_build_object('what', 'vpn', 'reason', why, 'person', person.name)), request, asked_from, false);
    return query select true, why is null, why, case when why is null then greatest(lasts, 1) else 0 end;
end $$;

do $$ begin
    if not pg_has_role(current_user, 'hojo_setup', 'member') then
        execute format('grant hojo_setup to %I', current_user);
    end if;
end $$;
grant create on schema public to hojo_gate, hojo_setup;
alter function held_permissions(uuid) owner to hojo_gate;
alter function held_limits(uuid) owner to hojo_gate;
alter function admission(uuid, text, timestamptz) owner to hojo_gate;
alter function address_cut(text) owner to hojo_gate;
alter function account_cut(uuid) owner to hojo_gate;
alter function may_invite_into(uuid, text) owner to hojo_gate;
alter function forget_factors(uuid) owner to hojo_gate;
alter function reopen_account(uuid) owner to hojo_gate;
alter function vpn_decision(bytea, text, text, timestamptz, text) owner to hojo_gate;
alter function apply_permission_change(uuid, timestamptz) owner to hojo_setup;
revoke create on schema public from hojo_gate, hojo_setup;
revoke all on function held_permissions(uuid), held_limits(uuid), may_invite_into(uuid, text), forget_factors(uuid), reopen_account(uuid), apply_permission_change(uuid, timestamptz), admission(uuid, text, timestamptz),
    address_cut(text), account_cut(uuid), vpn_decision(bytea, text, text, timestamptz, text) from public;
grant execute on function held_permissions(uuid) to hojo_setup, hojo_staff;
grant execute on function apply_permission_change(uuid, timestamptz), may_invite_into(uuid, text), forget_factors(uuid), reopen_account(uuid) to hojo_staff;
grant insert on staff_roles to hojo_staff;
drop policy if exists hojo_staff_invites on staff_roles;
create policy hojo_staff_invites on staff_roles for insert to hojo_staff with check (may_invite_into(staff_id, role));
grant execute on function admission(uuid, text, timestamptz) to hojo_portal, hojo_office, hojo_staff;
grant execute on function vpn_decision(bytea, text, text, timestamptz, text) to hojo_public;
grant execute on function account_cut(uuid) to hojo_portal, hojo_office;
grant execute on function address_cut(text) to hojo_portal, hojo_office, hojo_api;
