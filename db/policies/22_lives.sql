-- What a decision may do beyond its own case, each in one place and owned by a role nobody can become: the application's roles
-- cannot move a case to another company or rename one by themselves.

-- 承継: everything of the case is the successor's from now on; who held it before stays written down. Row security
-- goes by applicant_id, so the former holder reads nothing of it any more.
create or replace function transfer_case(root uuid, successor uuid, receipt_number text, at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare former record; named text;
begin
    select c.applicant_id, c.applicant_name, c.programme_id, c.round_id into strict former from cases c where c.id = root and c.root_id is null;
    if former.applicant_id = successor then return; end if;
    -- Only on the ground of a succession that was decided for this very case.
    perform 1 from cases c where c.root_id = root and c.number = receipt_number and c.outcome is not null;
    if not found then raise exception 'no decision % stands behind this succession', receipt_number using errcode = '42501'; end if;
    select a.name into strict named from applicants a where a.id = successor;
    insert into case_holders (case_id, applicant_id, programme_id, round_id, name, until, receipt)
    values (root, former.applicant_id, former.programme_id, former.round_id, former.applicant_name, at, receipt_number);
    update filings set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update draft_sections set applicant_id = successor where applicant_id = former.applicant_id and filing_id in (select f.id from filings f join cases c on c.id = f.case_id where c.id = root or c.root_id = root);
    update submissions set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update files set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update events set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update letters set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update remarks set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update draft_upgrades set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update change_notices set applicant_id = successor where applicant_id = former.applicant_id and case_id in (select id from cases where id = root or root_id = root);
    update dues set applicant_id = successor where case_id = root;
    update cases set applicant_id = successor, applicant_name = named where id = root or root_id = root;
end $$;

-- 承継の相手: the company register knows one by its 法人番号; one it does not know yet is entered.
create or replace function successor_for(root uuid, receipt_number text, corporate text, named text, fresh uuid, fresh_public uuid) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare found_id uuid;
begin
    perform 1 from cases c where c.root_id = root and c.number = receipt_number and c.outcome is not null;
    if not found then raise exception 'no decision % stands behind this succession', receipt_number using errcode = '42501'; end if;
    if corporate is not null then
        select a.id into found_id from applicants a where a.corporate_number = corporate;
        if found then return found_id; end if;
    end if;
    insert into applicants (id, public_id, kind, corporate_number, name)
    values (fresh, fresh_public, case when corporate is null then 'sole_proprietor' else 'corporation' end, corporate, named);
    return fresh;
end $$;

-- 社名等の変更: the register and the cases still going carry the new name; what it was is kept.
create or replace function rename_applicant(root uuid, receipt_number text, told jsonb, at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare who uuid; was text;
begin
    perform 1 from cases c where c.root_id = root and c.number = receipt_number and c.outcome is not null;
    if not found then raise exception 'no decision % stands behind this change', receipt_number using errcode = '42501'; end if;
    select c.applicant_id, a.name into strict who, was from cases c join applicants a on a.id = c.applicant_id where c.id = root;
    insert into applicant_changes (applicant_id, at, case_id, receipt, before, told)
    values (who, at, root, receipt_number, jsonb_build_object('name', was), told);
    -- What was told wins over what GビズID says from now on; the newest change wins over the ones before.
    update applicants a set told = a.told || rename_applicant.told,
        name = coalesce(rename_applicant.told ->> 'name', a.name) where a.id = who;
    if rename_applicant.told ? 'name' then
        update cases set applicant_name = rename_applicant.told ->> 'name' where applicant_id = who;
    end if;
end $$;

-- GビズID引継ぎ: the new account will be this applicant's; the old ones are closed.
create or replace function hand_over_account(root uuid, receipt_number text, next_sub text, at timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare who uuid; by_issuer text;
begin
    perform 1 from cases c where c.root_id = root and c.number = receipt_number and c.outcome is not null;
    if not found then raise exception 'no decision % stands behind this change', receipt_number using errcode = '42501'; end if;
    select c.applicant_id into strict who from cases c where c.id = root;
    select a.issuer into by_issuer from accounts a where a.applicant_id = who order by a.signed_in_at desc limit 1;
    -- An heir in whose name nobody has signed in yet comes by the provider the case's holder came by before.
    if by_issuer is null then
        select a.issuer into by_issuer from case_holders h join accounts a on a.applicant_id = h.applicant_id
        where h.case_id = root order by h.until desc, a.signed_in_at desc limit 1;
    end if;
    if by_issuer is null then return; end if;
    insert into account_handovers (issuer, sub, applicant_id, case_id, at) values (by_issuer, next_sub, who, root, at)
    on conflict (issuer, sub) do update set applicant_id = excluded.applicant_id, case_id = excluded.case_id, at = excluded.at;
    update accounts set closed_at = at where applicant_id = who and sub <> next_sub and closed_at is null;
    update sessions set ended_at = at, end_reason = 'handed_over'
    where ended_at is null and account_id in (select id from accounts where applicant_id = who and sub <> next_sub);
end $$;

grant create on schema public to hojo_mover;
do $$
declare f text;
begin
    foreach f in array array['transfer_case(uuid, uuid, text, timestamptz)', 'successor_for(uuid, text, text, text, uuid, uuid)', 'rename_applicant(uuid, text, jsonb, timestamptz)', 'hand_over_account(uuid, text, text, timestamptz)'] loop
        execute format('alter function %s owner to hojo_mover', f);
        execute format('revoke all on function %s from public', f);
        execute format('grant execute on function %s to hojo_staff, hojo_worker', f);
    end loop;
end $$;
revoke create on schema public from hojo_mover;

-- How many runs of each procedure are under way in a case, those of the office's own motion included: an applicant may
-- not begin what excludes them, without being shown them.
create or replace function runs_under_way(root uuid) returns table (procedure text, runs bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.procedure, count(*) from cases c
    where c.root_id = root and c.filed_at is not null and c.position not in ('closed', 'withdrawn', 'discarded')
      and (current_setting('hojo.scope', true) = '' or current_setting('hojo.scope', true) is null
           or c.applicant_id = nullif(current_setting('hojo.scope', true), '')::uuid)
    group by c.procedure;
$$;
grant create on schema public to hojo_mover;
alter function runs_under_way(uuid) owner to hojo_mover;
revoke create on schema public from hojo_mover;
revoke all on function runs_under_way(uuid) from public;
grant execute on function runs_under_way(uuid) to hojo_applicant, hojo_staff, hojo_worker;

-- 弁明・是正: what the office began of its own motion was nobody's to read. Once it is returned to the applicant it is
-- theirs: they must see what they answer to.
create or replace function reveal_run(run uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare nobody constant uuid := '00000000-0000-0000-0000-000000000000'; who uuid;
begin
    select c.applicant_id into strict who from cases c where c.id = run and c.root_id is not null;
    perform 1 from events e where e.case_id = run and e.kind = 'returned';
    if not found then raise exception 'run % was not returned', run using errcode = '42501'; end if;
    update filings set applicant_id = who where case_id = run and applicant_id = nobody;
    update draft_sections set applicant_id = who where applicant_id = nobody and filing_id in (select id from filings where case_id = run);
    update submissions set applicant_id = who where case_id = run and applicant_id = nobody;
    update files set applicant_id = who where case_id = run and applicant_id = nobody;
    update events set applicant_id = who where case_id = run and applicant_id = nobody;
    update remarks set applicant_id = who where case_id = run and applicant_id = nobody;
    update cases set opener = 'demand' where id = run and opener = 'office';
end $$;
grant create on schema public to hojo_mover;
alter function reveal_run(uuid) owner to hojo_mover;
revoke create on schema public from hojo_mover;
revoke all on function reveal_run(uuid) from public;
grant execute on function reveal_run(uuid) to hojo_staff;
