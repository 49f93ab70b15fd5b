-- Made by `cargo xtask it-views` from db/columns.toml; never edited by hand. Columns of class public and business are
-- shown, personal, bank and free ones only as filled or empty, secret ones are not there at all.
set client_min_messages = warning;
drop schema if exists office_it cascade;
reset client_min_messages;
create schema office_it;
revoke all on all tables in schema public from hojo_it_view, hojo_office_it;
grant usage on schema public to hojo_it_view;
grant usage, create on schema office_it to hojo_it_view;
grant usage on schema office_it to hojo_office_it;

grant select (actor_id, actor_kind, actor_name, address, applicant_id, at, case_id, id, permission, request_id, site, xid) on access_log to hojo_it_view;
create policy it_view_select on access_log for select to hojo_it_view using (true);
create view office_it.access_log as select actor_id, actor_kind, case when actor_name is null then null else '＊' end as actor_name, case when address is null then null else '＊' end as address, applicant_id, at, case_id, id, permission, request_id, site, xid from public.access_log;
alter view office_it.access_log owner to hojo_it_view;

grant select (actor_id, actor_kind, actor_name, address, applicant_id, at, case_id, id, number, permission, request_id, site, xid) on access_log_overflow to hojo_it_view;
create policy it_view_select on access_log_overflow for select to hojo_it_view using (true);
create view office_it.access_log_overflow as select actor_id, actor_kind, case when actor_name is null then null else '＊' end as actor_name, case when address is null then null else '＊' end as address, applicant_id, at, case_id, id, number, permission, request_id, site, xid from public.access_log_overflow;
alter view office_it.access_log_overflow owner to hojo_it_view;

grant select (applicant_id, at, case_id, issuer, sub) on account_handovers to hojo_it_view;
create policy it_view_select on account_handovers for select to hojo_it_view using (true);
create view office_it.account_handovers as select applicant_id, at, case_id, issuer, case when sub is null then null else '＊' end as sub from public.account_handovers;
alter view office_it.account_handovers owner to hojo_it_view;

grant select (account_id, claims, taken_at) on account_snapshots to hojo_it_view;
create policy it_view_select on account_snapshots for select to hojo_it_view using (true);
create view office_it.account_snapshots as select account_id, case when claims is null then null else '＊' end as claims, taken_at from public.account_snapshots;
alter view office_it.account_snapshots owner to hojo_it_view;

grant select (applicant_id, claims, closed_at, created_at, display_name, email, id, issuer, kind, parent_sub, signed_in_at, sub) on accounts to hojo_it_view;
create policy it_view_select on accounts for select to hojo_it_view using (true);
create view office_it.accounts as select applicant_id, case when claims is null then null else '＊' end as claims, closed_at, created_at, case when display_name is null then null else '＊' end as display_name, case when email is null then null else '＊' end as email, id, issuer, kind, case when parent_sub is null then null else '＊' end as parent_sub, signed_in_at, case when sub is null then null else '＊' end as sub from public.accounts;
alter view office_it.accounts owner to hojo_it_view;

grant select (cleared_at, code, detail, first_at, id, last_at, times) on alarms to hojo_it_view;
create policy it_view_select on alarms for select to hojo_it_view using (true);
create view office_it.alarms as select cleared_at, code, detail, first_at, id, last_at, times from public.alarms;
alter view office_it.alarms owner to hojo_it_view;

grant select (environment, id, kind, name, place, public_id, range, set_at, set_by, valid_from, valid_until, vpn, withdrawn_at, withdrawn_by) on allowed_networks to hojo_it_view;
create policy it_view_select on allowed_networks for select to hojo_it_view using (true);
create view office_it.allowed_networks as select environment, id, kind, name, place, public_id, range, set_at, set_by, valid_from, valid_until, vpn, withdrawn_at, withdrawn_by from public.allowed_networks;
alter view office_it.allowed_networks owner to hojo_it_view;

grant select (applicant_id, at, before, case_id, receipt, told) on applicant_changes to hojo_it_view;
create policy it_view_select on applicant_changes for select to hojo_it_view using (true);
create view office_it.applicant_changes as select applicant_id, at, case when before is null then null else '＊' end as before, case_id, receipt, case when told is null then null else '＊' end as told from public.applicant_changes;
alter view office_it.applicant_changes owner to hojo_it_view;

grant select (corporate_number, created_at, id, kind, name, public_id, told) on applicants to hojo_it_view;
create policy it_view_select on applicants for select to hojo_it_view using (true);
create view office_it.applicants as select corporate_number, created_at, id, kind, case when name is null then null else '＊' end as name, public_id, case when told is null then null else '＊' end as told from public.applicants;
alter view office_it.applicants owner to hojo_it_view;

