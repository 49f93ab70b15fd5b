-- 義務 a letter reminds of, so that it can be made again: {"procedure": …, "title": …, "due": …}.
alter table letters add column owed jsonb;
