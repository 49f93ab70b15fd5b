-- 期限後の再提出: the due date that the newest submission of a case missed. Null for all the others, and for
-- what was filed before this was kept. `due_on` now also holds the office's own term of the formal check.
alter table cases add column late_since date;