grant select (applicant_id, assigned_at, assigned_by, case_id, declared_at, due_on, finalised_at, id, programme_id, public_id, recusal, reviewer_id, round_id, state) on assignments to hojo_it_view;
create policy it_view_select on assignments for select to hojo_it_view using (true);
create view office_it.assignments as select applicant_id, assigned_at, assigned_by, case_id, declared_at, due_on, finalised_at, id, programme_id, public_id, case when recusal is null then null else '＊' end as recusal, reviewer_id, round_id, state from public.assignments;
alter view office_it.assignments owner to hojo_it_view;

grant select (code, half, kana, key, name) on banks to hojo_it_view;
create policy it_view_select on banks for select to hojo_it_view using (true);
create view office_it.banks as select code, half, kana, key, name from public.banks;
alter view office_it.banks owner to hojo_it_view;

grant select (bank_code, code, half, kana, key, name) on branches to hojo_it_view;
create policy it_view_select on branches for select to hojo_it_view using (true);
create view office_it.branches as select bank_code, code, half, kana, key, name from public.branches;
alter view office_it.branches owner to hojo_it_view;

grant select (applicant_id, case_id, name, programme_id, receipt, round_id, until) on case_holders to hojo_it_view;
create policy it_view_select on case_holders for select to hojo_it_view using (true);
create view office_it.case_holders as select applicant_id, case_id, case when name is null then null else '＊' end as name, programme_id, receipt, round_id, until from public.case_holders;
alter view office_it.case_holders owner to hojo_it_view;

grant select (case_id, grams, key) on case_search to hojo_it_view;
create policy it_view_select on case_search for select to hojo_it_view using (true);
create view office_it.case_search as select case_id, case when grams is null then null else '＊' end as grams, key from public.case_search;
alter view office_it.case_search owner to hojo_it_view;

grant select (applicant_id, applicant_name, assigned_to, awaits_on, changed_at, created_at, due_on, edition_id, filed_at, frame, id, late_since, money, number, opener, outcome, outcome_label, position, procedure, programme_id, public_id, requested, root_id, round_id, seq, standing, state, title, took_effect_at) on cases to hojo_it_view;
create policy it_view_select on cases for select to hojo_it_view using (true);
create view office_it.cases as select applicant_id, case when applicant_name is null then null else '＊' end as applicant_name, assigned_to, awaits_on, changed_at, created_at, due_on, edition_id, filed_at, frame, id, late_since, money, number, opener, outcome, outcome_label, position, procedure, programme_id, public_id, requested, root_id, round_id, seq, standing, case when state is null then null else '＊' end as state, case when title is null then null else '＊' end as title, took_effect_at from public.cases;
alter view office_it.cases owner to hojo_it_view;

grant select (created_at, kind, staff_id) on ceremonies to hojo_it_view;
create policy it_view_select on ceremonies for select to hojo_it_view using (true);
create view office_it.ceremonies as select created_at, kind, staff_id from public.ceremonies;
alter view office_it.ceremonies owner to hojo_it_view;

grant select (applicant_id, at, case_id, change_id, due_at, filing_id, from_edition, lines, programme_id, required, round_id, to_edition) on change_notices to hojo_it_view;
create policy it_view_select on change_notices for select to hojo_it_view using (true);
create view office_it.change_notices as select applicant_id, at, case_id, change_id, due_at, filing_id, from_edition, lines, programme_id, required, round_id, to_edition from public.change_notices;
alter view office_it.change_notices owner to hojo_it_view;

grant select (applied_at, area, decided_by, id, proposed_at, proposed_by, public_id, reason, refused_at, steps, widens) on changes to hojo_it_view;
create policy it_view_select on changes for select to hojo_it_view using (true);
create view office_it.changes as select applied_at, area, decided_by, id, proposed_at, proposed_by, public_id, case when reason is null then null else '＊' end as reason, refused_at, steps, widens from public.changes;
alter view office_it.changes owner to hojo_it_view;

grant select (account_id, address, gateway_id, id, kind, lift_reason, lifted_at, lifted_by, made_at, made_by, public_id, reason, rule, staff_id, until_at) on cuts to hojo_it_view;
create policy it_view_select on cuts for select to hojo_it_view using (true);
create view office_it.cuts as select account_id, case when address is null then null else '＊' end as address, gateway_id, id, kind, case when lift_reason is null then null else '＊' end as lift_reason, lifted_at, lifted_by, made_at, made_by, public_id, case when reason is null then null else '＊' end as reason, rule, staff_id, until_at from public.cuts;
alter view office_it.cuts owner to hojo_it_view;

grant select (expires_at, id, issued_at, issued_by, login, person, public_id, reason, withdrawn_at, withdrawn_by) on database_access to hojo_it_view;
create policy it_view_select on database_access for select to hojo_it_view using (true);
create view office_it.database_access as select expires_at, id, issued_at, case when issued_by is null then null else '＊' end as issued_by, login, case when person is null then null else '＊' end as person, public_id, case when reason is null then null else '＊' end as reason, withdrawn_at, case when withdrawn_by is null then null else '＊' end as withdrawn_by from public.database_access;
alter view office_it.database_access owner to hojo_it_view;

