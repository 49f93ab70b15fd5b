-- Rights and row policies, dropped and made again on every migrate, so that this file is
-- the whole truth. One simple policy for each (table, role); no OR across roles.

do $$
declare p record; t text;
begin
    for p in select schemaname, tablename, policyname from pg_policies where schemaname = 'public' loop
        execute format('drop policy %I on %I', p.policyname, p.tablename);
    end loop;
    for t in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not like '%\_migrations' loop
        execute format('revoke all on %I from hojo_gate, hojo_public, hojo_applicant, hojo_staff, hojo_reviewer, hojo_worker, hojo_setup, hojo_mover', t);
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
    end loop;
end $$;

grant usage on schema public to hojo_gate, hojo_public, hojo_applicant, hojo_staff, hojo_reviewer, hojo_worker, hojo_setup, hojo_mover;

-- allow(role, tables, rights, condition): a grant and its policy in one line.
create or replace function pg_temp.allow(role text, tables text[], rights text, condition text) returns void
language plpgsql as $$
declare t text; c text; r text;
begin
    foreach t in array tables loop
        execute format('grant %s on %I to %I', rights, t, role);
        foreach r in array string_to_array(regexp_replace(rights, '\([^)]*\)', '', 'g'), ',') loop
            r := trim(r);
            c := case r when 'insert' then format('with check (%s)', condition) else format('using (%s)', condition) end;
            execute format('create policy %I on %I for %s to %I %s',
                replace(role, 'hojo_', '') || '_' || r, t, r, role, c);
        end loop;
    end loop;
end $$;

