-- The logs' own rights, and the one way to make their partitions.

create or replace function pg_temp.log_rights(role text, tables text[], rights text[]) returns void
language plpgsql as $$
declare t text; r text;
begin
    foreach t in array tables loop
        foreach r in array rights loop
            execute format('grant %s on %I to %I', r, t, role);
            execute format('create policy %I on %I for %s to %I %s', replace(role, 'hojo_', '') || '_' || r, t, r, role,
                case r when 'insert' then 'with check (true)' else 'using (true)' end);
        end loop;
    end loop;
end $$;

do $$
begin
    perform pg_temp.log_rights('hojo_worker', array['statement_log', 'log_leaves', 'log_checkpoints'], array['select', 'insert']);
    perform pg_temp.log_rights('hojo_worker', array['operation_log_overflow', 'access_log_overflow'], array['select', 'delete']);
    perform pg_temp.log_rights('hojo_worker', array['log_sealing'], array['select', 'update']);
    perform pg_temp.log_rights('hojo_worker', array['alarms'], array['select', 'insert', 'update']);
    -- Verdicts on bytes: whoever has the hash has the file.
    perform pg_temp.log_rights('hojo_applicant', array['file_scans'], array['select', 'insert']);
    perform pg_temp.log_rights('hojo_staff', array['file_scans'], array['select', 'insert']);
    perform pg_temp.log_rights('hojo_reviewer', array['file_scans'], array['select']);
    perform pg_temp.log_rights('hojo_worker', array['file_scans'], array['select', 'insert', 'update']);
    perform pg_temp.log_rights('hojo_staff', array['statement_log', 'log_checkpoints', 'log_sealing', 'alarms'], array['select']);
end $$;

-- The two ways a row gets into its log. When the disk of the log is full it goes to the overflow, beside the data the
-- transaction changes: then the work goes on, and nothing is lost. `sealed_only`: what must not happen while its row
-- cannot be sealed within seconds fails as a whole instead. Run with the caller's rights: the row policies of the log
-- and of its overflow are the same. The names are qualified because callers have search paths of their own.
create or replace function write_operation_log(at timestamptz, id uuid, site text, actor_kind text, actor_id uuid, actor_name text,
    permission text, object text, outcome text, detail jsonb, request_id text, address text, sealed_only boolean) returns void
language plpgsql as $$
begin
    insert into public.operation_log (at, id, site, actor_kind, actor_id, actor_name, permission, object, outcome, detail, request_id, address)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
exception when disk_full then
    if sealed_only then
        raise;
    end if;
    insert into public.operation_log_overflow
        (at, id, site, actor_kind, actor_id, actor_name, permission, object, outcome, detail, request_id, address)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
end $$;

create or replace function write_access_log(at timestamptz, id uuid, site text, actor_kind text, actor_id uuid, actor_name text,
    permission text, case_id uuid, applicant_id uuid, request_id text, address text) returns void
language plpgsql as $$
begin
    insert into public.access_log (at, id, site, actor_kind, actor_id, actor_name, permission, case_id, applicant_id, request_id, address)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
exception when disk_full then
    insert into public.access_log_overflow
        (at, id, site, actor_kind, actor_id, actor_name, permission, case_id, applicant_id, request_id, address)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
end $$;

-- Makes the partition of a month for each log and moves there what the default one took in meanwhile. Runs with
-- the owner's rights, because only the owner may make a table; the worker may call it and choose the month only.
-- Where the operator made a tablespace `hojo_log` (docs/operations/log-disk.md), partitions and their indexes lie there.
create or replace function make_log_partition(month date) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    parent text; part text; fallback text;
    first date := date_trunc('month', month)::date;
    lower timestamptz := first::timestamp at time zone 'Asia/Tokyo';
    upper timestamptz := (first + interval '1 month')::timestamp at time zone 'Asia/Tokyo';
begin
    perform set_config('lock_timeout', '2s', true);
    if exists (select from pg_tablespace t where t.spcname = 'hojo_log' and has_tablespace_privilege(t.oid, 'create')) then
        perform set_config('default_tablespace', 'hojo_log', true);
    end if;
    foreach parent in array array['operation_log', 'access_log', 'statement_log'] loop
        part := parent || to_char(first, '_YYYY_MM');
        fallback := parent || '_default';
        continue when to_regclass(part) is not null;
        execute format('create table %I (like %I including defaults including constraints)', part, parent);
        -- Row security holds for the owner as well, and rows of a log are never deleted: both are lifted for
        -- this statement alone. The lock keeps everybody else out of the default partition meanwhile.
        execute format('lock table %I in access exclusive mode', fallback);
        execute format('alter table %I no force row level security', fallback);
        execute format('alter table %I disable trigger stays', fallback);
        execute format('with moved as (delete from %I where at >= %L and at < %L returning *) insert into %I select * from moved',
            fallback, lower, upper, part);
        execute format('alter table %I enable trigger stays', fallback);
        execute format('alter table %I force row level security', fallback);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, lower, upper);
        execute format('alter table %I enable row level security', part);
        execute format('alter table %I force row level security', part);
        execute format('create trigger whole before truncate on %I for each statement execute function log_row_stays()', part);
    end loop;
end $$;
revoke all on function make_log_partition(date) from public;
grant execute on function make_log_partition(date) to hojo_worker;