grant select (applicant_id, approved_at, approved_by, closes_at, id, programme_id, proposed_at, proposed_by, public_id, reason, refused_at, round_id) on deadline_moves to hojo_it_view;
create policy it_view_select on deadline_moves for select to hojo_it_view using (true);
create view office_it.deadline_moves as select applicant_id, approved_at, approved_by, closes_at, id, programme_id, proposed_at, proposed_by, public_id, case when reason is null then null else '＊' end as reason, refused_at, round_id from public.deadline_moves;
alter view office_it.deadline_moves owner to hojo_it_view;

grant select (advice, code, from_hour, label, respond, severity, stream, subject, threshold, to_hour, window_seconds) on detection_rules to hojo_it_view;
create policy it_view_select on detection_rules for select to hojo_it_view using (true);
create view office_it.detection_rules as select advice, code, from_hour, label, respond, severity, stream, subject, threshold, to_hour, window_seconds from public.detection_rules;
alter view office_it.detection_rules owner to hojo_it_view;

grant select (acknowledged_at, acknowledged_by, closed_at, closed_by, first_at, id, last_at, n, note, public_id, raised_at, responses, rule, subject, subject_kind) on detections to hojo_it_view;
create policy it_view_select on detections for select to hojo_it_view using (true);
create view office_it.detections as select acknowledged_at, acknowledged_by, closed_at, closed_by, first_at, id, last_at, n, case when note is null then null else '＊' end as note, public_id, raised_at, responses, rule, case when subject is null then null else '＊' end as subject, subject_kind from public.detections;
alter view office_it.detections owner to hojo_it_view;

grant select (answers, applicant_id, filing_id, saved_at, saved_by, section, version) on draft_sections to hojo_it_view;
create policy it_view_select on draft_sections for select to hojo_it_view using (true);
create view office_it.draft_sections as select case when answers is null then null else '＊' end as answers, applicant_id, filing_id, saved_at, saved_by, section, version from public.draft_sections;
alter view office_it.draft_sections owner to hojo_it_view;

grant select (applicant_id, at, case_id, filing_id, from_edition, map, moved_by, programme_id, round_id, to_edition) on draft_upgrades to hojo_it_view;
create policy it_view_select on draft_upgrades for select to hojo_it_view using (true);
create view office_it.draft_upgrades as select applicant_id, at, case_id, filing_id, from_edition, case when map is null then null else '＊' end as map, moved_by, programme_id, round_id, to_edition from public.draft_upgrades;
alter view office_it.draft_upgrades owner to hojo_it_view;

grant select (applicant_id, approved, case_id, decided_at, decided_by, from_day, id, key, programme_id, proposed_at, proposed_by, public_id, reason, round_id, title, to_day) on due_moves to hojo_it_view;
create policy it_view_select on due_moves for select to hojo_it_view using (true);
create view office_it.due_moves as select applicant_id, approved, case_id, decided_at, decided_by, from_day, id, key, programme_id, proposed_at, proposed_by, public_id, case when reason is null then null else '＊' end as reason, round_id, title, to_day from public.due_moves;
alter view office_it.due_moves owner to hojo_it_view;

grant select (applicant_id, case_id, due_on, key, met, moved_from, obligation, opens_on, otherwise, procedure, programme_id, refreshed_at, reminders, round_id, title) on dues to hojo_it_view;
create policy it_view_select on dues for select to hojo_it_view using (true);
create view office_it.dues as select applicant_id, case_id, due_on, key, met, moved_from, obligation, opens_on, otherwise, procedure, programme_id, refreshed_at, reminders, round_id, title from public.dues;
alter view office_it.dues owner to hojo_it_view;

grant select (applicant_id, at, case_id, key, kind, on_day, programme_id, round_id) on dues_reminded to hojo_it_view;
create policy it_view_select on dues_reminded for select to hojo_it_view using (true);
create view office_it.dues_reminded as select applicant_id, at, case_id, key, kind, on_day, programme_id, round_id from public.dues_reminded;
alter view office_it.dues_reminded owner to hojo_it_view;

grant select (email, id, name, phone, public_id, set_at, set_by, turn, withdrawn_at) on duty_contacts to hojo_it_view;
create policy it_view_select on duty_contacts for select to hojo_it_view using (true);
create view office_it.duty_contacts as select case when email is null then null else '＊' end as email, id, case when name is null then null else '＊' end as name, case when phone is null then null else '＊' end as phone, public_id, set_at, set_by, turn, withdrawn_at from public.duty_contacts;
alter view office_it.duty_contacts owner to hojo_it_view;

