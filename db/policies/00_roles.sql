-- Database roles. Group roles carry rights and one policy each; login roles may only
-- become the groups of their site (NOINHERIT: nothing without an explicit scope).
--   hojo_gate       sign-in and sessions, before anybody is known
--   hojo_public     what the public may read
--   hojo_applicant  one applicant's own rows (scope = applicant id)
--   hojo_staff      the office (the grant is checked by the application)
--   hojo_reviewer   the cases assigned to one reviewer (scope = staff id)
--   hojo_worker     jobs
--   hojo_mover      owns the functions that move a case to its successor and nothing else; nobody becomes it
--   hojo_setup      commands of office IT on the machine: publish, import, first accounts
do $$
declare r text;
begin
    foreach r in array array['hojo_gate', 'hojo_public', 'hojo_applicant', 'hojo_staff', 'hojo_reviewer', 'hojo_worker', 'hojo_setup', 'hojo_mover'] loop
        if not exists (select from pg_roles where rolname = r) then
            begin
                execute format('create role %I nologin noinherit', r);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    foreach r in array array['hojo_portal', 'hojo_office', 'hojo_api', 'hojo_work'] loop
        if not exists (select from pg_roles where rolname = r) then
            begin
                execute format('create role %I login noinherit', r);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
end $$;

do $$
declare g text[];
begin
    -- (login role, group it may become)
    foreach g slice 1 in array array[
        ['hojo_portal', 'hojo_gate'], ['hojo_portal', 'hojo_public'], ['hojo_portal', 'hojo_applicant'],
        ['hojo_office', 'hojo_gate'], ['hojo_office', 'hojo_public'], ['hojo_office', 'hojo_staff'], ['hojo_office', 'hojo_reviewer'],
        ['hojo_api', 'hojo_public'],
        ['hojo_work', 'hojo_worker']]
    loop
        if not pg_has_role(g[1], g[2], 'member') then
            execute format('grant %I to %I', g[2], g[1]);
        end if;
    end loop;
end $$;

do $$ declare r text; begin
    foreach r in array array['hojo_setup', 'hojo_mover'] loop
        if not pg_has_role(current_user, r, 'member') then
            execute format('grant %I to %I', r, current_user);
        end if;
    end loop;
end $$;

alter role hojo_portal set statement_timeout = '5s';
alter role hojo_office set statement_timeout = '5s';
alter role hojo_api set statement_timeout = '5s';
alter role hojo_portal set idle_in_transaction_session_timeout = '15s';
alter role hojo_office set idle_in_transaction_session_timeout = '15s';
alter role hojo_api set idle_in_transaction_session_timeout = '15s';
alter role hojo_work set idle_in_transaction_session_timeout = '60s';
alter role hojo_portal set lock_timeout = '2s';
alter role hojo_office set lock_timeout = '2s';
