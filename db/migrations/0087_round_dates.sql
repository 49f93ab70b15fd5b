-- 公募回の日程: days of a round that differ from those its edition was written with (採択の発表 and the like), by the
-- edition's names, as moments. What is not here is the edition's. Opening and close have columns of their own.
set lock_timeout = '5s';

alter table rounds add column dates jsonb not null default '{}';