grant select (approved_by, code, created_at, effective_at, hash, id, programme_id, published_by, source, version) on editions to hojo_it_view;
create policy it_view_select on editions for select to hojo_it_view using (true);
create view office_it.editions as select approved_by, code, created_at, effective_at, hash, id, programme_id, published_by, source, version from public.editions;
alter view office_it.editions owner to hojo_it_view;

grant select (actor_id, actor_kind, actor_name, applicant_id, at, body, case_id, kind, programme_id, round_id, seq) on events to hojo_it_view;
create policy it_view_select on events for select to hojo_it_view using (true);
create view office_it.events as select actor_id, actor_kind, case when actor_name is null then null else '＊' end as actor_name, applicant_id, at, case when body is null then null else '＊' end as body, case_id, kind, programme_id, round_id, seq from public.events;
alter view office_it.events owner to hojo_it_view;

grant select (answers, applicant_id, case_id, examiner, filing_id, finished_at, id, note, programme_id, reason, result, round_id, started_at, step, submission, version) on examinations to hojo_it_view;
create policy it_view_select on examinations for select to hojo_it_view using (true);
create view office_it.examinations as select case when answers is null then null else '＊' end as answers, applicant_id, case_id, examiner, filing_id, finished_at, id, case when note is null then null else '＊' end as note, programme_id, case when reason is null then null else '＊' end as reason, result, round_id, started_at, step, submission, version from public.examinations;
alter view office_it.examinations owner to hojo_it_view;

grant select (found, queued_at, scanned_at, sha256, state) on file_scans to hojo_it_view;
create policy it_view_select on file_scans for select to hojo_it_view using (true);
create view office_it.file_scans as select found, queued_at, scanned_at, sha256, state from public.file_scans;
alter view office_it.file_scans owner to hojo_it_view;

grant select (applicant_id, case_id, filing_id, id, media_type, name, pages, programme_id, public_id, reason, round_id, sha256, size, slot, state, uploaded_at, uploaded_by) on files to hojo_it_view;
create policy it_view_select on files for select to hojo_it_view using (true);
create view office_it.files as select applicant_id, case_id, filing_id, id, media_type, case when name is null then null else '＊' end as name, pages, programme_id, public_id, case when reason is null then null else '＊' end as reason, round_id, sha256, size, slot, state, uploaded_at, uploaded_by from public.files;
alter view office_it.files owner to hojo_it_view;

grant select (applicant_id, case_id, channel, created_at, edition_id, filed_at, id, procedure, programme_id, public_id, received_on, round_id, state, version) on filings to hojo_it_view;
create policy it_view_select on filings for select to hojo_it_view using (true);
create view office_it.filings as select applicant_id, case_id, channel, created_at, edition_id, filed_at, id, procedure, programme_id, public_id, received_on, round_id, state, version from public.filings;
alter view office_it.filings owner to hojo_it_view;

grant select (day, name) on holidays to hojo_it_view;
create policy it_view_select on holidays for select to hojo_it_view using (true);
create view office_it.holidays as select day, name from public.holidays;
alter view office_it.holidays owner to hojo_it_view;

grant select (approved_at, approved_by, cancelled_at, expires_at, id, kind, made_at, made_by, public_id, reason, staff_id, used_at) on invitations to hojo_it_view;
create policy it_view_select on invitations for select to hojo_it_view using (true);
create view office_it.invitations as select approved_at, approved_by, cancelled_at, expires_at, id, kind, made_at, made_by, public_id, case when reason is null then null else '＊' end as reason, staff_id, used_at from public.invitations;
alter view office_it.invitations owner to hojo_it_view;

grant select (attempt, created_at, dedupe_key, finished_at, id, kind, lane, last_error, lease_token, lease_until, max_attempts, payload, priority, run_at, state, version, worker) on jobs to hojo_it_view;
create policy it_view_select on jobs for select to hojo_it_view using (true);
create view office_it.jobs as select attempt, created_at, dedupe_key, finished_at, id, kind, lane, case when last_error is null then null else '＊' end as last_error, lease_token, lease_until, max_attempts, case when payload is null then null else '＊' end as payload, priority, run_at, state, version, worker from public.jobs;
alter view office_it.jobs owner to hojo_it_view;

grant select (last_at, network, staff_id) on known_places to hojo_it_view;
create policy it_view_select on known_places for select to hojo_it_view using (true);
create view office_it.known_places as select last_at, case when network is null then null else '＊' end as network, staff_id from public.known_places;
alter view office_it.known_places owner to hojo_it_view;

grant select (id, issued_at, issued_by, kind, letters, programme_id, public_id, round_id, title) on letter_batches to hojo_it_view;
create policy it_view_select on letter_batches for select to hojo_it_view using (true);
create view office_it.letter_batches as select id, issued_at, issued_by, kind, letters, programme_id, public_id, round_id, title from public.letter_batches;
alter view office_it.letter_batches owner to hojo_it_view;

