-- 金額 of a case by name, as the words of its edition have them: {"adopted": 7000000, "paid": 0}. Kept beside the state so
-- that totals over tens of thousands of cases need not open each of them. A constant default: nothing is rewritten.
alter table cases add column money jsonb not null default '{}';

-- Totals by round, frame and standing are read from this index alone.
create index cases_money on cases (round_id, frame, standing) include (position, requested, money)
    where root_id is null and filed_at is not null;
