-- Direct access of office IT: people's own logins are members of hojo_office_it, which may read the views of the
-- schema office_it and nothing else. The views belong to hojo_it_view, which may read the tables.
do $$
declare r text;
begin
    foreach r in array array['hojo_office_it', 'hojo_it_view'] loop
        if not exists (select from pg_roles where rolname = r) then
            begin
                execute format('create role %I nologin noinherit', r);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    if not pg_has_role(current_user, 'hojo_it_view', 'member') then
        execute format('grant hojo_it_view to %I', current_user);
    end if;
end $$;

grant select, insert, update (withdrawn_by, withdrawn_at) on database_access to hojo_staff, hojo_setup;
create policy staff_select on database_access for select to hojo_staff using (true);
create policy staff_insert on database_access for insert to hojo_staff with check (true);
create policy staff_update on database_access for update to hojo_staff using (true);
create policy setup_select on database_access for select to hojo_setup using (true);
create policy setup_insert on database_access for insert to hojo_setup with check (true);
create policy setup_update on database_access for update to hojo_setup using (true);
grant select on database_access to hojo_worker;
create policy worker_select on database_access for select to hojo_worker using (true);

-- Makes a login. `verifier` is a SCRAM verifier, never a password: passwords do not reach the server's log.
create or replace function issue_database_access(login text, verifier text, until timestamptz) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if login !~ '^hojo_it_[a-z0-9]{8,40}$' or verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$'
       or until > clock_timestamp() + interval '31 days' or until < clock_timestamp() then
        raise exception 'not a login of office IT' using errcode = 'invalid_parameter_value';
    end if;
    execute format('create role %I login inherit connection limit 3 password %L valid until %L in role hojo_office_it', login, verifier, until);
    -- Membership in it lets the owner end its sessions.
    execute format('grant %I to %I', login, current_user);
    execute format('alter role %I set default_transaction_read_only = on', login);
    execute format('alter role %I set statement_timeout = ''30s''', login);
    execute format('alter role %I set idle_session_timeout = ''15min''', login);
    execute format('alter role %I set idle_in_transaction_session_timeout = ''60s''', login);
    execute format('alter role %I set search_path = office_it', login);
    -- A person cannot switch this off. The owner needs: grant set on parameter log_statement to hojo_owner.
    execute format('alter role %I set log_statement = ''all''', login);
end $$;

-- Ends a login at once, with the sessions it has open.
create or replace function withdraw_database_access(login text) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    if login !~ '^hojo_it_[a-z0-9]{8,40}$' then
        raise exception 'not a login of office IT' using errcode = 'invalid_parameter_value';
    end if;
    if exists (select from pg_roles where rolname = login) then
        execute format('alter role %I nologin', login);
        perform pg_terminate_backend(a.pid) from pg_stat_activity a where a.usename = login;
        execute format('drop role %I', login);
    end if;
end $$;
revoke all on function issue_database_access(text, text, timestamptz), withdraw_database_access(text) from public;
grant execute on function issue_database_access(text, text, timestamptz), withdraw_database_access(text) to hojo_staff, hojo_setup;

-- Ends what PostgreSQL lets a person of office IT ask for all the same: a longer time-out in the own session. Whoever
-- asks too long loses the statement; whoever holds a transaction open, or sits idle too long, loses the session.
drop function if exists end_long_statements(interval, interval, interval);
create function end_long_statements(statement_most interval, transaction_most interval, idle_most interval)
returns table (login text, what text, seconds int, statement text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
    a record;
    at timestamptz := clock_timestamp();
    over text;
    done boolean;
begin
    for a in select s.pid, s.usename, s.state, s.query_start, s.xact_start, s.state_change, s.query from pg_stat_activity s
             where s.usename ~ '^hojo_it_[a-z0-9]{8,40}$' and s.pid <> pg_backend_pid()
               -- Another installation on this server watches its own.
               and (s.datname = current_database() or exists (select from database_access d where d.login = s.usename)) loop
        over := case
            when a.state = 'active' and at - a.query_start > statement_most then 'statement'
            when a.xact_start is not null and at - a.xact_start > transaction_most then 'transaction'
            when a.state = 'idle' and at - a.state_change > idle_most then 'idle'
        end;
        continue when over is null;
        if over = 'statement' then done := pg_cancel_backend(a.pid); else done := pg_terminate_backend(a.pid); end if;
        if done then
            return query select a.usename::text, over,
                extract(epoch from at - case over when 'statement' then a.query_start when 'transaction' then a.xact_start else a.state_change end)::int,
                left(a.query, 500);
        end if;
    end loop;
end $$;
revoke all on function end_long_statements(interval, interval, interval) from public;
grant execute on function end_long_statements(interval, interval, interval) to hojo_worker;
grant select, insert, update on statement_log_positions to hojo_worker;
create policy worker_select on statement_log_positions for select to hojo_worker using (true);
create policy worker_insert on statement_log_positions for insert to hojo_worker with check (true);
create policy worker_update on statement_log_positions for update to hojo_worker using (true);
