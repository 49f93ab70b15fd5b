-- 効力発生日: the next day on which something decided takes hold; null while nothing waits. A projection of the life.
alter table cases add column awaits_on date;
create index cases_awaiting on cases (awaits_on, id) where awaits_on is not null;