grant select (held_at, held_by, procedure, round_id) on letter_holds to hojo_it_view;
create policy it_view_select on letter_holds for select to hojo_it_view using (true);
create view office_it.letter_holds as select held_at, held_by, procedure, round_id from public.letter_holds;
alter view office_it.letter_holds owner to hojo_it_view;

grant select (fiscal_year, last, symbol) on letter_numbers to hojo_it_view;
create policy it_view_select on letter_numbers for select to hojo_it_view using (true);
create view office_it.letter_numbers as select fiscal_year, last, symbol from public.letter_numbers;
alter view office_it.letter_numbers owner to hojo_it_view;

grant select (applicant_id, batch_id, case_id, cause, created_at, delivered_at, id, issued_on, kind, model, number, owed, pages, problem, programme_id, public_id, read_at, read_by, reason, replaces_id, round_id, sealed_at, serial, sha256, size, state, title) on letters to hojo_it_view;
create policy it_view_select on letters for select to hojo_it_view using (true);
create view office_it.letters as select applicant_id, batch_id, case_id, cause, created_at, delivered_at, id, issued_on, kind, case when model is null then null else '＊' end as model, number, owed, pages, case when problem is null then null else '＊' end as problem, programme_id, public_id, read_at, read_by, case when reason is null then null else '＊' end as reason, replaces_id, round_id, sealed_at, serial, sha256, size, state, title from public.letters;
alter view office_it.letters owner to hojo_it_view;

grant select (at, key, origin, previous, root, signature, size) on log_checkpoints to hojo_it_view;
create policy it_view_select on log_checkpoints for select to hojo_it_view using (true);
create view office_it.log_checkpoints as select at, key, origin, previous, root, signature, size from public.log_checkpoints;
alter view office_it.log_checkpoints owner to hojo_it_view;

grant select (at, hash, id, log, number) on log_leaves to hojo_it_view;
create policy it_view_select on log_leaves for select to hojo_it_view using (true);
create view office_it.log_leaves as select at, hash, id, log, number from public.log_leaves;
alter view office_it.log_leaves owner to hojo_it_view;

grant select (id, one, origin, peaks, size, turn_at, xid) on log_sealing to hojo_it_view;
create policy it_view_select on log_sealing for select to hojo_it_view using (true);
create view office_it.log_sealing as select id, one, origin, peaks, size, turn_at, xid from public.log_sealing;
alter view office_it.log_sealing owner to hojo_it_view;

grant select (key, sent_at, subject, to_address) on mails to hojo_it_view;
create policy it_view_select on mails for select to hojo_it_view using (true);
create view office_it.mails as select key, sent_at, case when subject is null then null else '＊' end as subject, case when to_address is null then null else '＊' end as to_address from public.mails;
alter view office_it.mails owner to hojo_it_view;

grant select (imported_at, master, rows, version) on master_imports to hojo_it_view;
create policy it_view_select on master_imports for select to hojo_it_view using (true);
create view office_it.master_imports as select imported_at, master, rows, version from public.master_imports;
alter view office_it.master_imports owner to hojo_it_view;

grant select (body, created_at, id, level, shown_from, shown_to, site, title) on notices to hojo_it_view;
create policy it_view_select on notices for select to hojo_it_view using (true);
create view office_it.notices as select body, created_at, id, level, shown_from, shown_to, site, title from public.notices;
alter view office_it.notices owner to hojo_it_view;

grant select (actor_id, actor_kind, actor_name, address, at, detail, id, object, outcome, permission, request_id, site, xid) on operation_log to hojo_it_view;
create policy it_view_select on operation_log for select to hojo_it_view using (true);
create view office_it.operation_log as select actor_id, actor_kind, case when actor_name is null then null else '＊' end as actor_name, case when address is null then null else '＊' end as address, at, case when detail is null then null else '＊' end as detail, id, case when object is null then null else '＊' end as object, outcome, permission, request_id, site, xid from public.operation_log;
alter view office_it.operation_log owner to hojo_it_view;

grant select (actor_id, actor_kind, actor_name, address, at, detail, id, number, object, outcome, permission, request_id, site, xid) on operation_log_overflow to hojo_it_view;
create policy it_view_select on operation_log_overflow for select to hojo_it_view using (true);
create view office_it.operation_log_overflow as select actor_id, actor_kind, case when actor_name is null then null else '＊' end as actor_name, case when address is null then null else '＊' end as address, at, case when detail is null then null else '＊' end as detail, id, number, case when object is null then null else '＊' end as object, outcome, permission, request_id, site, xid from public.operation_log_overflow;
alter view office_it.operation_log_overflow owner to hojo_it_view;

grant select (created_at, id, name, public_id, staff_id, used_at) on passkeys to hojo_it_view;
create policy it_view_select on passkeys for select to hojo_it_view using (true);
create view office_it.passkeys as select created_at, id, case when name is null then null else '＊' end as name, public_id, staff_id, used_at from public.passkeys;
alter view office_it.passkeys owner to hojo_it_view;

