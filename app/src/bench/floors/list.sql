\set which random(1, 12)
select session_id, state, seconds_left, ends_in, rotate, fresh, user_agent, address, watch_network, account_id, applicant_id, account_kind, account_name, staff_id, staff_kind, staff_name, permissions, case when address_cut('127.0.0.1') then 'cut' when staff_id is not null then admission(staff_id, '127.0.0.1', clock_timestamp()) end as barred from open_session(sha256(convert_to(lpad('900000000', 64, '0'), 'UTF8')), 'office', sha256('following'));
begin read only;
select set_config('role', 'hojo_staff', true), set_config('hojo.actor', '000000ac-0000-7000-8000-000000000001', true), set_config('hojo.scope', '000000ac-0000-7000-8000-000000000001', true);
select clock_timestamp() as at;
select public_id, title, edition_id from rounds order by opens_at desc limit 50;
select s.id, s.public_id, s.name from staff s where s.kind = 'staff' and s.disabled_at is null and exists (select 1 from staff_roles r join role_permissions p on p.role = r.role where r.staff_id = s.id and p.permission = 'filing.check') order by s.name, s.id limit 500;
\if :which <= 8
select c.public_id, c.number, c.applicant_name, c.title, c.frame, c.position, c.outcome, c.requested, c.due_on, c.late_since, c.filed_at, c.changed_at, s.name from cases c left join staff s on s.id = c.assigned_to where c.filed_at is not null order by c.filed_at asc, c.public_id asc limit 51;
select count(*) from (select 1 from cases c where c.filed_at is not null limit 1001) x;
\else
select case_id from case_search where grams @> (:grams)::text[] and key like all((:patterns)::text[]) limit 2001;
select c.public_id, c.number, c.applicant_name, c.title, c.frame, c.position, c.outcome, c.requested, c.due_on, c.late_since, c.filed_at, c.changed_at, s.name from cases c left join staff s on s.id = c.assigned_to where c.filed_at is not null and c.id in (select case_id from case_search where grams @> (:grams)::text[] and key like all((:patterns)::text[])) order by c.filed_at asc, c.public_id asc limit 51;
select count(*) from (select 1 from cases c where c.filed_at is not null and c.id in (select case_id from case_search where grams @> (:grams)::text[] and key like all((:patterns)::text[])) limit 1001) x;
\endif
commit;