-- Settings are wrapped in (select …) so that they are evaluated once and the index is used.
do $$
declare
    own text := 'applicant_id = (select nullif(current_setting(''hojo.scope'', true), '''')::uuid)';
    me  text := '(select nullif(current_setting(''hojo.scope'', true), '''')::uuid)';
    somebody text := '(select nullif(current_setting(''hojo.actor'', true), '''')) is not null';
    mine text := 'case_id in (select a.case_id from assignments a where a.reviewer_id = (select nullif(current_setting(''hojo.scope'', true), '''')::uuid) and a.state not in (''withdrawn'', ''recused''))';
    -- 担当班: the rounds of the permission this transaction works under. Empty: all of them, and the comparison with no list
    -- is null, which is not false. Comparing uuids is leakproof, so the indexes of the lists stay in use.
    reach text := '(select nullif(current_setting(''hojo.rounds'', true), '''')::uuid[])';
    here text := format('%s and (round_id = any(%s::uuid[])) is not false', somebody, reach);
    its_case text := format('%s and case when %s is null then true else exists (select from cases c where c.id = case_id) end', somebody, reach);
    r text;
    case_tables text[] := array['cases', 'events', 'filings', 'draft_sections', 'submissions', 'files', 'remarks', 'examinations', 'assignments', 'score_sheets', 'point_rulings', 'letters'];
begin
    -- What everybody may read.
    foreach r in array array['hojo_gate', 'hojo_public', 'hojo_applicant', 'hojo_staff', 'hojo_reviewer', 'hojo_worker', 'hojo_setup'] loop
        perform pg_temp.allow(r, array['editions', 'rounds', 'notices', 'master_imports', 'banks', 'branches', 'postal_codes', 'holidays', 'rule_lowerings'], 'select', 'true');
    end loop;
    drop policy staff_select on rounds;
    execute format('create policy staff_select on rounds for select to hojo_staff using ((id = any(%s::uuid[])) is not false)', reach);
    perform pg_temp.allow('hojo_public', array['deadline_moves'], 'select', 'applicant_id is null');
    perform pg_temp.allow('hojo_reviewer', array['deadline_moves'], 'select', 'applicant_id is null');

    -- Setting up.
    perform pg_temp.allow('hojo_setup', array['editions', 'rounds', 'notices', 'master_imports', 'banks', 'branches', 'postal_codes', 'holidays'], 'insert, update', 'true');
    perform pg_temp.allow('hojo_setup', array['banks', 'branches', 'postal_codes', 'holidays', 'role_permissions', 'staff_roles'], 'delete', 'true');
    perform pg_temp.allow('hojo_setup', array['staff', 'roles', 'role_permissions', 'staff_roles', 'applicants', 'accounts', 'reviewer_ties'], 'select, insert, update', 'true');

    -- Sign-in and sessions.
    perform pg_temp.allow('hojo_gate', array['roles', 'role_permissions', 'staff_roles', 'session_rules'], 'select', 'true');
    perform pg_temp.allow('hojo_gate', array['retired_tokens'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_gate', array['passkeys', 'recovery_codes'], 'select, insert, update, delete', 'true');
    perform pg_temp.allow('hojo_gate', array['staff_identities'], 'select, insert, delete', 'true');
    perform pg_temp.allow('hojo_gate', array['ceremonies'], 'select, insert, delete', 'true');
    perform pg_temp.allow('hojo_gate', array['invitations'], 'select, update (used_at)', 'true');
    perform pg_temp.allow('hojo_gate', array['sessions', 'sign_ins', 'accounts', 'applicants'], 'select, insert, update', 'true');
    perform pg_temp.allow('hojo_gate', array['sign_ins'], 'delete', 'true');
    perform pg_temp.allow('hojo_gate', array['account_snapshots'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_gate', array['staff'], 'select, update', 'true');
    perform pg_temp.allow('hojo_gate', array['operation_log', 'operation_log_overflow'], 'insert', 'true');

    -- The applicant: own rows only.
    -- What the office does of its own motion reaches the applicant as letters only.
    perform pg_temp.allow('hojo_applicant', array['cases'], 'select, insert, update', own || ' and opener <> ''office''');
    perform pg_temp.allow('hojo_applicant', array['filings', 'draft_sections', 'files'], 'select, insert, update', own);
    perform pg_temp.allow('hojo_applicant', array['events', 'submissions'], 'select, insert', own);
    perform pg_temp.allow('hojo_applicant', array['accounts'], 'select', own);
    perform pg_temp.allow('hojo_applicant', array['applicants'], 'select', 'id = ' || me);
    perform pg_temp.allow('hojo_applicant', array['letters'], 'select, update (read_at, read_by)', own || ' and state = ''delivered''');
    -- Notes the office has not sent yet are not the applicant's to see.
    perform pg_temp.allow('hojo_applicant', array['remarks'], 'select, update (state, closed_at)', own || ' and state <> ''noted''');
    perform pg_temp.allow('hojo_applicant', array['deadline_moves'], 'select', 'coalesce(applicant_id, ' || me || ') = ' || me);
    perform pg_temp.allow('hojo_applicant', array['receipt_numbers'], 'select, insert, update', me || ' is not null');
    perform pg_temp.allow('hojo_applicant', array['case_search'], 'insert', me || ' is not null');
    perform pg_temp.allow('hojo_applicant', array['case_search'], 'select, update', 'case_id in (select c.id from cases c where c.applicant_id = ' || me || ')');
    perform pg_temp.allow('hojo_applicant', array['jobs', 'operation_log', 'access_log', 'operation_log_overflow', 'access_log_overflow'], 'insert', 'true');

    -- The office. Which function a person may use is decided by grants in the application; in which rounds, here as well.
    foreach r in array array_remove(case_tables, 'draft_sections') loop
        perform pg_temp.allow('hojo_staff', array[r], 'select', here);
    end loop;
    perform pg_temp.allow('hojo_staff', array['cases', 'filings', 'files', 'remarks', 'examinations', 'assignments', 'letters'], 'insert, update', here);
    -- まとめて発行: what was issued by whom stays as it was written.
    perform pg_temp.allow('hojo_staff', array['letter_batches'], 'select, insert', here);
    perform pg_temp.allow('hojo_staff', array['letter_holds'], 'select, insert, delete', here);
    perform pg_temp.allow('hojo_worker', array['letter_batches', 'letter_holds'], 'select', 'true');
    perform pg_temp.allow('hojo_staff', array['events', 'submissions'], 'insert', here);
    -- A section lies in the round of its filing, which the same wall stands before.
    perform pg_temp.allow('hojo_staff', array['draft_sections'], 'select, insert, update', format('%s and case when %s is null then true else exists (select from filings f where f.id = filing_id) end', somebody, reach));
    perform pg_temp.allow('hojo_staff', array['applicants'], 'select, insert', somebody);
    perform pg_temp.allow('hojo_staff', array['accounts', 'roles', 'role_permissions', 'staff_roles', 'session_rules'], 'select', somebody);
    -- Sessions are looked at and ended, never opened, from the office; tokens are nobody's to read.
    perform pg_temp.allow('hojo_staff', array['sessions'], 'select (id, site, account_id, staff_id, user_agent, address, created_at, seen_at, idle_seconds, expires_at, ended_at, end_reason, held, fresh_seconds, watch_network), update (ended_at, end_reason, idle_seconds, fresh_seconds, watch_network)', somebody);
    -- Whom the office invites, helps back in and bids farewell. Never what they sign in with: that is neither read nor
    -- written here, and taken away only by `forget_factors` (21_guard.sql), which asks for two people.
    perform pg_temp.allow('hojo_staff', array['staff'], 'select (id, public_id, login, name, kind, email, organisation, disabled_at, created_at, factors_since), insert (id, public_id, login, name, kind, email, organisation)', somebody);
    -- A closed account stays closed: only `reopen_account` (21_guard.sql) opens it, and asks for two people.
    grant update (name, email, organisation, disabled_at) on staff to hojo_staff;
    execute format('create policy staff_update on staff for update to hojo_staff using (%s and disabled_at is null) with check (%s)', somebody, somebody);
    perform pg_temp.allow('hojo_staff', array['invitations'], 'select (id, public_id, staff_id, kind, reason, made_by, made_at, approved_by, approved_at, expires_at, used_at, cancelled_at), update (approved_by, approved_at, cancelled_at)', somebody);
    perform pg_temp.allow('hojo_staff', array['invitations'], 'insert (id, public_id, staff_id, kind, reason, made_by, made_at)', 'made_by = (select nullif(current_setting(''hojo.actor'', true), '''')::uuid)');
    perform pg_temp.allow('hojo_staff', array['passkeys', 'recovery_codes'], 'select (staff_id)', somebody);
    perform pg_temp.allow('hojo_staff', array['session_rules'], 'update (idle_minutes, absolute_minutes, fresh_minutes, watch_network)', somebody);
    perform pg_temp.allow('hojo_staff', array['rule_lowerings', 'receipt_numbers', 'letter_numbers', 'reviewer_ties', 'reviewer_limits', 'notices'], 'insert, update', somebody);
    perform pg_temp.allow('hojo_staff', array['deadline_moves', 'point_rulings'], 'insert, update', here);
    -- 規則の変更: proposed, approved and refused here; put in force by the worker alone.
    perform pg_temp.allow('hojo_staff', array['rule_changes'], 'select, insert, update (approved_by, approved_at, refused_at)', here);
    perform pg_temp.allow('hojo_staff', array['rule_replays'], 'select, insert', somebody);
    perform pg_temp.allow('hojo_staff', array['rule_replay_findings'], 'select, insert', its_case);
    perform pg_temp.allow('hojo_staff', array['draft_upgrades'], 'select, insert', here);
    perform pg_temp.allow('hojo_applicant', array['draft_upgrades'], 'select, insert', own);
    perform pg_temp.allow('hojo_staff', array['change_notices'], 'select', here);
    perform pg_temp.allow('hojo_applicant', array['change_notices'], 'select', own);
    perform pg_temp.allow('hojo_worker', array['change_notices'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_worker', array['rule_changes'], 'select, update (activated_at, rolled)', 'true');
    perform pg_temp.allow('hojo_worker', array['rounds'], 'update (edition_id, drafts)', 'true');
    perform pg_temp.allow('hojo_worker', array['rule_replays', 'rule_replay_findings'], 'select, insert, update', 'true');
    -- A run is never changed; committing it is written beside it.
    perform pg_temp.allow('hojo_staff', array['runs'], 'insert, update (committed_by, committed_at)', here);
    perform pg_temp.allow('hojo_staff', array['deadline_moves', 'runs'], 'select', here);
    perform pg_temp.allow('hojo_staff', array['reviewer_ties'], 'delete', somebody);
    perform pg_temp.allow('hojo_staff', array['receipt_numbers', 'letter_numbers', 'reviewer_ties', 'reviewer_limits', 'operation_log', 'mails', 'schedules'], 'select', somebody);
    perform pg_temp.allow('hojo_staff', array['access_log'], 'select', format('%s and case when %s is null then true when case_id is null then true else exists (select from cases c where c.id = case_id) end', somebody, reach));
    perform pg_temp.allow('hojo_staff', array['jobs'], 'select, insert, update', somebody);
    perform pg_temp.allow('hojo_staff', array['operation_log', 'access_log', 'operation_log_overflow', 'access_log_overflow'], 'insert', somebody);
    -- A search operator is not leakproof: under a real condition its index is not used.
    perform pg_temp.allow('hojo_staff', array['case_search'], 'select, insert, update', 'true');

    -- The reviewer: the assigned cases and the own sheets, nothing else.
    perform pg_temp.allow('hojo_reviewer', array['cases'], 'select', replace(mine, 'case_id in', 'id in'));
    perform pg_temp.allow('hojo_reviewer', array['filings', 'submissions', 'files'], 'select', mine);
    perform pg_temp.allow('hojo_reviewer', array['assignments'], 'select, update (state, declared_at, recusal, finalised_at)', 'reviewer_id = ' || me);
    -- Corporation or sole proprietor decides which fields a form shows.
    perform pg_temp.allow('hojo_reviewer', array['applicants'], 'select (id, kind)', 'id in (select c.applicant_id from cases c where c.' || replace(mine, 'case_id in', 'id in') || ')');
    perform pg_temp.allow('hojo_reviewer', array['score_sheets'], 'select, insert, update', 'reviewer_id = ' || me);
    perform pg_temp.allow('hojo_reviewer', array['reviewer_ties'], 'select, insert', 'reviewer_id = ' || me);
    perform pg_temp.allow('hojo_reviewer', array['jobs', 'operation_log', 'access_log', 'operation_log_overflow', 'access_log_overflow'], 'insert', me || ' is not null');

    -- Jobs.
    foreach r in array case_tables || array['applicants', 'accounts', 'staff', 'deadline_moves', 'runs', 'case_search', 'letter_numbers', 'jobs', 'schedules', 'mails', 'operation_log', 'sessions', 'sign_ins', 'ceremonies', 'invitations'] loop
        perform pg_temp.allow('hojo_worker', array[r], 'select', 'true');
    end loop;
    perform pg_temp.allow('hojo_worker', array['cases', 'filings', 'files', 'letters', 'assignments', 'letter_numbers', 'jobs', 'schedules', 'mails', 'case_search'], 'insert, update', 'true');
    perform pg_temp.allow('hojo_worker', array['events', 'operation_log', 'access_log', 'operation_log_overflow', 'access_log_overflow'], 'insert', 'true');
    perform pg_temp.allow('hojo_worker', array['jobs', 'sessions', 'sign_ins', 'ceremonies'], 'delete', 'true');
    perform pg_temp.allow('hojo_worker', array['invitations'], 'update (token_hash, expires_at)', 'true');
    perform pg_temp.allow('hojo_worker', array['sessions'], 'update', 'true');
end $$;

-- Who may do what: changed by proposal only (`apply_permission_change` in 21_guard.sql writes the grants).
do $$
declare
    somebody text := '(select nullif(current_setting(''hojo.actor'', true), '''')) is not null';
    me text := '(select nullif(current_setting(''hojo.actor'', true), '''')::uuid)';
begin
    perform pg_temp.allow('hojo_gate', array['staff_grants', 'team_rounds'], 'select', 'true');
    perform pg_temp.allow('hojo_setup', array['changes', 'staff_grants'], 'select, insert, update', 'true');
    perform pg_temp.allow('hojo_setup', array['teams', 'team_rounds'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_setup', array['team_rounds'], 'delete', 'true');
    perform pg_temp.allow('hojo_staff', array['changes', 'staff_grants', 'teams', 'team_rounds'], 'select', somebody);
    perform pg_temp.allow('hojo_staff', array['changes'], 'insert', 'proposed_by = ' || me || ' and decided_by is null');
    -- Putting permissions in force is the function's; boundaries are put in force by the second person's own transaction.
    perform pg_temp.allow('hojo_staff', array['changes'], 'update (decided_by, refused_at, applied_at)', somebody || ' and case area when ''boundary'' then true else applied_at is null end');

    -- From where and when.
    perform pg_temp.allow('hojo_gate', array['allowed_networks', 'work_windows', 'duty_contacts', 'vpn_gateways'], 'select', 'true');
    perform pg_temp.allow('hojo_staff', array['allowed_networks', 'work_windows', 'duty_contacts'], 'select', somebody);
    perform pg_temp.allow('hojo_staff', array['vpn_gateways'], 'select (id, public_id, name, made_by, made_at, withdrawn_at)', somebody);
    perform pg_temp.allow('hojo_staff', array['allowed_networks', 'work_windows', 'duty_contacts'], 'insert', 'set_by = ' || me);
    perform pg_temp.allow('hojo_staff', array['vpn_gateways'], 'insert', 'made_by = ' || me);
    perform pg_temp.allow('hojo_staff', array['allowed_networks', 'work_windows'], 'update (withdrawn_at, withdrawn_by)', somebody);
    perform pg_temp.allow('hojo_staff', array['duty_contacts', 'vpn_gateways'], 'update (withdrawn_at)', somebody);

    -- What looks wrong.
    perform pg_temp.allow('hojo_setup', array['detection_rules'], 'select, insert, update', 'true');
    perform pg_temp.allow('hojo_gate', array['cuts'], 'select', 'true');
    perform pg_temp.allow('hojo_gate', array['refusals', 'sign_in_pauses', 'known_places'], 'select, insert, update', 'true');
    perform pg_temp.allow('hojo_gate', array['sign_in_pauses'], 'delete', 'true');
    perform pg_temp.allow('hojo_worker', array['sign_in_pauses'], 'select, delete', 'true');
    perform pg_temp.allow('hojo_staff', array['detection_rules', 'detections', 'cuts', 'refusals'], 'select', somebody);
    perform pg_temp.allow('hojo_staff', array['detections'], 'update (acknowledged_by, acknowledged_at, closed_by, closed_at, note)', somebody);
    perform pg_temp.allow('hojo_staff', array['cuts'], 'insert', 'made_by = ' || me);
    perform pg_temp.allow('hojo_staff', array['cuts'], 'update (lifted_by, lifted_at, lift_reason)', somebody);
    perform pg_temp.allow('hojo_worker', array['detection_rules', 'refusals', 'duty_contacts', 'access_log', 'reviewer_ties', 'reviewer_limits'], 'select', 'true');
    perform pg_temp.allow('hojo_worker', array['detections', 'watch_marks'], 'select, insert, update', 'true');
    perform pg_temp.allow('hojo_worker', array['cuts'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_worker', array['refusals'], 'delete', 'true');
end $$;

-- The life after adoption: what is owed, whose deadline was moved, who held a case before.
do $$
declare
    own text := 'applicant_id = (select nullif(current_setting(''hojo.scope'', true), '''')::uuid)';
    somebody text := '(select nullif(current_setting(''hojo.actor'', true), '''')) is not null';
    me text := '(select nullif(current_setting(''hojo.actor'', true), '''')::uuid)';
    reach text := '(select nullif(current_setting(''hojo.rounds'', true), '''')::uuid[])';
    here text := format('%s and (round_id = any(%s::uuid[])) is not false', somebody, reach);
    its_case text := format('%s and case when %s is null then true else exists (select from cases c where c.id = case_id) end', somebody, reach);
begin
    -- Dues follow from whatever anybody does to a case; they are worked out anew by whoever did it.
    perform pg_temp.allow('hojo_applicant', array['dues'], 'select, insert, update, delete', own);
    perform pg_temp.allow('hojo_staff', array['dues'], 'select, insert, update, delete', here);
    perform pg_temp.allow('hojo_worker', array['dues'], 'select, insert, update, delete', 'true');
    perform pg_temp.allow('hojo_staff', array['dues_reminded', 'due_moves', 'case_holders'], 'select', here);
    perform pg_temp.allow('hojo_staff', array['applicant_changes', 'account_handovers'], 'select', its_case);
    perform pg_temp.allow('hojo_worker', array['dues_reminded'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_worker', array['due_moves', 'case_holders', 'applicant_changes'], 'select', 'true');
    perform pg_temp.allow('hojo_staff', array['due_moves'], 'insert', here || ' and proposed_by = ' || me || ' and decided_by is null');
    perform pg_temp.allow('hojo_staff', array['due_moves'], 'update (decided_by, decided_at, approved)', here);
    perform pg_temp.allow('hojo_gate', array['account_handovers'], 'select', 'true');

    -- What 22_lives.sql needs to move a case, rename a company, hand over an account: column by column.
    perform pg_temp.allow('hojo_mover', array['cases', 'filings', 'draft_sections', 'submissions', 'files', 'events', 'letters', 'remarks', 'dues', 'draft_upgrades', 'change_notices'], 'select, update (applicant_id)', 'true');
    grant update (applicant_name, opener) on cases to hojo_mover;
    perform pg_temp.allow('hojo_mover', array['applicants'], 'select, insert, update (name, told)', 'true');
    perform pg_temp.allow('hojo_mover', array['accounts'], 'select, update (closed_at)', 'true');
    perform pg_temp.allow('hojo_mover', array['sessions'], 'select, update (ended_at, end_reason)', 'true');
    perform pg_temp.allow('hojo_mover', array['case_holders'], 'select, insert', 'true');
    perform pg_temp.allow('hojo_mover', array['applicant_changes'], 'insert', 'true');
    perform pg_temp.allow('hojo_mover', array['account_handovers'], 'select, insert, update', 'true');
end $$;