grant select (applicant_id, case_id, code, granted, kind, programme_id, reason, round_id, ruled_at, ruled_by) on point_rulings to hojo_it_view;
create policy it_view_select on point_rulings for select to hojo_it_view using (true);
create view office_it.point_rulings as select applicant_id, case_id, code, granted, kind, programme_id, reason, round_id, ruled_at, ruled_by from public.point_rulings;
alter view office_it.point_rulings owner to hojo_it_view;

grant select (city, code, kana, prefecture, town) on postal_codes to hojo_it_view;
create policy it_view_select on postal_codes for select to hojo_it_view using (true);
create view office_it.postal_codes as select city, code, kana, prefecture, town from public.postal_codes;
alter view office_it.postal_codes owner to hojo_it_view;

grant select (last, round_id) on receipt_numbers to hojo_it_view;
create policy it_view_select on receipt_numbers for select to hojo_it_view using (true);
create view office_it.receipt_numbers as select last, round_id from public.receipt_numbers;
alter view office_it.receipt_numbers owner to hojo_it_view;

grant select (made_at, staff_id, used_at) on recovery_codes to hojo_it_view;
create policy it_view_select on recovery_codes for select to hojo_it_view using (true);
create view office_it.recovery_codes as select made_at, staff_id, used_at from public.recovery_codes;
alter view office_it.recovery_codes owner to hojo_it_view;

grant select (actor_id, address, last_at, minute, n, site) on refusals to hojo_it_view;
create policy it_view_select on refusals for select to hojo_it_view using (true);
create view office_it.refusals as select actor_id, case when address is null then null else '＊' end as address, last_at, minute, n, site from public.refusals;
alter view office_it.refusals owner to hojo_it_view;

grant select (afterthought, allowed_at, allowed_by, applicant_id, case_id, clause, closed_at, filing_id, grounds, id, programme_id, public_id, round_id, sent_at, severity, state, submission, target, text, written_at, written_by) on remarks to hojo_it_view;
create policy it_view_select on remarks for select to hojo_it_view using (true);
create view office_it.remarks as select afterthought, allowed_at, allowed_by, applicant_id, case_id, clause, closed_at, filing_id, case when grounds is null then null else '＊' end as grounds, id, programme_id, public_id, round_id, sent_at, severity, state, submission, target, case when text is null then null else '＊' end as text, written_at, written_by from public.remarks;
alter view office_it.remarks owner to hojo_it_view;

grant select (retired_at, session_id) on retired_tokens to hojo_it_view;
create policy it_view_select on retired_tokens for select to hojo_it_view using (true);
create view office_it.retired_tokens as select retired_at, session_id from public.retired_tokens;
alter view office_it.retired_tokens owner to hojo_it_view;

grant select (capacity, reviewer_id, set_at, set_by) on reviewer_limits to hojo_it_view;
create policy it_view_select on reviewer_limits for select to hojo_it_view using (true);
create view office_it.reviewer_limits as select capacity, reviewer_id, set_at, set_by from public.reviewer_limits;
alter view office_it.reviewer_limits owner to hojo_it_view;

grant select (kind, reviewer_id, value) on reviewer_ties to hojo_it_view;
create policy it_view_select on reviewer_ties for select to hojo_it_view using (true);
create view office_it.reviewer_ties as select kind, reviewer_id, case when value is null then null else '＊' end as value from public.reviewer_ties;
alter view office_it.reviewer_ties owner to hojo_it_view;

grant select (permission, role) on role_permissions to hojo_it_view;
create policy it_view_select on role_permissions for select to hojo_it_view using (true);
create view office_it.role_permissions as select permission, role from public.role_permissions;
alter view office_it.role_permissions owner to hojo_it_view;

grant select (code, label) on roles to hojo_it_view;
create policy it_view_select on roles for select to hojo_it_view using (true);
create view office_it.roles as select code, label from public.roles;
alter view office_it.roles owner to hojo_it_view;

grant select (closes_at, code, created_at, dates, drafts, edition_id, id, opens_at, programme_id, public_id, title) on rounds to hojo_it_view;
create policy it_view_select on rounds for select to hojo_it_view using (true);
create view office_it.rounds as select closes_at, code, created_at, dates, drafts, edition_id, id, opens_at, programme_id, public_id, title from public.rounds;
alter view office_it.rounds owner to hojo_it_view;

grant select (activated_at, approved_at, approved_by, drafts, from_edition, id, impact, programme_id, proposed_at, proposed_by, public_id, reason, refused_at, rolled, round_id, takes_effect_at, to_edition) on rule_changes to hojo_it_view;
create policy it_view_select on rule_changes for select to hojo_it_view using (true);
create view office_it.rule_changes as select activated_at, approved_at, approved_by, drafts, from_edition, id, impact, programme_id, proposed_at, proposed_by, public_id, case when reason is null then null else '＊' end as reason, refused_at, rolled, round_id, takes_effect_at, to_edition from public.rule_changes;
alter view office_it.rule_changes owner to hojo_it_view;

