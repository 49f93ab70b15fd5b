\set n 10 * random(0, :most) + 1
select session_id, seconds_left, account_id, applicant_id, account_kind, account_name, staff_id, staff_kind, staff_name, permissions from open_session(sha256(convert_to(lpad(:n::text, 64, '0'), 'UTF8')), 'portal');
begin;
select set_config('role', 'hojo_applicant', true), set_config('hojo.actor', '000000ac-0000-7000-8000-' || lpad(:n::text, 12, '0'), true), set_config('hojo.scope', '000000a1-0000-7000-8000-' || lpad(:n::text, 12, '0'), true);
select f.id, f.public_id, f.case_id, f.procedure, f.edition_id, f.state, f.version, f.received_on, c.public_id as case_public_id from filings f join cases c on c.id = f.case_id where f.public_id = ('000000f2-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
select id, public_id, programme_id, round_id, applicant_id, applicant_name, edition_id, number, title, frame, state, created_at, filed_at, changed_at from cases where public_id = ('000000cb-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
select section, version, answers, saved_at, saved_by from draft_sections where filing_id = ('000000f1-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid;
select clock_timestamp() as at;
select r.opens_at, coalesce(m.closes_at, r.closes_at) from rounds r left join lateral (select d.closes_at from deadline_moves d where d.round_id = r.id and d.approved_at is not null and (d.applicant_id is null or d.applicant_id = ('000000a1-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid) order by (d.applicant_id is not null) desc, d.approved_at desc limit 1) m on true limit 1;
select p.kind, p.name, p.corporate_number, a.kind as account_kind, a.claims from applicants p left join accounts a on a.applicant_id = p.id and a.closed_at is null where p.id = ('000000a1-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid order by (a.kind = 'prime') desc nulls last, a.signed_in_at desc limit 1;
select rule from rule_lowerings where edition_id = :edition and procedure = :procedure and approved_at is not null and ended_at is null;
update draft_sections set answers = answers || (:patch)::jsonb, version = version + 1, saved_at = clock_timestamp(), saved_by = ('000000ac-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid where filing_id = ('000000f1-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid and section = :section and version > 0 returning version;
commit;
