-- 下書きの移行: whose draft was moved stands in its row, as everywhere. Nodes of the release before still write rows
-- without it, so it may be empty until the next release (expand).
set lock_timeout = '5s';

alter table draft_upgrades add column applicant_id uuid references applicants (id);
update draft_upgrades u set applicant_id = f.applicant_id from filings f where f.id = u.filing_id;
create index draft_upgrades_of_applicant on draft_upgrades (applicant_id, filing_id);

-- `cases_under_way` (0060) took its place: no plan uses it any more.
drop index cases_in_work;