grant select (approved_at, approved_by, edition_id, ended_at, id, procedure, proposed_at, proposed_by, public_id, reason, refused_at, rule) on rule_lowerings to hojo_it_view;
create policy it_view_select on rule_lowerings for select to hojo_it_view using (true);
create view office_it.rule_lowerings as select approved_at, approved_by, edition_id, ended_at, id, procedure, proposed_at, proposed_by, public_id, case when reason is null then null else '＊' end as reason, refused_at, rule from public.rule_lowerings;
alter view office_it.rule_lowerings owner to hojo_it_view;

grant select (case_id, change_id, comes, procedure, rule, severity) on rule_replay_findings to hojo_it_view;
create policy it_view_select on rule_replay_findings for select to hojo_it_view using (true);
create view office_it.rule_replay_findings as select case_id, change_id, comes, procedure, rule, severity from public.rule_replay_findings;
alter view office_it.rule_replay_findings owner to hojo_it_view;

grant select (asked_at, asked_by, change_id, done, finished_at, total, touched) on rule_replays to hojo_it_view;
create policy it_view_select on rule_replays for select to hojo_it_view using (true);
create view office_it.rule_replays as select asked_at, asked_by, change_id, done, finished_at, total, touched from public.rule_replays;
alter view office_it.rule_replays owner to hojo_it_view;

grant select (committed_at, committed_by, id, input, input_hash, made_at, made_by, name, parameters, programme_id, public_id, result, round_id) on runs to hojo_it_view;
create policy it_view_select on runs for select to hojo_it_view using (true);
create view office_it.runs as select committed_at, committed_by, id, case when input is null then null else '＊' end as input, input_hash, made_at, made_by, case when name is null then null else '＊' end as name, parameters, programme_id, public_id, case when result is null then null else '＊' end as result, round_id from public.runs;
alter view office_it.runs owner to hojo_it_view;

grant select (name, slot) on schedules to hojo_it_view;
create policy it_view_select on schedules for select to hojo_it_view using (true);
create view office_it.schedules as select name, slot from public.schedules;
alter view office_it.schedules owner to hojo_it_view;

grant select (applicant_id, assignment_id, case_id, finalised_at, programme_id, reviewer_id, round_id, saved_at, scores, version) on score_sheets to hojo_it_view;
create policy it_view_select on score_sheets for select to hojo_it_view using (true);
create view office_it.score_sheets as select applicant_id, assignment_id, case_id, finalised_at, programme_id, reviewer_id, round_id, saved_at, case when scores is null then null else '＊' end as scores, version from public.score_sheets;
alter view office_it.score_sheets owner to hojo_it_view;

grant select (absolute_minutes, fresh_minutes, idle_minutes, label, watch_network, who) on session_rules to hojo_it_view;
create policy it_view_select on session_rules for select to hojo_it_view using (true);
create view office_it.session_rules as select absolute_minutes, fresh_minutes, idle_minutes, label, watch_network, who from public.session_rules;
alter view office_it.session_rules owner to hojo_it_view;

grant select (account_id, address, asked_at, created_at, end_reason, ended_at, expires_at, fresh_at, fresh_seconds, held, id, idle_seconds, rotated_at, seen_at, signalled_at, site, staff_id, user_agent, watch_network) on sessions to hojo_it_view;
create policy it_view_select on sessions for select to hojo_it_view using (true);
create view office_it.sessions as select account_id, case when address is null then null else '＊' end as address, asked_at, created_at, end_reason, ended_at, expires_at, fresh_at, fresh_seconds, held, id, idle_seconds, rotated_at, seen_at, signalled_at, site, staff_id, case when user_agent is null then null else '＊' end as user_agent, watch_network from public.sessions;
alter view office_it.sessions owner to hojo_it_view;

grant select (address, failures, last_at, login, until_at) on sign_in_pauses to hojo_it_view;
create policy it_view_select on sign_in_pauses for select to hojo_it_view using (true);
create view office_it.sign_in_pauses as select case when address is null then null else '＊' end as address, failures, last_at, case when login is null then null else '＊' end as login, until_at from public.sign_in_pauses;
alter view office_it.sign_in_pauses owner to hojo_it_view;

grant select (created_at, return_to) on sign_ins to hojo_it_view;
create policy it_view_select on sign_ins for select to hojo_it_view using (true);
create view office_it.sign_ins as select created_at, return_to from public.sign_ins;
alter view office_it.sign_ins owner to hojo_it_view;

grant select (expires_at) on spent_links to hojo_it_view;
create policy it_view_select on spent_links for select to hojo_it_view using (true);
create view office_it.spent_links as select expires_at from public.spent_links;
alter view office_it.spent_links owner to hojo_it_view;

