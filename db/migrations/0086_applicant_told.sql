-- 社名等の変更: what decided changes say of an applicant now, newest first word. It wins over what GビズID says, so that a
-- sign-in with older claims undoes nothing. Beside the register's row because everybody who reads facts reads that row:
-- the history (`applicant_changes`) is the office's, case by case.
set lock_timeout = '5s';

alter table applicants add column told jsonb not null default '{}';

update applicants a set told = h.told
from (select c.applicant_id, jsonb_object_agg(e.key, e.value order by c.at) as told
      from applicant_changes c cross join jsonb_each(c.told) e group by c.applicant_id) h
where h.applicant_id = a.id;