grant select (created_at, disabled_at, email, factors_since, failures, id, kind, locked_until, login, name, organisation, public_id) on staff to hojo_it_view;
create policy it_view_select on staff for select to hojo_it_view using (true);
create view office_it.staff as select created_at, disabled_at, case when email is null then null else '＊' end as email, factors_since, failures, id, kind, locked_until, case when login is null then null else '＊' end as login, case when name is null then null else '＊' end as name, organisation, public_id from public.staff;
alter view office_it.staff owner to hojo_it_view;

grant select (change_id, from_at, id, permission, staff_id, team_id, until_at, withdrawn_at) on staff_grants to hojo_it_view;
create policy it_view_select on staff_grants for select to hojo_it_view using (true);
create view office_it.staff_grants as select change_id, from_at, id, permission, staff_id, team_id, until_at, withdrawn_at from public.staff_grants;
alter view office_it.staff_grants owner to hojo_it_view;

grant select (issuer, linked_at, staff_id, subject) on staff_identities to hojo_it_view;
create policy it_view_select on staff_identities for select to hojo_it_view using (true);
create view office_it.staff_identities as select issuer, linked_at, staff_id, case when subject is null then null else '＊' end as subject from public.staff_identities;
alter view office_it.staff_identities owner to hojo_it_view;

grant select (role, staff_id, team_id) on staff_roles to hojo_it_view;
create policy it_view_select on staff_roles for select to hojo_it_view using (true);
create view office_it.staff_roles as select role, staff_id, team_id from public.staff_roles;
alter view office_it.staff_roles owner to hojo_it_view;

grant select (address, at, id, login, person, session, statement, xid) on statement_log to hojo_it_view;
create policy it_view_select on statement_log for select to hojo_it_view using (true);
create view office_it.statement_log as select case when address is null then null else '＊' end as address, at, id, login, case when person is null then null else '＊' end as person, session, case when statement is null then null else '＊' end as statement, xid from public.statement_log;
alter view office_it.statement_log owner to hojo_it_view;

grant select (file, position, read_at) on statement_log_positions to hojo_it_view;
create policy it_view_select on statement_log_positions for select to hojo_it_view using (true);
create view office_it.statement_log_positions as select file, position, read_at from public.statement_log_positions;
alter view office_it.statement_log_positions owner to hojo_it_view;

grant select (answers, applicant_id, attachments, case_id, digest, filed_at, filed_by, filing_id, findings, n, programme_id, receipt, round_id) on submissions to hojo_it_view;
create policy it_view_select on submissions for select to hojo_it_view using (true);
create view office_it.submissions as select case when answers is null then null else '＊' end as answers, applicant_id, case when attachments is null then null else '＊' end as attachments, case_id, digest, filed_at, filed_by, filing_id, case when findings is null then null else '＊' end as findings, n, programme_id, receipt, round_id from public.submissions;
alter view office_it.submissions owner to hojo_it_view;

grant select (round_id, team_id) on team_rounds to hojo_it_view;
create policy it_view_select on team_rounds for select to hojo_it_view using (true);
create view office_it.team_rounds as select round_id, team_id from public.team_rounds;
alter view office_it.team_rounds owner to hojo_it_view;

grant select (id, made_at, made_by, name, public_id) on teams to hojo_it_view;
create policy it_view_select on teams for select to hojo_it_view using (true);
create view office_it.teams as select id, made_at, made_by, name, public_id from public.teams;
alter view office_it.teams owner to hojo_it_view;

grant select (id, made_at, made_by, name, public_id, withdrawn_at) on vpn_gateways to hojo_it_view;
create policy it_view_select on vpn_gateways for select to hojo_it_view using (true);
create view office_it.vpn_gateways as select id, made_at, made_by, name, public_id, withdrawn_at from public.vpn_gateways;
alter view office_it.vpn_gateways owner to hojo_it_view;

grant select (at, name) on watch_marks to hojo_it_view;
create policy it_view_select on watch_marks for select to hojo_it_view using (true);
create view office_it.watch_marks as select at, name from public.watch_marks;
alter view office_it.watch_marks owner to hojo_it_view;

grant select (days, from_minute, id, public_id, purpose, set_at, set_by, staff_id, to_minute, valid_from, valid_until, withdrawn_at, withdrawn_by) on work_windows to hojo_it_view;
create policy it_view_select on work_windows for select to hojo_it_view using (true);
create view office_it.work_windows as select days, from_minute, id, public_id, purpose, set_at, set_by, staff_id, to_minute, valid_from, valid_until, withdrawn_at, withdrawn_by from public.work_windows;
alter view office_it.work_windows owner to hojo_it_view;

revoke create on schema office_it from hojo_it_view;
grant select on all tables in schema office_it to hojo_office_it;
